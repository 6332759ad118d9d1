package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/checkpoint"
)

// A finished run whose checkpoint was removed stays as it is: done for a
// sweep, and refused by a resume, which says what is gone.
func TestCheckpointRemovedFromFinishedRun(t *testing.T) {
	c := tiny(t.TempDir())
	train(t, c)
	if err := os.Remove(filepath.Join(c.Dir, latestName)); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, c.Dir)
	if err := TrainInFolder(context.Background(), c, nil); err != nil {
		t.Errorf("sweep: %v", err)
	}
	for _, steps := range []int{0, 2000} {
		if _, err := Resume(c.Dir, steps, Parts{}); !errors.Is(err, errNoCheckpoint) || !strings.Contains(err.Error(), latestName) {
			t.Errorf("resume: %v", err)
		}
	}
	if _, err := New(c, Parts{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("new: %v", err)
	}
	longer := c
	longer.Steps = 2000
	if err := TrainInFolder(context.Background(), longer, nil); !errors.Is(err, errNoCheckpoint) {
		t.Errorf("a longer sweep: %v", err)
	}
	os.Remove(filepath.Join(c.Dir, failureName)) // which says it for the cluster
	if r, err := ReadResults(c.Dir); err != nil || !r.Done() || len(r.Notes) != 0 {
		t.Errorf("%v %v", r, err)
	}
	if after := withoutManifest(snapshot(t, c.Dir)); after != withoutManifest(before) {
		t.Errorf("the folder was\n%s\nand is\n%s", before, after)
	}
}

// So does one that was stopped before its first evaluation.
func TestCheckpointRemovedFromStoppedRun(t *testing.T) {
	c := tiny(t.TempDir())
	c.EvalEvery = 500
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	var stop *InterruptedError
	if err := r.Train(&countdown{context.Background(), 150}); !errors.As(err, &stop) {
		t.Fatal(err)
	}
	r.Close()
	os.Remove(filepath.Join(c.Dir, latestName))
	if _, err := Resume(c.Dir, 0, Parts{}); !errors.Is(err, errNoCheckpoint) {
		t.Error(err)
	}
}

func withoutManifest(snapshot string) string {
	lines := strings.Split(snapshot, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, manifestName) }), "\n")
}

// best.ckpt that is gone, damaged or of another run is said, its policy taken
// from the checkpoint, and the file written again by a resume.
func TestBestPolicyIsMended(t *testing.T) {
	whole := train(t, tiny(t.TempDir())).Config.Dir
	want := read(t, filepath.Join(whole, bestName))
	other := tiny(t.TempDir())
	other.Seed = 5
	foreign := read(t, filepath.Join(train(t, other).Config.Dir, bestName))
	for name, data := range map[string]string{"gone": "", "cut": want[:100], "of another run": foreign} {
		dir := copyOf(t, whole)
		path := filepath.Join(dir, bestName)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if data != "" {
			os.WriteFile(path, []byte(data), 0o644)
		}
		a, err := LoadActor(dir, Parts{})
		if err != nil || !strings.Contains(a.Note, bestName) || string(a.File().Marshal()) != want {
			t.Errorf("%s: %v, %v", name, a, err)
		}
		var warned string
		r, err := Resume(dir, 610, Parts{})
		if err == nil {
			err = r.Train(context.Background(), func(p Progress) {
				if p.Kind == Warned {
					warned += p.Message
				}
			})
			r.Close()
		}
		if err != nil || !strings.Contains(warned, bestName) || read(t, path) != want {
			t.Errorf("%s: %v, warned: %q", name, err, warned)
		}
		if data != "" && read(t, path+".damaged-1") != data {
			t.Errorf("%s: what was there is lost", name)
		}
	}
}

// Every setting of the manifest, changed by hand, is noticed by whoever reads
// the folder, and named where the checkpoint knows it.
func TestEditedManifestIsRefused(t *testing.T) {
	whole := train(t, tiny(t.TempDir())).Config.Dir
	def := tiny("")
	for _, format := range []int{1, manifestFormat} { // 1 has no digest: the checkpoint is compared
		for _, s := range def.Settings() {
			if s.Name == "threads" || format == 1 && slices.Contains([]string{"steps", "checkpoint_every", "tensorboard"}, s.Name) {
				continue // not in the manifest; may differ between sessions
			}
			dir := copyOf(t, whole)
			m, err := ReadManifest(dir)
			if err != nil {
				t.Fatal(err)
			}
			changed := changedSetting(t, &m.Config, s.Name)
			if changed.Validate() != nil {
				t.Fatalf("%s: %v", s.Name, changed.Validate())
			}
			text := readOldFormat(t, m, format)
			os.WriteFile(filepath.Join(dir, manifestName), text, 0o644)
			before := snapshot(t, dir)
			_, resume := Resume(dir, 700, Parts{})
			_, results := ReadResults(dir)
			_, eval := LoadActor(dir, Parts{})
			for what, err := range map[string]error{"resume": resume, "report": results, "eval": eval} {
				if err == nil || s.Name != "steps" && s.Name != "checkpoint_every" && s.Name != "tensorboard" && !strings.Contains(err.Error(), " "+s.Name+" is ") {
					t.Errorf("format %d: %s with another %s: %v", format, what, s.Name, err)
				}
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("%s: the folder was\n%s\nand is\n%s", s.Name, before, after)
			}
		}
	}
}

