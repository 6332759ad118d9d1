package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gomdcsan/mdcsan/checkpoint"
)

// The files of a run's folder.
const (
	progressName    = "progress.csv"    // a row per evaluation
	evaluationsName = "evaluations.csv" // a row per evaluation episode
	episodesName    = "episodes.csv"    // a row per training episode
	timingName      = "timing.csv"      // wall-clock, which differs from run to run
	latestName      = "latest.ckpt"     // everything, to resume
	bestName        = "best.ckpt"       // the policy of the best evaluation
	lockName        = "lock"
)

// ErrLocked means that another process is at work in a run's folder.
var ErrLocked = errors.New("the folder is locked")

// files are a run's folder while the run goes on. All methods accept nil: a
// run that is kept in memory only.
type files struct {
	dir      string
	lock     *os.File
	manifest Manifest
	tables   []*table // progress, evaluations, episodes
	replay   *replayLog
	events   *eventFile
	statusAt time.Time
	started  time.Time
	fromStep int
}

func newTables(dir string) []*table {
	return []*table{
		newTable(filepath.Join(dir, progressName), "step", "episodes", "eval_mean", "eval_std", "eval_min", "eval_max",
			"eval_length", "train_return", "critic_loss", "actor_loss", "updates"),
		newTable(filepath.Join(dir, evaluationsName), "step", "episode", "return", "length"),
		newTable(filepath.Join(dir, episodesName), "step", "episode", "return", "length"),
	}
}

// createFiles prepares a new run's folder.
func createFiles(c Config) (f *files, err error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("experiment: folder of the run: %w", err)
	}
	f = &files{dir: c.Dir}
	if f.lock, err = lockFolder(c.Dir); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(c.Dir, manifestName)); !errors.Is(err, fs.ErrNotExist) {
		f.close()
		return nil, fmt.Errorf("experiment: %s already holds a run: resume it (gomdcsan train --resume %s), choose another folder or delete this one: %w", c.Dir, c.Dir, fs.ErrExist)
	}
	f.manifest = Manifest{Format: manifestFormat, Config: c}
	if err := f.begin(); err != nil {
		f.close()
		return nil, err
	}
	return f, f.session(c, 0)
}

// begin starts the run's data anew.
func (f *files) begin() (err error) {
	for _, t := range newTables(f.dir) {
		if err := os.Remove(t.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("experiment: %w", err)
		}
		f.tables = append(f.tables, t)
	}
	f.replay, err = newReplayLog(f.dir)
	return err
}

// openFiles takes up the folder of an existing run, whose checkpoint, nil if
// there is none yet, it returns.
func openFiles(dir string) (f *files, ck *checkpoint.File, err error) {
	f = &files{dir: dir}
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, nil, err
	}
	if m.Stored {
		return nil, nil, fmt.Errorf("experiment: %s holds the stored results of a run, from which nothing can be resumed; train in another folder", dir)
	}
	f.manifest = *m
	f.manifest.Config.Dir = dir
	if f.lock, err = lockFolder(dir); err != nil {
		return nil, nil, err
	}
	if err = checkpoint.RemoveTemporary(dir); err == nil {
		ck, err = checkpoint.ReadFile(filepath.Join(dir, latestName))
		if errors.Is(err, fs.ErrNotExist) { // killed before the first checkpoint
			err = f.begin()
		} else if err == nil {
			err = f.reopen(ck)
		}
	}
	if err != nil {
		f.close()
		return nil, nil, err
	}
	return f, ck, nil
}

// reopen cuts tables and log to what belongs to the checkpoint.
func (f *files) reopen(ck *checkpoint.File) error {
	f.tables = newTables(f.dir)
	lengths, err := ck.Int64("run/tables", len(f.tables))
	if err != nil {
		return err
	}
	for i, t := range f.tables {
		if f.tables[i], err = openTable(t.path, lengths[i]); err != nil {
			return err
		}
	}
	f.replay, err = openReplayLog(f.dir, ck)
	return err
}

