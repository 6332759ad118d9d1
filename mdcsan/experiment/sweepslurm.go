package experiment

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/experiment/slurm"
)

// Cluster is how a sweep runs on Slurm.
type Cluster struct {
	Command []string      // the program gomdcsan as the nodes see it; nil for this one
	Options []string      // of sbatch, such as "--partition=long", "--time=12:00:00"
	AtOnce  int           // runs side by side at most; 0: as many as there is room for
	Poll    time.Duration // between two looks at the queue; 0 for two seconds
}

// StartSlurm is Start on a cluster: it submits what is missing and not in the
// queue yet as an array of jobs, and returns at once. The sweep's folder, the
// working folder and the program must be where the nodes see them.
//
// The end of ctx leaves the jobs alone, and StartSlurm again, in whatever
// process, finds them; Stop cancels them, which saves the runs.
//
// In the sweep's folder, slurm/1, slurm/2, ... are the submissions: the sweep
// as it was then, the script, the numbers of the runs and what each printed.
func (s *Sweep) StartSlurm(ctx context.Context, cluster Cluster) (*SweepRun, error) {
	w, err := newSweepRun(s)
	if err != nil {
		return nil, err
	}
	b := &board{w: w, dir: filepath.Join(s.Dir, "slurm"), poll: cluster.Poll, ended: map[int]slurm.Task{}}
	if b.poll <= 0 {
		b.poll = 2 * time.Second
	}
	if err := b.submit(ctx, s, cluster); err != nil {
		return nil, err
	}
	watch, detach := context.WithCancel(ctx)
	w.detach = detach
	w.stop = func() {
		if err := slurm.Cancel(context.WithoutCancel(ctx), b.names()...); err != nil {
			w.setNote(err.Error())
		}
	}
	go func() {
		defer close(w.done)
		for !b.look(watch) && watch.Err() == nil {
			sleep(watch, b.poll)
		}
	}()
	return w, nil
}

// TrainAsJob is TrainInFolder for a job of Slurm's: told to end with work
// left, by preemption or for its time limit, it saves the run and puts itself
// back into the queue.
func TrainAsJob(ctx context.Context, c Config, observe Observer) error {
	err := TrainInFolder(ctx, c, observe)
	for range 30 { // a node that died may leave its lock on the shared folder for a while
		if !errors.Is(err, ErrLocked) || ctx.Err() != nil {
			break
		}
		sleep(ctx, 2*time.Second)
		err = TrainInFolder(ctx, c, observe)
	}
	var stop *InterruptedError
	if !errors.As(err, &stop) {
		return err
	}
	again, requeueErr := slurm.Requeue(context.WithoutCancel(ctx))
	if again {
		return fmt.Errorf("%w; the job is back in the queue", err)
	}
	return errors.Join(err, requeueErr)
}

// Jobs returns the names of the sweep's jobs on a cluster, as scancel --name
// takes them.
func (s *Sweep) Jobs() []string {
	b := &board{dir: filepath.Join(s.Dir, "slurm")}
	if err := b.read(); err != nil {
		return nil
	}
	return b.names()
}

// board is the correspondence between a sweep's runs and Slurm's tasks.
type board struct {
	w           *SweepRun
	dir         string
	poll        time.Duration
	submissions []submission
	ended       map[int]slurm.Task // by run: how its last task ended
}

// submission is one folder below the sweep's folder slurm.
type submission struct {
	dir  string
	name string   // of the job
	runs []string // the folders of the runs, by index of the task
}

const (
	frozenName = "sweep.toml"
	scriptName = "job.sh"
	listName   = "runs.txt" // number in the frozen sweep and folder of each run
	maxArray   = 1000       // Slurm's MaxArraySize is 1001 by default
)

func (b *board) names() []string {
	names := make([]string, len(b.submissions))
	for i, s := range b.submissions {
		names[i] = s.name
	}
	return names
}

// submit puts what is missing into the queue. One process at a time does, so
// that nothing is submitted twice.
func (b *board) submit(ctx context.Context, s *Sweep, cluster Cluster) error {
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	lock, err := lockFolder(b.dir)
	if err != nil {
		return fmt.Errorf("sweep: another process is submitting: %w", err)
	}
	if lock != nil {
		defer lock.Close()
	}
	if err := b.read(); err != nil {
		return err
	}
	active, err := b.active(ctx)
	if err != nil {
		return err
	}
	var todo []int
	for i := range b.w.Runs {
		if b.w.State(i).State != Done && !active[i] {
			todo = append(todo, i)
		}
	}
	for part := range slices.Chunk(todo, maxArray) {
		if err := b.submitRuns(ctx, s, cluster, part); err != nil {
			return err
		}
	}
	return nil
}

// active are the runs with a task that waits or runs.
func (b *board) active(ctx context.Context) (map[int]bool, error) {
	tasks, err := slurm.Tasks(ctx, b.names()...)
	if err != nil {
		return nil, err
	}
	active := map[int]bool{}
	for _, t := range tasks {
		if i := b.run(t); i >= 0 && !t.Ended() {
			active[i] = true
		}
	}
	return active, nil
}

// run is the number of the run that a task does, -1 for none of this sweep.
func (b *board) run(t slurm.Task) int {
	for _, s := range b.submissions {
		if s.name == t.Name && t.Index < len(s.runs) {
			return slices.IndexFunc(b.w.Runs, func(c Config) bool { return filepath.Base(c.Dir) == s.runs[t.Index] })
		}
	}
	return -1
}

