package experiment

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sessionsBy rewrites who made a run.
func sessionsBy(t *testing.T, dir, commit string) {
	t.Helper()
	m, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Sessions {
		m.Sessions[i].Commit = commit
	}
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
}

var someCommit = strings.Repeat("0123456789", 4)

// trainedRuns makes a folder with a complete run, an unfinished one, one of a
// changed source and one that was never evaluated.
func trainedRuns(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, commit := range map[string]string{"complete": someCommit, "half": someCommit, "dirty": someCommit + "+dirty"} {
		c := tiny(filepath.Join(root, name))
		if name == "half" { // its manifest wants more than there is
			train(t, c)
			m, err := ReadManifest(c.Dir)
			if err != nil {
				t.Fatal(err)
			}
			m.Config.Steps *= 2
			if err := m.write(c.Dir); err != nil {
				t.Fatal(err)
			}
		} else {
			train(t, c)
		}
		sessionsBy(t, c.Dir, commit)
	}
	c := tiny(filepath.Join(root, "new"))
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	sessionsBy(t, c.Dir, someCommit)
	return root
}

func TestCollect(t *testing.T) {
	root, into := trainedRuns(t), filepath.Join(t.TempDir(), "results")
	collect := Collect{Into: into}
	what := func(c Collect) map[string]string {
		t.Helper()
		all, err := c.From(root)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, one := range all {
			out[filepath.Base(one.Run)] = one.Why
			if one.Added {
				out[filepath.Base(one.Run)] = "added " + one.Why
			}
		}
		return out
	}
	for name, want := range map[string]string{"complete": "added ", "half": "unfinished", "dirty": "+dirty", "new": "no evaluation"} {
		if got := what(Collect{Into: t.TempDir()})[name]; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	what(collect)
	stored := filepath.Join(into, "complete")
	run, err := ReadResults(filepath.Join(root, "complete"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadResults(stored)
	if err != nil || len(got.Mean) != len(run.Mean) || got.Mean[1] != run.Mean[1] || !got.Manifest.Stored || !got.Done() {
		t.Errorf("stored: %v, %v", got, err)
	}
	if exists(filepath.Join(stored, latestName)) || exists(filepath.Join(stored, bestName)) {
		t.Error("more is stored than tables and figures need")
	}
	if why := what(collect)["complete"]; why != "stored already" {
		t.Errorf("again: %q", why)
	}
	if why := what(Collect{Into: into, Unfinished: true})["half"]; !strings.HasPrefix(why, "added as it stands: up to step") {
		t.Errorf("unfinished: %q", why)
	}
	if what(Collect{Into: into, Policies: true}); !exists(filepath.Join(stored, bestName)) {
		t.Error("the policy is not stored")
	}
	if _, err := LoadActor(stored, Parts{}); err != nil {
		t.Errorf("the stored policy: %v", err)
	}
	// Nothing may train on in what is stored, and so delete it.
	if _, err := Resume(stored, 0, Parts{}); err == nil || !strings.Contains(err.Error(), "stored results") {
		t.Errorf("resume: %v", err)
	}
}

// A sweep takes stored results for what they are: done, or not to be gone on
// with.
func TestSweepOverStoredResults(t *testing.T) {
	root, into := trainedRuns(t), t.TempDir()
	if _, err := (Collect{Into: into}).From(root); err != nil {
		t.Fatal(err)
	}
	c := tiny(filepath.Join(into, "complete"))
	if err := TrainInFolder(context.Background(), c, nil); err != nil {
		t.Error(err)
	}
	c.Steps *= 2
	if err := TrainInFolder(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), "fewer steps") {
		t.Errorf("%v", err)
	}
}

// A run that another process has is watched, and taken up when that ends.
func TestSweepWatchesOthersRun(t *testing.T) {
	s := sweepIn(t, t.TempDir(), sweepText)
	s.Grids = []map[string]any{{"seed": []int{0}}}
	runs, err := s.Runs()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(runs[0].Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	other, err := lockFolder(runs[0].Dir)
	if err != nil || other == nil {
		t.Skip("no locks here")
	}
	w, err := s.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for w.State(0).State != Elsewhere {
	}
	other.Close()
	if err := w.Wait(); err != nil || w.State(0).State != Done {
		t.Errorf("%v, %v", w, err)
	}
}

// What the sweep is on a cluster is what it is here, wherever it was written.
func TestFrozenSweep(t *testing.T) {
	s := sweepIn(t, "d", sweepText)
	text, err := s.freeze()
	if err != nil {
		t.Fatal(err)
	}
	frozen, err := ParseSweep(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !filepath.IsAbs(frozen.Dir) {
		t.Errorf("the nodes would look for %s somewhere else", frozen.Dir)
	}
	want, err1 := s.Runs()
	got, err2 := frozen.Runs()
	if err1 != nil || err2 != nil || len(got) != len(want) {
		t.Fatal(err1, err2, len(got))
	}
	for i := range want {
		a, _ := json.Marshal(want[i])
		b, _ := json.Marshal(got[i])
		if string(a) != string(b) || filepath.Base(want[i].Dir) != filepath.Base(got[i].Dir) {
			t.Errorf("run %d: %s, want %s", i, b, a)
		}
	}
}
