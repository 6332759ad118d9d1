package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env/mujoco"
)

// countdown is a context that is cancelled at the n-th look at it, so that a
// test can stop a run between any two things it does.
type countdown struct {
	context.Context
	n int
}

func (c *countdown) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

// Interrupts at any point, followed by a new process or by going on in the
// same one, change nothing.
func TestInterruptedRunsEndTheSame(t *testing.T) {
	want := filesOf(t, train(t, tiny(t.TempDir())).Config.Dir)
	random := rand.New(rand.NewPCG(1, 1))
	for range 3 {
		c := tiny(t.TempDir())
		r, err := New(c, Parts{})
		for err == nil {
			var stop *InterruptedError
			err = r.Train(&countdown{context.Background(), random.IntN(900)})
			if err == nil {
				break
			}
			if !errors.As(err, &stop) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "--resume "+c.Dir) {
				t.Fatal(err)
			}
			if err = nil; random.IntN(2) == 0 {
				if err = r.Close(); err == nil {
					r, err = Resume(c.Dir, 0, Parts{})
				}
			}
		}
		if err = errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		compare(t, "interrupted", filesOf(t, c.Dir), want)
	}
}

// killable is a run of seconds, on a task in MuJoCo too, whose simulation is
// part of the state.
func killable(task, dir string) Config {
	c := tiny(dir)
	c.Task = task
	return c
}

// TestKilledRunsEndTheSame kills a process that trains with SIGKILL at random
// moments. GOMDCSAN_KILLS sets how often for each task; the full check is 200.
func TestKilledRunsEndTheSame(t *testing.T) {
	if dir := os.Getenv("GOMDCSAN_TEST_CHILD"); dir != "" {
		trainOrResume(t, killable(os.Getenv("GOMDCSAN_TEST_TASK"), dir))
		return
	}
	if testing.Short() {
		t.Skip("under the race detector a child dies before it gets anywhere; the gate kills at full speed")
	}
	kills := 6
	if s := os.Getenv("GOMDCSAN_KILLS"); s != "" {
		kills, _ = strconv.Atoi(s)
	}
	for _, task := range []string{"Pendulum-v1", "Hopper-v3"} {
		t.Run(task, func(t *testing.T) {
			if err := mujoco.Available(); err != nil && task == "Hopper-v3" {
				t.Skip(err)
			}
			start := time.Now()
			want := filesOf(t, train(t, killable(task, t.TempDir())).Config.Dir)
			whole := time.Since(start)
			random := rand.New(rand.NewPCG(2, uint64(kills)))
			for killed := 0; killed < kills; {
				dir := filepath.Join(t.TempDir(), "run")
				for done := false; !done; {
					done = trainAndKill(t, task, dir, time.Duration(random.Int64N(int64(whole))))
					if !done {
						killed++
					}
				}
				compare(t, fmt.Sprintf("after %d kills", killed), filesOf(t, dir), want)
			}
			t.Logf("killed at least %d times", kills)
		})
	}
}

// trainAndKill trains in a process of its own, which it kills after a time,
// and tells whether it came to its end before.
func trainAndKill(t *testing.T, task, dir string, after time.Duration) (done bool) {
	child := exec.Command(os.Args[0], "-test.run=^TestKilledRunsEndTheSame$")
	child.Env = append(os.Environ(), "GOMDCSAN_TEST_CHILD="+dir, "GOMDCSAN_TEST_TASK="+task)
	var out bytes.Buffer
	child.Stdout, child.Stderr = &out, &out
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { child.Process.Kill() })
	err := child.Wait()
	timer.Stop()
	if err != nil && err.Error() != "signal: killed" {
		t.Fatalf("%v\n%s", err, &out)
	}
	return err == nil
}

// The folder as it is at the moment of each evaluation, when results are ahead
// of the checkpoint, resumes to the same end: what a power cut leaves.
func TestFolderAtAnyMomentResumes(t *testing.T) {
	c := tiny(filepath.Join(t.TempDir(), "run"))
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	var copies []string
	err = r.Train(context.Background(), func(p Progress) {
		if p.Kind == Evaluated {
			copies = append(copies, filepath.Join(t.TempDir(), "copy"))
			if err := os.CopyFS(copies[len(copies)-1], os.DirFS(c.Dir)); err != nil {
				t.Error(err)
			}
		}
	})
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	for _, dir := range copies {
		trainOrResume(t, tiny(dir))
		compare(t, "copied", filesOf(t, dir), filesOf(t, c.Dir))
	}
}