// submitRuns writes a submission's folder and submits it.
func (b *board) submitRuns(ctx context.Context, s *Sweep, cluster Cluster, runs []int) error {
	n := len(b.submissions) + 1
	dir, err := filepath.Abs(filepath.Join(b.dir, strconv.Itoa(n)))
	if err != nil {
		return err
	}
	sub := submission{dir: dir, name: jobName(b.dir, n)}
	var list strings.Builder
	for _, i := range runs {
		name := filepath.Base(b.w.Runs[i].Dir)
		sub.runs = append(sub.runs, name)
		fmt.Fprintf(&list, "%d\t%s\n", i, name)
	}
	frozen, err := s.freeze()
	if err != nil {
		return err
	}
	script, err := cluster.script(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	for name, text := range map[string][]byte{frozenName: frozen, scriptName: script, listName: []byte(list.String())} {
		if err := checkpoint.WriteAtomic(filepath.Join(dir, name), text); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	b.submissions = append(b.submissions, sub)
	_, err = slurm.Submit(ctx, slurm.Array{Name: sub.name, Script: filepath.Join(dir, scriptName), Size: len(runs),
		AtOnce: cluster.AtOnce, Log: filepath.Join(dir, "log-%a.txt"), Options: cluster.Options})
	return err
}

// freeze is the sweep as a file for the nodes, whatever becomes of the user's.
func (s *Sweep) freeze() ([]byte, error) {
	frozen := *s
	dir, err := filepath.Abs(s.Dir)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	frozen.Dir = dir
	text, err := toml.Marshal(frozen)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return text, nil
}

// script is what a task runs: the run whose number stands in its line of the
// list.
func (c Cluster) script(dir string) ([]byte, error) {
	command := c.Command
	if len(command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("sweep: find this program: %w", err)
		}
		command = []string{self}
	}
	quoted := make([]string, len(command))
	for i, word := range command {
		quoted[i] = quote(word)
	}
	return fmt.Appendf(nil, `#!/bin/sh
# One run of a sweep; exec, so that Slurm's signals reach the program.
cd %s || exit 1
run=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" %s | cut -f 1)
exec %s sweep %s --only "$run"
`, quote(dir), listName, strings.Join(quoted, " "), frozenName), nil
}

// quote makes a word of the shell's.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// jobName is the name of a submission's job: of the folder, so that any
// process finds it, and of the number.
func jobName(dir string, n int) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	sum := sha256.Sum256([]byte(dir))
	return fmt.Sprintf("gomdcsan-%x-%d", sum[:5], n)
}

// read takes up the submissions that were made before.
func (b *board) read() error {
	for n := 1; ; n++ {
		dir := filepath.Join(b.dir, strconv.Itoa(n))
		data, err := os.ReadFile(filepath.Join(dir, listName))
		if errors.Is(err, fs.ErrNotExist) && !exists(dir) {
			return nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // without a list it was never submitted
			return fmt.Errorf("sweep: %w", err)
		}
		sub := submission{dir: dir, name: jobName(b.dir, n)}
		for line := range strings.Lines(string(data)) {
			_, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
			sub.runs = append(sub.runs, name)
		}
		b.submissions = append(b.submissions, sub)
	}
}

// look brings the states up to date and reports whether nothing is at work
// any more. While Slurm does not answer nothing is concluded.
func (b *board) look(ctx context.Context) (over bool) {
	tasks, err := slurm.Tasks(ctx, b.names()...)
	if err != nil {
		if ctx.Err() == nil {
			b.w.setNote(fmt.Sprintf("no answer from Slurm, asking again: %v", err))
		}
		return false
	}
	b.w.setNote("")
	now := map[int]slurm.Task{}
	for _, sub := range b.submissions { // the newest last, whose word counts
		for _, t := range tasks {
			if i := b.run(t); t.Name == sub.name && i >= 0 {
				if t.Ended() {
					b.ended[i] = t
				} else {
					now[i] = t
				}
			}
		}
	}
	over = true
	for i := range b.w.Runs {
		if b.w.State(i).State == Done {
			continue
		}
		task, ok := now[i]
		state := b.state(i, task, ok)
		b.w.set(i, func(s *SweepState) { *s = state })
		over = over && state.State != Waiting && state.State != Running
	}
	return over
}

// state says how a run stands that was not complete: by its task, if it has
// one, else by what the task left.
func (b *board) state(i int, task slurm.Task, ok bool) SweepState {
	c := b.w.Runs[i]
	s := SweepState{Config: c, Progress: progressOf(c), Log: b.log(c)}
	switch done, err := isDone(c); {
	case ok && task.State == "PENDING":
		s.State = Waiting
	case ok:
		s.State = Running
	case err != nil:
		s.State, s.Err = Failed, err
	case done:
		s.State = Done
	default:
		s.State, s.Err = b.ending(i, c)
	}
	return s
}

// ending says how a task ended that left its run unfinished.
func (b *board) ending(i int, c Config) (string, error) {
	if reason := ReadFailure(c.Dir); reason != "" {
		return Failed, errors.New(reason)
	}
	t, known := b.ended[i]
	switch {
	case known && (t.State == "CANCELLED" || t.State == "TIMEOUT"):
		return Stopped, nil
	case known:
		return Failed, fmt.Errorf("the job %s ended as %s before the run was complete", t.Job, t.State)
	}
	return Failed, errors.New("the job ended before the run was complete")
}

// log is the file with what the run's last task printed.
func (b *board) log(c Config) string {
	for _, s := range slices.Backward(b.submissions) {
		if i := slices.Index(s.runs, filepath.Base(c.Dir)); i >= 0 {
			return filepath.Join(s.dir, fmt.Sprintf("log-%d.txt", i))
		}
	}
	return ""
}
