package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomdcsan/mdcsan/experiment"
)

// gomdcsan runs the command within the test and returns what it printed.
func gomdcsan(args ...string) (out string, err error) {
	root := newRoot()
	var b bytes.Buffer
	root.SetOut(&b)
	root.SetErr(&b)
	root.SetArgs(args)
	err = root.ExecuteContext(context.Background())
	return b.String(), err
}

// small are the flags of a run of a second.
func small(dir string) []string {
	return []string{"train", "--task", "Pendulum-v1", "--hidden", "16", "--critic-hidden", "16", "--population", "3", "--t", "2", "--batch", "8",
		"--steps", "600", "--start-steps", "100", "--update-after", "50", "--eval-every", "200", "--eval-episodes", "2", "--dir", dir}
}

func TestTrainEvalWatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out, err := gomdcsan(small(dir)...)
	if err != nil || strings.Count(out, "return ") < 3 || !strings.Contains(out, "600 of 600") {
		t.Fatalf("train: %v\n%s", err, out)
	}
	if out, err = gomdcsan("eval", dir, "--episodes", "3", "--random", "--energy"); err != nil || !strings.Contains(out, "3 episodes") ||
		!strings.Contains(out, "random actions") || !strings.Contains(out, "synaptic operations") || !strings.Contains(out, "a DAN of [3 16 1]: 0 synaptic operations, 64 multiply-accumulates") {
		t.Errorf("eval: %v\n%s", err, out)
	}
	var ev struct {
		Mean    float64
		Returns []float64
		Random  struct{ Returns []float64 }
		Energy  struct{ DAN struct{ MACs int } }
	}
	out, err = gomdcsan("eval", filepath.Join(dir, "latest.ckpt"), "--json", "--episodes", "4", "--random", "--energy")
	if err != nil || json.Unmarshal([]byte(out), &ev) != nil || len(ev.Returns) != 4 || ev.Mean >= 0 || len(ev.Random.Returns) != 4 || ev.Energy.DAN.MACs != 64 {
		t.Errorf("eval --json: %v\n%s", err, out)
	}
	if out, err = gomdcsan("watch", filepath.Dir(dir), "--once"); err != nil || !strings.Contains(out, "done") || !strings.Contains(out, "600/600") {
		t.Errorf("watch: %v\n%s", err, out)
	}
	if out, err = gomdcsan("train", "--resume", dir); err != nil || !strings.Contains(out, "complete") {
		t.Errorf("resume of a complete run: %v\n%s", err, out)
	}
	if out, err = gomdcsan("train", "--resume", dir, "--steps", "800"); err != nil || !strings.Contains(out, "800 of 800") {
		t.Errorf("resume with more steps: %v\n%s", err, out)
	}
}

// What a run has learnt can be taken out of it, and its centre be used again.
// TestFailedRunIsShownAsFailed: watch says why a run ended before its end, until
// it goes on.
func TestFailedRunIsShownAsFailed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if out, err := gomdcsan(small(dir)...); err != nil {
		t.Fatalf("train: %v\n%s", err, out)
	}
	r, err := experiment.Resume(dir, 900, experiment.Parts{}) // is not complete any more
	if err == nil {
		ctx, stop := context.WithCancel(context.Background())
		stop()
		_ = r.Train(ctx)
		err = r.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	experiment.KeepFailure(dir, errors.New("loss of critic 1 is NaN"))
	if out, err := gomdcsan("watch", dir, "--once"); err != nil || !strings.Contains(out, "failed") || !strings.Contains(out, "loss of critic 1 is NaN") {
		t.Errorf("watch of a failed run: %v\n%s", err, out)
	}
	if out, err := gomdcsan("train", "--resume", dir); err != nil {
		t.Errorf("resume: %v\n%s", err, out)
	}
	if out, err := gomdcsan("watch", dir, "--once"); err != nil || strings.Contains(out, "failed") {
		t.Errorf("watch of a run that has gone on: %v\n%s", err, out)
	}
}

