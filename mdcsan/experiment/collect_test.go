package experiment

import (
	"context"
	"encoding/json"
	"errors"
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

// A run is never stored into itself, whichever way its folder is named, and
// what trains is never taken for a stored result.
func TestCollectIntoTheRunsThemselves(t *testing.T) {
	root := trainedRuns(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Skip("no symbolic links here")
	}
	before := snapshot(t, root)
	for _, c := range []Collect{{Into: root}, {Into: root, Unfinished: true}, {Into: link, Unfinished: true}, {Into: filepath.Join(root, "complete")}} {
		if _, err := c.From(root); err == nil || !strings.Contains(err.Error(), "-o") && !strings.Contains(err.Error(), "name the folder") {
			t.Errorf("into %s: %v", c.Into, err)
		}
	}
	if after := snapshot(t, root); after != before {
		t.Errorf("the runs were\n%s\nand are\n%s", before, after)
	}
	// Into a folder of another run of that name, which may go on.
	other := t.TempDir()
	c := tiny(filepath.Join(other, "complete"))
	c.Seed = 9
	train(t, c)
	before = snapshot(t, other)
	if _, err := (Collect{Into: other}).From(filepath.Join(root, "complete")); err == nil || !strings.Contains(err.Error(), "may go on") {
		t.Error(err)
	}
	if after := snapshot(t, other); after != before {
		t.Error("another run was changed")
	}
}

// A rerun with other numbers is stored beside the first; each again changes
// nothing; more of the same run replaces what is stored.
func TestCollectKeepsBothReruns(t *testing.T) {
	into := t.TempDir()
	first, rerun := trainedRuns(t), trainedRuns(t)
	dir := filepath.Join(rerun, "complete")
	os.RemoveAll(dir)
	c := tiny(dir)
	c.Gamma = 0.5 // other numbers ...
	train(t, c)
	sessionsBy(t, dir, strings.Repeat("9", 40))
	reset(t, dir, func(c *Config) { c.Gamma = 0.99 }) // ... of the same settings, as after a change of the program
	for range 2 {
		for _, from := range []string{first, rerun} {
			if _, err := (Collect{Into: into}).From(filepath.Join(from, "complete")); err != nil {
				t.Fatal(err)
			}
		}
	}
	names, _ := os.ReadDir(into)
	if len(names) != 2 || names[1].Name() != "complete-2" {
		t.Fatalf("%v", names)
	}
	for name, from := range map[string]string{"complete": first, "complete-2": rerun} {
		want, err1 := ReadResults(filepath.Join(from, "complete"))
		got, err2 := ReadResults(filepath.Join(into, name))
		if err1 != nil || err2 != nil || got.Mean[0] != want.Mean[0] {
			t.Errorf("%s: %v %v", name, err1, err2)
		}
	}
	all, err := (Collect{Into: into}).From(dir)
	if err != nil || !strings.Contains(all[0].Why, "commit 9999999 here") {
		t.Errorf("%+v %v", all, err)
	}
}

// reset changes the settings of a finished run everywhere where they stand.
func reset(t *testing.T, dir string, change func(*Config)) {
	t.Helper()
	m, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	change(&m.Config)
	os.Remove(filepath.Join(dir, latestName))
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
}

// One damaged run does not keep the others from being stored.
func TestCollectGoesOnAfterDamage(t *testing.T) {
	root, into := trainedRuns(t), t.TempDir()
	bad := copyOf(t, filepath.Join(root, "complete"))
	os.Remove(filepath.Join(bad, latestName))
	os.WriteFile(filepath.Join(bad, progressName), []byte("step\n1\n"), 0o644)
	all, err := (Collect{Into: into}).From(bad, root)
	if err == nil || !strings.Contains(err.Error(), bad) || all[0].Err == nil {
		t.Errorf("%v %+v", err, all)
	}
	if _, err := ReadResults(filepath.Join(into, "complete")); err != nil {
		t.Error(err)
	}
}

// What a collect that was killed left half written is written again; what
// somebody else put there is not written over.
func TestCollectIntoHalfWritten(t *testing.T) {
	root, into := trainedRuns(t), t.TempDir()
	from, stored := filepath.Join(root, "complete"), filepath.Join(into, "complete")
	collect := func() error { _, err := (Collect{Into: into}).From(from); return err }
	if err := collect(); err != nil {
		t.Fatal(err)
	}
	want := snapshot(t, stored)
	for _, name := range []string{progressName, evaluationsName} {
		os.WriteFile(filepath.Join(stored, name), []byte("half"), 0o644)
		if err := collect(); err != nil || snapshot(t, stored) != want {
			t.Errorf("%s: %v", name, err)
		}
		os.Remove(filepath.Join(stored, name))
		if err := collect(); err != nil || snapshot(t, stored) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{progressName, bestName} {
		os.RemoveAll(stored)
		os.MkdirAll(stored, 0o755)
		os.WriteFile(filepath.Join(stored, name), []byte("mine"), 0o644)
		if err := collect(); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), name) || read(t, filepath.Join(stored, name)) != "mine" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