// session notes in the manifest that this process works on the run.
func (f *files) session(c Config, step int) (err error) {
	f.started, f.fromStep = time.Now(), step
	f.manifest.Config = c
	f.manifest.Sessions = append(f.manifest.Sessions, currentSession(step))
	if c.TensorBoard {
		if f.events, err = createEventFile(f.dir, f.started); err != nil {
			return err
		}
	}
	return f.manifest.write(f.dir)
}

func (f *files) close() error {
	if f == nil {
		return nil
	}
	err := f.events.close()
	f.events = nil
	return errors.Join(err, f.release())
}

// acquire takes the folder for a stretch of work by this process. It is an
// error when someone else went on with the run meanwhile: what is in memory
// here is then history.
func (f *files) acquire() (err error) {
	if f == nil || f.lock != nil {
		return nil
	}
	if f.lock, err = lockFolder(f.dir); err != nil {
		return err
	}
	m, err := ReadManifest(f.dir)
	if err == nil && len(m.Sessions) != len(f.manifest.Sessions) {
		err = fmt.Errorf("experiment: the run in %s was resumed elsewhere since; resume it from its folder", f.dir)
	}
	if err != nil {
		return errors.Join(err, f.release())
	}
	return nil
}

// release lets others go on with the run.
func (f *files) release() error {
	if f == nil || f.lock == nil {
		return nil
	}
	err := f.lock.Close() // which unlocks
	f.lock = nil
	return err
}

// setSteps notes that the run has become longer.
func (f *files) setSteps(steps int) error {
	if f == nil || f.manifest.Config.Steps == steps {
		return nil
	}
	f.manifest.Config.Steps = steps
	return f.manifest.write(f.dir)
}

func (f *files) addEpisode(r *Run) {
	if f != nil {
		f.tables[2].add(r.step, r.episode, r.last.ret, r.last.length)
	}
}

func (f *files) addEvaluation(r *Run, ev *Evaluation) {
	if f == nil {
		return
	}
	f.tables[0].add(ev.Step, r.episode, ev.Mean, ev.Std, ev.Min(), ev.Max(), ev.MeanLength(),
		r.mean("train_return"), r.mean("critic_loss"), r.mean("actor_loss"), r.updates)
	for i, x := range ev.Returns {
		f.tables[1].add(ev.Step, i, x, ev.Lengths[i])
	}
	f.addTiming(r)
	f.addEvents(r, ev)
}

// addTiming appends to the one table that is not cut when a run is resumed: it
// is the history of the work, not of the run. A lost row is no loss.
func (f *files) addTiming(r *Run) {
	path := filepath.Join(f.dir, timingName)
	_, missing := os.Stat(path)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		r.report(Warned, err.Error())
		return
	}
	defer out.Close()
	if missing != nil {
		fmt.Fprintln(out, "step,unix_time,session,session_seconds,steps_per_second")
	}
	dt := time.Since(f.started).Seconds()
	fmt.Fprintf(out, "%d,%d,%d,%.3f,%.2f\n", r.step, time.Now().Unix(), len(f.manifest.Sessions), dt, float64(r.step-f.fromStep)/dt)
}

func (f *files) addEvents(r *Run, ev *Evaluation) {
	if f.events == nil {
		return
	}
	values := map[string]float64{"eval/mean": ev.Mean, "eval/std": ev.Std, "eval/length": ev.MeanLength()}
	for tag, name := range map[string]string{"train/return": "train_return", "loss/critic": "critic_loss", "loss/actor": "actor_loss"} {
		if x := r.mean(name); x == x {
			values[tag] = x
		}
	}
	if err := f.events.scalars(time.Now(), ev.Step, values); err != nil {
		r.report(Warned, err.Error())
	}
}

func (f *files) flush(durable bool) error {
	if f == nil {
		return nil
	}
	var errs []error
	for _, t := range f.tables {
		errs = append(errs, t.flush(durable))
	}
	return errors.Join(errs...)
}
