//go:build unix

package kerneltest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const shortRuns = `
dir = "%DIR%"
[settings]
task = "Pendulum-v1"
hidden = [16]
critic_hidden = [16]
population = 3
batch = 16
steps = 60000
start_steps = 100
update_after = 50
eval_every = 3000
eval_episodes = 2
checkpoint_every = 500
[[grid]]
actor = ["mdcsan", "lif"]
t = [2, 3]
seed = [0, 1]
[[grid]]
actor = ["dan"]
seed = [0, 1, 2, 3]
`

// A sweep of 12 short runs gives the same files through Slurm as here, though
// on the way the controller and a run are killed, a run is preempted, another
// put back into the queue, and the front is interrupted and comes back.
func TestSweepOnSlurm(t *testing.T) {
	c := StartCluster(t)
	here := newSweep(t, os.Environ())
	there := newSweep(t, c.Env, "--executor", "slurm")
	if out, err := here.run(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	front := there.start(t)
	there.signal(t, c, 0)
	c.Saved(t)
	c.Kill(t, "slurmctld")
	c.Launch(t, "slurmctld")
	there.waitQueue(t, c)
	front.interrupt(t)

	// What preemption does: a SIGTERM, and the job must see to its own return.
	job := there.signal(t, c, syscall.SIGTERM)
	there.waitGone(t, c, job)
	c.Run(t, "scontrol", "requeue", there.signal(t, c, 0))
	there.hurry(t, c)

	front = there.start(t)
	there.waitEvaluated(t, c)
	there.signal(t, c, syscall.SIGKILL)
	err := front.cmd.Wait()
	out := front.out.String()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strings.Count(out, "failed; the end of") != 1 || !strings.Contains(out, "ended as FAILED") || !regexp.MustCompile(`step +\d+000`).MatchString(out) {
		t.Fatalf("the killed run is not reported: %v\n%s", err, out)
	}
	if out, err = there.run(); err != nil {
		t.Fatalf("the killed run does not go on: %v\n%s", err, out)
	}
	before := there.files(t, "manifest.json")
	if out, err = there.run(); err != nil || len(there.submissions(t)) != 2 {
		t.Errorf("a complete sweep is submitted again, %d submissions: %v\n%s", len(there.submissions(t)), err, out)
	}
	for name, text := range there.files(t, "manifest.json") {
		if text != before[name] {
			t.Errorf("%s: a complete run was taken up again", name)
		}
	}
	for _, file := range []string{"progress.csv", "evaluations.csv", "episodes.csv"} {
		want, got := here.files(t, file), there.files(t, file)
		if len(want) != 12 {
			t.Errorf("%d runs", len(want))
		}
		for name, text := range want {
			if got[name] != text {
				t.Errorf("%s/%s differs between here and Slurm", name, file)
			}
		}
	}
}

// sweepCommand is `gomdcsan sweep` on a file in a folder of its own.
type sweepCommand struct {
	binary, dir, file string
	env, flags        []string
}

func newSweep(t *testing.T, env []string, flags ...string) *sweepCommand {
	root := t.TempDir()
	s := &sweepCommand{binary: Binary(t), dir: filepath.Join(root, "runs"), file: filepath.Join(root, "sweep.toml"), env: env, flags: flags}
	text := strings.ReplaceAll(shortRuns, "%DIR%", s.dir)
	if err := os.WriteFile(s.file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *sweepCommand) command() *exec.Cmd {
	cmd := exec.Command(s.binary, append([]string{"sweep", s.file}, s.flags...)...)
	cmd.Env = s.env
	return cmd
}

func (s *sweepCommand) run() (string, error) {
	out, err := s.command().CombinedOutput()
	return string(out), err
}

// front is the command in the background.
type front struct {
	cmd *exec.Cmd
	out bytes.Buffer
}

func (s *sweepCommand) start(t *testing.T) *front {
	f := &front{cmd: s.command()}
	f.cmd.Stdout, f.cmd.Stderr = io.Discard, &f.out
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return f
}

// interrupt is Ctrl-C: the front says that the jobs go on.
func (f *front) interrupt(t *testing.T) {
	f.cmd.Process.Signal(os.Interrupt)
	if err := f.cmd.Wait(); err != nil || !strings.Contains(f.out.String(), "The jobs go on") {
		t.Fatalf("interrupted front: %v\n%s", err, f.out.String())
	}
}

// signal sends a signal to the program of a running job and returns the job's
// number; 0 sends none and only waits for such a job. It is the one that began
// last, which has most of its run before it.
func (s *sweepCommand) signal(t *testing.T, c *Cluster, what syscall.Signal) string {
	t.Helper()
	for range 600 {
		jobs := strings.Fields(c.Run(t, "squeue", "--noheader", "--array", "--states=RUNNING", "--format=%F_%K"))
		slices.SortFunc(jobs, func(a, b string) int { return indexOf(b) - indexOf(a) })
		for _, job := range jobs {
			if pid := s.process(t, job); pid > 0 && syscall.Kill(pid, what) == nil {
				return job
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no job is at work: %s", c.Run(t, "squeue", "--array"))
	return ""
}

// indexOf is a job's place in the array.
func indexOf(job string) int {
	_, index, _ := strings.Cut(job, "_")
	n, _ := strconv.Atoi(index)
	return n
}

// waitEvaluated waits until the job that signal would pick has logged its first
// evaluation, which the report of its end must show.
func (s *sweepCommand) waitEvaluated(t *testing.T, c *Cluster) {
	t.Helper()
	for range 600 {
		_, index, _ := strings.Cut(s.signal(t, c, 0), "_")
		submissions := s.submissions(t)
		log, _ := os.ReadFile(filepath.Join(submissions[len(submissions)-1], "log-"+index+".txt"))
		if bytes.Contains(log, []byte("step     3000")) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("no job at work has evaluated its policy")
}

// process is the process of a job that is training, 0 for none.
func (s *sweepCommand) process(t *testing.T, job string) int {
	_, index, _ := strings.Cut(job, "_")
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		env, _ := os.ReadFile(path)
		cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if bytes.Contains(env, []byte("\x00SLURM_ARRAY_TASK_ID="+index+"\x00")) && bytes.Contains(cmdline, []byte("--only")) && bytes.Contains(env, []byte(filepath.Dir(s.dir))) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return pid
		}
	}
	return 0
}

// waitQueue waits until the controller answers.
func (s *sweepCommand) waitQueue(t *testing.T, c *Cluster) {
	t.Helper()
	for range 200 {
		cmd := exec.Command("squeue")
		cmd.Env = c.Env
		if cmd.Run() == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the controller does not come back")
}

// waitGone waits until a job does not run.
func (s *sweepCommand) waitGone(t *testing.T, c *Cluster, job string) {
	t.Helper()
	for range 200 {
		if !strings.Contains(c.Run(t, "squeue", "--noheader", "--array", "--states=RUNNING,COMPLETING", "--format=%F_%K"), job) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("job %s does not end", job)
}

// hurry lets jobs that were put back into the queue start now and not in two
// minutes.
func (s *sweepCommand) hurry(t *testing.T, c *Cluster) {
	t.Helper()
	for range 20 {
		for _, line := range strings.Split(strings.TrimSpace(c.Run(t, "squeue", "--noheader", "--array", "--format=%F_%K %r")), "\n") {
			if job, reason, _ := strings.Cut(line, " "); reason == "BeginTime" {
				c.Run(t, "scontrol", "update", "JobId="+job, "StartTime=now")
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (s *sweepCommand) submissions(t *testing.T) []string {
	all, err := filepath.Glob(filepath.Join(s.dir, "slurm", "[0-9]*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// files returns a file of every run by the run's name.
func (s *sweepCommand) files(t *testing.T, name string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.dir, "*", name))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		out[filepath.Base(filepath.Dir(path))] = string(data)
	}
	return out
}
