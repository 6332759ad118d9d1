package gym_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym"
	"gomdcsan/mdcsan/env/gym/gymtest"
	"gomdcsan/mdcsan/rng"
)

// TestEqualsAPlainLoop: what the bridge gives is what a loop in Python gives,
// bit for bit, over 10,000 steps.
func TestEqualsAPlainLoop(t *testing.T) {
	python := needGymnasium(t)
	if testing.Short() {
		t.Skip("30,000 steps in Python")
	}
	const steps = 10_000
	for _, id := range []string{"Hopper-v5", "MountainCarContinuous-v0", "BipedalWalker-v3"} {
		t.Run(id, func(t *testing.T) {
			e := open(t, "gym:"+id, gym.Options{})
			got, actions, took := play(t, e, steps)
			var seeds []string
			for r := rng.New(5, "env"); len(seeds) < steps; {
				seeds = append(seeds, fmt.Sprint(r.Int32()))
			}
			var said bytes.Buffer
			c := exec.Command(python, filepath.Join(gymtest.Dir(), "plain.py"), id, fmt.Sprint(steps), strings.Join(seeds[:1000], ","))
			c.Stdin, c.Stderr = bytes.NewReader(actions), &said
			want, err := c.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
			if len(want) != len(got) {
				t.Fatalf("%d bytes, want %d", len(got), len(want))
			}
			row := len(want) / steps
			for k := range steps {
				if !bytes.Equal(got[k*row:][:row], want[k*row:][:row]) {
					t.Fatalf("step %d: %v, want %v", k, floats(got[k*row:][:row]), floats(want[k*row:][:row]))
				}
			}
			lines := strings.Fields(said.String())
			seconds, err := strconv.ParseFloat(lines[len(lines)-1], 64)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%.1f us a step, %.1f us in Python alone", 1e6*took.Seconds()/steps, 1e6*seconds/steps)
		})
	}
}

// play runs random actions and returns rows as testdata/plain.py writes them.
func play(t *testing.T, e env.Env, steps int) (rows, actions []byte, took time.Duration) {
	s := e.Spec()
	obs, act := make([]float64, s.ObsDim), make([]float64, s.ActDim)
	starts, draw := rng.New(5, "env"), rng.New(5, "actions")
	begun := time.Now()
	for k, done := 0, true; k < steps; k++ {
		if done {
			if err := e.Reset(obs, starts); err != nil {
				t.Fatal(err)
			}
		}
		for i := range act {
			act[i] = draw.Uniform(s.ActLow[i], s.ActHigh[i])
		}
		actions, _ = binary.Append(actions, binary.LittleEndian, act)
		res, err := e.Step(obs, act)
		if err != nil {
			t.Fatal(err)
		}
		row := append([]float64{res.Reward, is(res.Terminated), is(res.Truncated)}, obs...)
		rows, _ = binary.Append(rows, binary.LittleEndian, row)
		done = res.Done()
	}
	return rows, actions, time.Since(begun)
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func floats(b []byte) []float64 {
	x := make([]float64, len(b)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return x
}

// BenchmarkStep is a step of an environment that costs next to nothing: what
// the way to Python and back takes.
func BenchmarkStep(b *testing.B) {
	needGymnasium(b)
	for _, n := range []int{1, 10} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			first := open(b, "gym:trials:Idle-v0", gym.Options{})
			envs, which := []env.Env{first}, []int{0}
			for len(envs) < n {
				e, err := first.Another()
				if err != nil {
					b.Fatal(err)
				}
				which, envs = append(which, len(envs)), append(envs, e)
			}
			obs, act, res, errs := make([][]float64, n), make([][]float64, n), make([]env.Result, n), make([]error, n)
			for i, e := range envs {
				obs[i], act[i] = make([]float64, 4), make([]float64, 2)
				if err := e.Reset(obs[i], rng.New(0, "env")); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				first.StepTogether(envs, which, obs, act, res, errs)
				if errs[0] != nil {
					b.Fatal(errs[0])
				}
			}
		})
	}
}