func TestExportAndTheta(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if out, err := gomdcsan(append(small(dir), "--learn", "neuron", "--theta", "0.02,0.2,0,0.08")...); err != nil || !strings.Contains(out, "in the actor") {
		t.Fatalf("train: %v\n%s", err, out)
	}
	npz, csv, gif, apng := filepath.Join(dir, "w.npz"), filepath.Join(dir, "cloud.csv"), filepath.Join(dir, "f.gif"), filepath.Join(dir, "f.png")
	for _, args := range [][]string{{"--npz", npz, "--thetas", csv, "--film", gif, "--size", "32"}, {"--film", apng, "--size", "32"}} {
		if out, err := gomdcsan(append([]string{"export", dir}, args...)...); err != nil {
			t.Fatalf("export: %v\n%s", err, out)
		}
	}
	for path, magic := range map[string]string{npz: "PK", csv: "neuron,layer,", gif: "GIF89a", apng: "\x89PNG"} {
		if data, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(data), magic) || len(data) < 200 {
			t.Errorf("%s: %d bytes, %v", path, len(data), err)
		}
	}
	if data, _ := os.ReadFile(apng); !bytes.Contains(data, []byte("acTL")) {
		t.Error("the PNG is not animated")
	}
	ofRun, err := gomdcsan("theta", dir)
	ofFile, err2 := gomdcsan("theta", csv)
	if err != nil || err2 != nil || ofRun != ofFile || !strings.Contains(ofRun, "26 of 26 neurons: --theta 0.0") {
		t.Errorf("theta: %v %v\n%s%s", err, err2, ofRun, ofFile)
	}
	_, setting, _ := strings.Cut(strings.TrimSpace(ofRun), "--theta ")
	if out, err := gomdcsan("train", "--theta", setting, "--print-config"); err != nil || !strings.Contains(out, "theta = [0.0") {
		t.Errorf("the centre as a setting: %v\n%s", err, out)
	}
	if out, err := gomdcsan("theta", csv, "--k", "3"); err != nil || strings.Count(out, "--theta") != 3 {
		t.Errorf("three clusters: %v\n%s", err, out)
	}
	if _, err := gomdcsan("export", dir); err == nil || !strings.Contains(err.Error(), "--npz") {
		t.Errorf("export of nothing: %v", err)
	}
}

// Wrong input ends with one line that says what is wrong.
func TestTrainErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(file, []byte("task = 'Pendulum-v1'\nstep = 5\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	written := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"train", "--task", "Hoper-v3", "--dir", dir}, "Hopper-v3"},
		{[]string{"train", "--task", "Pendulum-v1", "--coding", "morse", "--dir", dir}, `coding = "morse": must be one of`},
		{[]string{"train", "--steps", "many", "--dir", dir}, `steps = "many": must be int`},
		{[]string{"train", "--config", file, "--dir", dir}, `no such setting: "step" in line 2 (did you mean "steps"?)`},
		{[]string{"train", "--codding", "pop"}, "unknown flag: --codding; did you mean --coding?"},
		{[]string{"train", "--resume", dir}, "is not a run"},
		{[]string{"train", "--resume", dir, "--coding", "pop"}, "--coding cannot be changed"},
		{[]string{"train", "--normalise", "false"}, "--normalise=false"},
		{[]string{"train", "--config", written("sweep.toml", "[[grid]]\ntask = [\"Hopper-v3\"]\n")}, "the file of a sweep"},
		{[]string{"train", "--config", written("float.toml", "\xef\xbb\xbftask = \"Hopper-v3\"\nsteps = 1e6\n")}, "line 2, column 9: a whole number"},
		{[]string{"sweep", written("typo.toml", "[settings]\n\nstpes = 5\n[[grid]]\ntask = [\"Hopper-v3\"]\n"), "--list"}, `"stpes" in line 3 (did you mean "steps"?)`},
		{[]string{"sweep", written("good.toml", "[[grid]]\ntask = [\"Hopper-v3\"]\n"), "--only", "-2"}, "--only -2"},
		{[]string{"sweep", written("good.toml", "[[grid]]\ntask = [\"Hopper-v3\"]\n"), "--parallel", "-3"}, "--parallel -3"},
		{[]string{"sweep", written("good.toml", "[[grid]]\ntask = [\"Hopper-v3\"]\n"), "--sbatch", "--time=1"}, "--executor slurm only"},
		{[]string{"eval", filepath.Join(dir, "nothing.ckpt")}, "no such file"},
		{[]string{"eval", file}, "not a gomdcsan checkpoint"},
		{[]string{"watch", dir}, "no run in"},
	} {
		_, err := gomdcsan(c.args...)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Count(err.Error(), "\n") > 1 {
			t.Errorf("%v: %v", c.args, err)
		}
	}
}

func TestConfigFileAndFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(file, []byte("task = 'Pendulum-v1'\nsteps = 700\nt = 4\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := gomdcsan("train", "--config", file, "--t", "3", "--tensorboard", "--normalise=false", "--print-config")
	if err != nil || !strings.Contains(out, "steps = 700") || !strings.Contains(out, "tensorboard = true") || !strings.Contains(out, "normalise = false") || !strings.Contains(out, "\nt = 3") || !strings.Contains(out, "task = 'Pendulum-v1'") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Ctrl-C saves and says how to go on.
func TestTrainInterrupt(t *testing.T) {
	if dir := os.Getenv("GOMDCSAN_TEST_CHILD"); dir != "" {
		os.Args = append([]string{"gomdcsan"}, append(small(dir), "--steps", "1000000")...)
		main()
		return
	}
	dir := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command(os.Args[0], "-test.run=^TestTrainInterrupt$")
	cmd.Env = append(os.Environ(), "GOMDCSAN_TEST_CHILD="+dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 200 { // until it is at work
		if _, err := os.Stat(filepath.Join(dir, "progress.csv")); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	if err == nil || !strings.Contains(out.String(), "and saved; go on with: gomdcsan train --resume "+dir) {
		t.Fatalf("%v\n%s", err, &out)
	}
	text, err := gomdcsan("watch", dir, "--once")
	if err != nil || !strings.Contains(text, "stopped") {
		t.Errorf("watch: %v\n%s", err, text)
	}
}

// A terminal that closes, a connection that breaks and a kill save the run as
// Ctrl-C does, also when nobody reads any more what is printed; under nohup
// the run goes on.
func TestSignalsSave(t *testing.T) {
	if dir := os.Getenv("GOMDCSAN_TEST_SIGNAL"); dir != "" {
		os.Args = append([]string{"gomdcsan"}, append(small(dir), "--steps", "100000000", "--checkpoint-every", "100000000")...)
		main()
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such signals")
	}
	// A signal that whoever started the tests ignores (nohup, a shell's &) would
	// be ignored by the children, too; one that is caught here is not.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP, syscall.SIGINT)
	defer signal.Stop(caught)
	for name, c := range map[string]struct {
		signal syscall.Signal
		nohup  bool
	}{"hangup": {syscall.SIGHUP, false}, "terminate": {syscall.SIGTERM, false}, "interrupt": {syscall.SIGINT, false}, "nohup": {syscall.SIGHUP, true}} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			args := []string{"-c", `exec "$0" "$@"`, os.Args[0], "-test.run=^TestSignalsSave$"}
			if c.nohup {
				args[1] = `trap "" HUP; ` + args[1]
			}
			child := exec.Command("sh", args...)
			child.Env = append(os.Environ(), "GOMDCSAN_TEST_SIGNAL="+dir)
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			child.Stdout, child.Stderr = write, write
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = child.Process.Kill() }()
			write.Close()
			waitFor(t, func() bool { _, err := os.Stat(filepath.Join(dir, "progress.csv")); return err == nil })
			read.Close() // as a tee that the same Ctrl-C has ended
			before := statusOf(t, dir)
			if err := child.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			if c.nohup {
				waitFor(t, func() bool { return statusOf(t, dir) > before+400 })
				return
			}
			if err := child.Wait(); err == nil || err.Error() != "exit status 1" {
				t.Errorf("the command ended with %v", err)
			}
			if _, err := os.Stat(filepath.Join(dir, "latest.ckpt")); err != nil {
				t.Errorf("not saved: %v", err)
			}
			if after := statusOf(t, dir); after < before {
				t.Errorf("saved at step %d, was at %d", after, before)
			}
		})
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited for a minute")
		}
	}
}

func statusOf(t *testing.T, dir string) int {
	t.Helper()
	s, err := experiment.ReadStatus(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s.Step
}
