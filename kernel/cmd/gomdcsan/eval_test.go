package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan"
)

// TestEvalElsewhere: a policy is evaluated in another version of its task and
// with other physics, and refused where it does not fit.
func TestEvalElsewhere(t *testing.T) {
	if !mdcsan.HasMuJoCo() {
		t.Skip("no MuJoCo")
	}
	dir := filepath.Join(t.TempDir(), "run")
	if out, err := gomdcsan("train", "--task", "Hopper-v3", "--steps", "300", "--start-steps", "100", "--eval-every", "200", "--eval-episodes", "1", "--dir", dir); err != nil {
		t.Fatal(err, out)
	}
	mean := func(args ...string) float64 {
		out, err := gomdcsan(append([]string{"eval", dir, "--episodes", "2", "--json"}, args...)...)
		if err != nil {
			t.Fatal(err, out)
		}
		var r struct {
			Mean                              float64
			Task, TrainedOn, Inertia, Contact string
		}
		if err := json.Unmarshal([]byte(strings.ReplaceAll(out[strings.Index(out, "{"):], "trained_on", "trainedon")), &r); err != nil {
			t.Fatal(err, out)
		}
		if r.TrainedOn != "Hopper-v3" || r.Inertia == "" {
			t.Errorf("%+v", r)
		}
		return r.Mean
	}
	here := mean()
	if there := mean("--inertia", "exact"); there == here {
		t.Errorf("exact inertia gives %v as legacy does", there)
	}
	if there := mean("--task", "Hopper-v4"); there == here {
		t.Errorf("version 4 gives %v as version 3 does", there)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--task", "Ant-v3"}, "11 observations and gives 3 actions; Ant-v3 has 111 and 8"},
		{[]string{"--inertia", "none"}, "legacy, exact"},
		{[]string{"--task", "Hoper-v3"}, "Hopper-v3"},
	} {
		if out, err := gomdcsan(append([]string{"eval", dir}, c.args...)...); err == nil || !strings.Contains(err.Error()+out, c.want) {
			t.Errorf("%v: %v %s, want %q", c.args, err, out, c.want)
		}
	}
	for _, size := range []string{"-5", "0", "99999999"} {
		film := filepath.Join(t.TempDir(), "f.gif")
		if out, err := gomdcsan("export", dir, "--film", film, "--size", size); err == nil || !strings.Contains(err.Error()+out, "16 to 4096") {
			t.Errorf("a film of size %s: %v %s", size, err, out)
		}
	}
	if out, err := gomdcsan("train", "--task", "Hopper-v3", "--seed", "-1"); err == nil || !strings.Contains(err.Error()+out, "0 to 18446744073709551615") {
		t.Errorf("seed -1: %v %s", err, out)
	}
}