// trainOrResume goes on with the run in c's folder, or begins it, to its end.
func trainOrResume(t *testing.T, c Config) {
	r, err := Resume(c.Dir, 0, Parts{})
	if errors.Is(err, fs.ErrNotExist) {
		r, err = New(c, Parts{})
	}
	if err == nil {
		err = errors.Join(r.Train(context.Background()), r.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestMoreStepsGiveTheLongerRun(t *testing.T) {
	want := filesOf(t, train(t, tiny(t.TempDir())).Config.Dir)
	c := tiny(t.TempDir())
	c.Steps = 237
	r := train(t, c)
	r.Config.Steps = 337 // in the same session
	if err := r.Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadManifest(c.Dir); err != nil || m.Config.Steps != 337 {
		t.Errorf("manifest %+v %v", m, err)
	}
	r, err := Resume(c.Dir, 600, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(context.Background()), r.Close()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{progressName, evaluationsName, episodesName} {
		if got := filesOf(t, c.Dir)[name]; got != want[name] {
			t.Errorf("%s differs:\n%s\nwant\n%s", name, got, want[name])
		}
	}
}

// What cannot be resumed is an error that says why, and touches nothing.
func TestResumeErrors(t *testing.T) {
	dir := train(t, tiny(t.TempDir())).Config.Dir
	latest := filepath.Join(dir, latestName)
	good, err := os.ReadFile(latest)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(good)
	damaged[len(damaged)/2] ^= 4
	policy, err := os.ReadFile(filepath.Join(dir, bestName))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		is   error
		says string
	}{
		{"truncated", good[:len(good)-10], checkpoint.ErrTruncated, "bytes are there"},
		{"damaged", damaged, checkpoint.ErrCorrupt, "checksum"},
		{"foreign", []byte("hello"), checkpoint.ErrForeign, "not a gomdcsan checkpoint"},
		{"a policy", policy, checkpoint.ErrMissing, "run/tables"},
	} {
		if err := os.WriteFile(latest, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Resume(dir, 0, Parts{})
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := os.WriteFile(latest, good, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(tiny(dir), Parts{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second run in one folder: %v", err)
	}
	if _, err := Resume(t.TempDir(), 0, Parts{}); err == nil || !strings.Contains(err.Error(), "is not a run") {
		t.Errorf("an empty folder: %v", err)
	}
	r, err := Resume(dir, 0, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := Resume(dir, 0, Parts{}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("two at once: %v", err)
	}
	if err := r.Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	other, err := Resume(dir, 0, Parts{}) // r is at rest
	if err != nil {
		t.Fatal(err)
	}
	other.Config.Steps += 10
	if err := errors.Join(other.Train(context.Background()), other.Close()); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(); err == nil || !strings.Contains(err.Error(), "resumed elsewhere") {
		t.Errorf("what is in memory is history: %v", err)
	}
}

func TestSmallReplayRing(t *testing.T) {
	for _, every := range []int{15, 70} { // less and more than the ring holds
		t.Run(fmt.Sprint("checkpoints every ", every), func(t *testing.T) { testSmallRing(t, every) })
	}
}

func testSmallRing(t *testing.T, every int) {
	a := tiny(t.TempDir())
	a.Replay, a.CheckpointEvery = 40, every
	a.Batch = 8
	want := filesOf(t, train(t, a).Config.Dir)
	b := a
	b.Dir = t.TempDir()
	r, err := New(b, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		err := r.Train(&countdown{context.Background(), 450})
		done = err == nil
		var stop *InterruptedError
		if !done && !errors.As(err, &stop) {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if !done {
			if r, err = Resume(b.Dir, 0, Parts{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	compare(t, "a small ring", filesOf(t, b.Dir), want)
	if logs, _ := filepath.Glob(filepath.Join(a.Dir, "replay-*.log")); len(logs) > 2 {
		t.Errorf("segments that the ring has overwritten are still there: %v", logs)
	}
}
