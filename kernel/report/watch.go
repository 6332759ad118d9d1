package report

import (
	"time"

	"gomdcsan/kernel/display"
	"gomdcsan/mdcsan"
)

// Watch shows how a sweep stands until nothing is at work any more, and a
// figure under it that is drawn again whenever a run has a new evaluation;
// nil for none. An interrupt of the cell ends the watching and not the sweep:
// work.Stop() does, and Watch again goes on.
func Watch(work *mdcsan.SweepRun, figure func([]*mdcsan.Results) any) error {
	ctx := display.Context()
	table := display.Show(work)
	drawn, shown := -1, (*display.Handle)(nil)
	draw := func() error {
		runs, err := work.Results()
		if err != nil || figure == nil {
			return err
		}
		var begun []*mdcsan.Results
		n := 0
		for _, r := range runs {
			if r != nil {
				begun, n = append(begun, r), n+len(r.Steps)
			}
		}
		switch {
		case n == drawn:
		case shown == nil:
			shown = display.Show(figure(begun))
		default:
			shown.Update(figure(begun))
		}
		drawn = n
		return nil
	}
	for {
		done := work.Done()
		table.Update(work)
		if err := draw(); err != nil {
			return err
		}
		if done {
			return work.Wait()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}
