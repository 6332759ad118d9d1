//go:build unix

package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gomdcsan/mdcsan/checkpoint"
)

// inChild runs the calling test again in a process of its own, since a limit
// holds for all of a process, and returns the folder that it used.
func inChild(t *testing.T) (dir string, child bool) {
	t.Helper()
	if dir := os.Getenv("GOMDCSAN_TEST_CHILD"); dir != "" {
		return dir, true
	}
	dir = filepath.Join(t.TempDir(), "run")
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "GOMDCSAN_TEST_CHILD="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, false
}

// limitFiles lets no file grow beyond n bytes, as on a full disk, until the
// returned function is called.
func limitFiles(t *testing.T, n uint64) (lift func()) {
	t.Helper()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(unix.SIGXFSZ)
	limit := old
	limit.Cur = n
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	lift = func() {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(lift)
	return lift
}

// A disk that is full for a while costs nothing: training goes on with a
// warning, the checkpoint before stays whole, and when there is room again the
// results are those of any other run.
func TestFullDiskLosesNothing(t *testing.T) {
	dir, child := inChild(t)
	if !child {
		compare(t, "after a full disk", filesOf(t, dir), filesOf(t, train(t, tiny(t.TempDir())).Config.Dir))
		return
	}
	c := tiny(dir)
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var lift func()
	warnings := 0
	err = r.Train(context.Background(), func(p Progress) {
		switch {
		case p.Kind == Warned:
			warnings++
			if !strings.Contains(p.Message, "file too large") {
				t.Errorf("warning: %s", p.Message)
			}
			if _, err := checkpoint.ReadFile(filepath.Join(c.Dir, latestName)); err != nil {
				t.Errorf("the checkpoint before: %v", err)
			}
		case p.Kind == Saved && lift == nil:
			lift = limitFiles(t, 100)
		case p.Kind == Evaluated && p.Step == 450:
			lift()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if warnings < 3 {
		t.Errorf("%d warnings", warnings)
	}
}

// When there is no room at the end either, Train says so and Save can be
// called again.
func TestFullDiskAtTheEnd(t *testing.T) {
	dir, child := inChild(t)
	if !child {
		compare(t, "after a full disk", filesOf(t, dir), filesOf(t, train(t, tiny(t.TempDir())).Config.Dir))
		return
	}
	c := tiny(dir)
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lift := limitFiles(t, 50)
	err = r.Train(context.Background())
	if !errors.Is(err, unix.EFBIG) || !strings.Contains(err.Error(), "call Save again") {
		t.Fatalf("no room: %v", err)
	}
	lift()
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
}

// Writes that fail at random moments for random whiles, whichever file they
// hit, and a process that ends meanwhile, change nothing: the run ends, or is
// resumed when there is room, with the same bits. GOMDCSAN_WRITE_ERRORS sets
// the number of runs; the full check is 60.
func TestWriteErrorsChangeNothing(t *testing.T) {
	runs := 6
	if s := os.Getenv("GOMDCSAN_WRITE_ERRORS"); s != "" {
		runs, _ = strconv.Atoi(s)
	}
	dir, child := inChild(t)
	if !child {
		want := filesOf(t, train(t, tiny(t.TempDir())).Config.Dir)
		for i := range runs {
			compare(t, fmt.Sprintf("run %d", i), filesOf(t, filepath.Join(dir, strconv.Itoa(i))), want)
		}
		return
	}
	r := rand.New(rand.NewPCG(60, uint64(runs)))
	failed := 0
	for i := range runs {
		c := tiny(filepath.Join(dir, strconv.Itoa(i)))
		for done := false; !done; {
			done = trainWithErrors(t, c, r, &failed)
		}
	}
	if failed < runs {
		t.Errorf("only %d writes failed in %d runs", failed, runs)
	}
}

// trainWithErrors goes on with a run while writes fail now and then, and ends
// at a random point. It reports whether the run is complete and saved.
func trainWithErrors(t *testing.T, c Config, r *rand.Rand, failed *int) (done bool) {
	run, err := Resume(c.Dir, 0, Parts{})
	if errors.Is(err, fs.ErrNotExist) {
		run, err = New(c, Parts{})
	}
	if err != nil {
		t.Fatal(err)
	}
	lift := func() {}
	err = run.Train(&countdown{context.Background(), 100 + r.IntN(1200)}, func(p Progress) {
		if p.Kind == Warned {
			*failed++
		}
		if lift(); p.Kind != Finished && r.IntN(3) == 0 {
			lift = limitFiles(t, uint64(r.IntN(15_000)))
		}
	})
	if err != nil && !errors.Is(err, unix.EFBIG) && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if errors.Is(err, unix.EFBIG) {
		*failed++
	}
	_ = run.Close() // the process dies with its disk full
	lift()
	return err == nil
}
