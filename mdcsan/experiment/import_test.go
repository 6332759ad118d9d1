package experiment

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/foreign"
)

// TestImportPopSAN: weights in the layout of PopSAN's public code give the
// actions that PyTorch gives (testdata/popsan.py).
func TestImportPopSAN(t *testing.T) {
	a, err := Import("testdata/popsan.pt", ImportOptions{Task: "Pendulum-v1", Normaliser: "testdata/popsan_mean_var.p"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy.ckpt")
	if err := a.Save(path); err != nil {
		t.Fatal(err)
	}
	if a, err = LoadActor(path, Parts{}); err != nil {
		t.Fatal(err)
	}
	sameActions(t, a, "testdata/popsan_actions.npz")
	if ev, err := a.Evaluate(context.Background(), 2, 0); err != nil || len(ev.Returns) != 2 {
		t.Errorf("%v, %v", ev, err)
	}
}

// sameActions compares an actor with the arrays obs and actions of a file.
func sameActions(t *testing.T, a *Actor, file string) {
	t.Helper()
	f, err := foreign.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	obs, want := f.Arrays["obs"], f.Arrays["actions"]
	n, m := a.Spec.ObsDim, a.Spec.ActDim
	rows, distinct, worst := obs.Shape[0], map[float64]bool{}, 0.0
	for i := range rows {
		act := a.Act(obs.Data[i*n : (i+1)*n])
		for d, x := range act {
			worst = max(worst, math.Abs(x-want.Data[i*m+d]))
			distinct[x] = true
		}
	}
	if worst > 1e-6*max(1, a.Spec.ActHigh[0]) {
		t.Errorf("actions differ by up to %g", worst)
	}
	if len(distinct) < 5 {
		t.Errorf("%d different actions in %d observations: nothing was compared", len(distinct), rows)
	}
	t.Logf("%d actions, %d different, agree to %.1g", len(want.Data), len(distinct), worst)
}

// TestExportImport: what export writes comes back as the same policy, settings,
// statistics and critics included.
func TestExportImport(t *testing.T) {
	r := train(t, tiny(t.TempDir()))
	a := r.Actor()
	npz := filepath.Join(t.TempDir(), "all.npz")
	if err := a.SaveNPZ(npz, true); err != nil {
		t.Fatal(err)
	}
	b, err := Import(npz, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if string(a.File().Marshal()) != string(b.File().Marshal()) {
		t.Error("the policy is another one")
	}
	again := filepath.Join(t.TempDir(), "again.npz")
	if err := b.SaveNPZ(again, true); err != nil {
		t.Fatal(err)
	}
	x, err1 := os.ReadFile(npz)
	y, err2 := os.ReadFile(again)
	if err1 != nil || err2 != nil || string(x) != string(y) {
		t.Errorf("exported again it differs (%v, %v)", err1, err2)
	}
	f, err := foreign.Read(npz)
	if err != nil || f.Arrays["q2/W0"].Shape == nil || f.Arrays["actor/W0"].Shape == nil || !strings.Contains(f.Texts["settings"], `"det_threshold"`) {
		t.Errorf("%v holds %v", err, f.Names())
	}
	best, err := LoadActor(r.Config.Dir, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := best.SaveNPZ(npz, true); err == nil || !strings.Contains(err.Error(), "latest.ckpt") {
		t.Errorf("critics of best.ckpt: %v", err)
	}
}

func TestImportRefuses(t *testing.T) {
	for _, c := range []struct {
		file, task, normaliser, want string
	}{
		{"testdata/popsan.pt", "", "", "--task"},
		{"testdata/popsan.pt", "Pendulum-v2", "", "Pendulum-v1"},
		{"testdata/popsan.pt", "Hopper-v3", "", "encoder.mean: shape [1 3 5], want [1 11 -1]"},
		{"testdata/popsan.pt", "Pendulum-v1", "testdata/popsan_actions.npz", "want mean and variance of 3 numbers"},
		{"testdata/popsan_actions.npz", "Pendulum-v1", "", "it holds actions, obs"},
		{"testdata/policy-v1.ckpt", "Pendulum-v1", "", "neither PyTorch's format"},
		{"testdata/no-such.pt", "Pendulum-v1", "", "no such file"},
	} {
		_, err := Import(c.file, ImportOptions{Task: c.task, Normaliser: c.normaliser})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %q: the error lacks %q: %v", c.file, c.task, c.want, err)
		}
	}
}

// TestInit: a run starts from a policy's weights, targets included, says so in
// its manifest, and needs the file no more.
func TestInit(t *testing.T) {
	first := train(t, tiny(t.TempDir()))
	path := filepath.Join(t.TempDir(), "policy.ckpt")
	if err := first.SavePolicy(path); err != nil {
		t.Fatal(err)
	}
	c := tiny(t.TempDir())
	c.Seed, c.Init = 7, path
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	want, got := policyTensors(first.Learner.Tensors()), r.Learner.Tensors()
	for _, w := range want {
		for _, name := range []string{w.Name, strings.Replace(w.Name, "actor/", "actor_target/", 1)} {
			for _, g := range got {
				if g.Name == name && string(floatBytes(g.AppendF32(nil))) != string(floatBytes(w.AppendF32(nil))) {
					t.Errorf("%s differs from the policy", name)
				}
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	finish(t, c.Dir)
	m, err := ReadManifest(c.Dir)
	if err != nil || m.Config.Init != path {
		t.Errorf("%v: init %q", err, m.Config.Init)
	}
	c.Dir, c.Hidden, c.Init = t.TempDir(), []int{8, 8}, filepath.Join(first.Config.Dir, latestName)
	if _, err := New(c, Parts{}); err == nil || !strings.Contains(err.Error(), "settings of the actor must be those") {
		t.Errorf("other hidden layers: %v", err)
	}
}

func floatBytes(x []float32) (b []byte) {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}
