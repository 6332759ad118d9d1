package display

import (
	"context"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/mdcsan"
	"gomdcsan/plotting"
)

// tiny is a run that ends within a second.
func tiny(seed uint64) mdcsan.Config {
	cfg := mdcsan.QuickConfig("Pendulum-v1")
	cfg.Hidden, cfg.CriticHidden = []int{16}, []int{16}
	cfg.Steps, cfg.EvalEvery, cfg.EvalEpisodes, cfg.Seed = 600, 200, 1, seed
	return cfg
}

func TestTrainingShowsCurveAndBar(t *testing.T) {
	r := record(t)
	watch := Training(plotting.Reference{Name: "random policy", Value: -1200})
	for seed := range uint64(2) {
		run, err := mdcsan.Train(t.Context(), tiny(seed), watch)
		if err != nil {
			t.Fatal(err)
		}
		run.Close()
	}
	last := map[string]*engine.Display{}
	shown := 0
	for _, e := range r.events {
		if e.Kind == engine.Show {
			shown++
		}
		last[e.DisplayID] = e.Display
	}
	if shown != 3 || len(last) != 3 { // a bar for each run, one figure
		t.Errorf("%d things shown, %d places", shown, len(last))
	}
	bars := 0
	for _, d := range last {
		s := d.Data["text/plain"].(string)
		if strings.Contains(s, "600/600") && !strings.Contains(s, "<") && strings.Contains(s, "return -") {
			bars++
		}
		svg, ok := d.Data["image/svg+xml"].(string)
		if ok && (!strings.Contains(svg, "random policy") || !strings.Contains(svg, "MDC-SAN, seed 1") || !strings.Contains(svg, "Pendulum-v1")) {
			t.Errorf("figure lacks a name: %.3000s", svg)
		}
	}
	if bars != 2 {
		t.Errorf("%d finished bars in %v", bars, last)
	}
}

func TestTrainingInterrupted(t *testing.T) {
	r := record(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.ctx = ctx
	watch := Training()
	_, err := mdcsan.Train(ctx, tiny(0), func(p mdcsan.Progress) {
		watch(p)
		if p.Kind == "evaluation" {
			cancel()
		}
	})
	if err == nil {
		t.Fatal("not interrupted")
	}
	stopped := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, e := range r.events {
			if s, _ := e.Display.Data["text/plain"].(string); strings.Contains(s, "stopped") {
				return true
			}
		}
		return false
	}
	for range 5000 { // the bar closes in a goroutine of the context
		if stopped() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("the bar does not say that the run was stopped")
}