// changedSetting gives one setting another value.
func changedSetting(t *testing.T, c *Config, name string) Config {
	t.Helper()
	words := map[string]string{"task": "Hopper-v3", "inertia": "exact", "contact": "rne", "actor": "lif", "coding": "uni", "neuron": "if", "learn": "layer",
		"init": "other.ckpt", "surrogate": "arctan", "hidden": "8", "critic_hidden": "8", "theta": "1,2,3,4"}
	for _, s := range c.Settings() {
		if s.Name != name {
			continue
		}
		text := words[name]
		switch s.Kind() {
		case "bool":
			text = map[string]string{"true": "false", "false": "true"}[s.Text()]
		case "int":
			text = s.Text() + "1" // ten times as much and more
		case "float":
			text = "0.25"
		}
		if err := s.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	return *c
}

// readOldFormat is the manifest as somebody's editor leaves it.
func readOldFormat(t *testing.T, m *Manifest, format int) []byte {
	t.Helper()
	if m.Format = format; format == 1 {
		m.Digest, m.Files, m.ID, m.Saved = "", nil, "", false
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A folder of before manifests listed files and checkpoints held tables is
// resumed to the same end, and its damage noticed as far as it can be.
func TestFolderOfBefore(t *testing.T) {
	want := filesOf(t, train(t, tiny(t.TempDir())).Config.Dir)
	c := tiny(t.TempDir())
	c.Steps = 400
	train(t, c)
	makeOld(t, c.Dir)
	for name, spoil := range map[string]func(text string) string{
		progressName:    func(s string) string { return strings.Replace(s, "\n150,", "\n151,", 1) },
		evaluationsName: func(s string) string { return strings.Replace(s, ",0,-1", ",0,-2", 1) },
		episodesName:    func(s string) string { return strings.Replace(s, "\n400,2,", "\n40,2,", 1) },
	} {
		dir := copyOf(t, c.Dir)
		path := filepath.Join(dir, name)
		data := read(t, path)
		for what, text := range map[string]string{"a digit": spoil(data), "CRLF": strings.ReplaceAll(data, "\n", "\r\n"), "cut": data[:len(data)/2]} {
			os.WriteFile(path, []byte(text), 0o644)
			r, err := Resume(dir, 0, Parts{})
			if err == nil {
				r.Close()
			}
			if mended := name == evaluationsName && err == nil && read(t, path) == data; text == data || !mended && (err == nil || !strings.Contains(err.Error(), name)) {
				t.Errorf("%s in %s: %v", what, name, err)
			}
			os.WriteFile(path, []byte(text), 0o644)
			if r, err := ReadResults(dir); what != "CRLF" && name != episodesName && err == nil && len(r.Notes) == 0 {
				t.Errorf("report: %s in %s is not seen", what, name)
			}
			os.WriteFile(path, []byte(data), 0o644)
		}
	}
	goOn(t, c.Dir, 600)
	got := filesOf(t, c.Dir)
	for _, name := range tableNames {
		if got[name] != want[name] {
			t.Errorf("%s differs", name)
		}
	}
	if m, err := ReadManifest(c.Dir); err != nil || m.Format != manifestFormat || m.Files[latestName] != "" || !m.sealed() {
		t.Errorf("%+v %v", m, err)
	}
}

// makeOld takes from a folder what earlier versions did not write.
func makeOld(t *testing.T, dir string) {
	t.Helper()
	m, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, manifestName), readOldFormat(t, m, 1), 0o644)
	ck, err := checkpoint.ReadFile(filepath.Join(dir, latestName))
	if err != nil {
		t.Fatal(err)
	}
	old := checkpoint.New()
	for _, name := range ck.Names() {
		if strings.HasPrefix(name, tablePrefix) || name == bestEntry {
			continue
		}
		switch typ, shape, _ := ck.Stat(name); typ {
		case checkpoint.Bytes:
			b, _ := ck.Bytes(name)
			old.SetBytes(name, b)
		case checkpoint.Int64:
			v, _ := ck.Int64(name, shape[0])
			old.SetInt64(name, v...)
		case checkpoint.Float64:
			v, shape, _ := ck.Float64(name)
			old.SetFloat64(name, shape, v)
		default:
			v, shape, _ := ck.Float32(name)
			old.SetFloat32(name, shape, v)
		}
	}
	var sizes []int64
	for _, name := range []string{progressName, evaluationsName, episodesName} {
		sizes = append(sizes, int64(len(read(t, filepath.Join(dir, name)))))
	}
	old.SetInt64("run/tables", sizes...)
	if err := old.WriteFile(filepath.Join(dir, latestName)); err != nil {
		t.Fatal(err)
	}
}

// Fewer steps than are done cannot be asked for, and resuming a complete run
// leaves it as it is.
func TestResumeOfCompleteRun(t *testing.T) {
	dir := train(t, tiny(t.TempDir())).Config.Dir
	before := snapshot(t, dir)
	if _, err := Resume(dir, 300, Parts{}); err == nil || !strings.Contains(err.Error(), "600") || !strings.Contains(err.Error(), "300") {
		t.Errorf("fewer steps: %v", err)
	}
	for range 2 {
		r, err := Resume(dir, 0, Parts{})
		if err != nil || !r.Done() {
			t.Fatal(r, err)
		}
		r.Close()
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the folder was\n%s\nand is\n%s", before, after)
	}
	r, err := Resume(dir, 0, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Config.Steps = 10
	if err := r.Train(context.Background()); err == nil {
		t.Error("a run was made shorter than it is")
	}
	if m, err := ReadManifest(dir); err != nil || len(m.Sessions) != 1 || m.Config.Steps != 600 {
		t.Errorf("%+v %v", m, err)
	}
}

// Links to runs and to folders of runs are followed, cycles end, and a run
// that is found on several ways, or of which there is a copy, counts once.
func TestFindRunsFollowsLinks(t *testing.T) {
	scratch, root := t.TempDir(), t.TempDir()
	c := tiny(filepath.Join(scratch, "first"))
	train(t, c)
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	link(scratch, "runs")
	link(c.Dir, "zlink")
	link(root, "cycle")
	link("nowhere", "dangling")
	dirs, err := FindRuns(root, scratch)
	if err != nil || len(dirs) != 1 || dirs[0] != filepath.Join(root, "runs", "first") {
		t.Errorf("%v %v", dirs, err)
	}
	if dirs, err := FindRuns(filepath.Join(root, "zlink")); err != nil || len(dirs) != 1 {
		t.Errorf("a link as the root: %v %v", dirs, err)
	}
	link(copyOf(t, c.Dir), "copy")
	all, err := ReadRuns(root)
	if err != nil || len(all) != 1 || len(all[0].Notes) != 1 || !strings.Contains(all[0].Notes[0], "counts once") {
		t.Errorf("%v %v", all, err)
	}
	again, err := ReadResults(filepath.Join(root, "copy"))
	if err != nil {
		t.Fatal(err)
	}
	if g := Groups([]*Results{all[0], again}); len(g) != 1 || len(g[0].Seeds) != 1 {
		t.Errorf("%+v", g)
	}
	other := *again
	other.Mean = slices.Clone(again.Mean)
	other.Mean[0]++
	if len(Distinct([]*Results{all[0], &other})) != 2 {
		t.Error("runs of other numbers were taken for one")
	}
}

// A path may hold what is special in patterns.
func TestAnyPath(t *testing.T) {
	c := tiny(filepath.Join(t.TempDir(), `a [b] \d *?`))
	c.Replay, c.CheckpointEvery = 40, 15
	train(t, c)
	names, _ := os.ReadDir(c.Dir)
	logs := 0
	for _, n := range names {
		if isSegment(n.Name()) {
			logs++
		}
	}
	if logs < 1 || logs > 2 {
		t.Errorf("%d files of the replay log: those that the ring has overwritten are still there", logs)
	}
	goOn(t, c.Dir, 700)
}

// A manifest of a newer program, and one with a byte-order mark or other line
// ends.
func TestManifestOfOthers(t *testing.T) {
	dir := train(t, tiny(t.TempDir())).Config.Dir
	path := filepath.Join(dir, manifestName)
	data := []byte(read(t, path))
	os.WriteFile(path, append([]byte("\xef\xbb\xbf"), bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))...), 0o644)
	if _, err := ReadManifest(dir); err != nil {
		t.Errorf("an editor's line ends: %v", err)
	}
	os.WriteFile(path, bytes.Replace(data, []byte(`"format": 2`), []byte(`"format": 3`), 1), 0o644)
	if _, err := Resume(dir, 0, Parts{}); !errors.Is(err, checkpoint.ErrNewer) {
		t.Errorf("a newer one: %v", err)
	}
}
