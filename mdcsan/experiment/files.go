package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
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
	folder
	lock     *os.File
	tables   map[string]*table
	replay   *replayLog
	events   *eventFile
	statusAt time.Time
	started  time.Time
	fromStep int
	noted    bool // the manifest has this session
}

// createFiles prepares a new run's folder.
func createFiles(c Config, parts Parts, e env.Env) (*files, error) {
	if err := vacant(c.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("experiment: folder of the run: %w", err)
	}
	f := &files{folder: folder{dir: c.Dir, manifest: Manifest{Format: manifestFormat, ID: newID(), Config: c, Parts: parts.names(), Files: map[string]string{lockName: ""}}}}
	err := f.hold()
	if err == nil {
		err = vacant(c.Dir) // nobody else was quicker
	}
	if err == nil {
		f.newTables()
		f.replay, err = newReplayLog(f)
	}
	if err == nil {
		err = f.session(c, 0, e)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// vacant refuses a folder in which a run would write over something.
func vacant(dir string) error {
	there, err := unlisted(dir)
	switch {
	case err != nil || len(there) == 0:
		return err
	case slices.Contains(there, manifestName):
		return fmt.Errorf("experiment: %s already holds a run: resume it (gomdcsan train --resume %s), choose another folder or delete this one: %w", dir, dir, fs.ErrExist)
	}
	return fmt.Errorf("experiment: %s is no run's folder (it has no %s), but holds %s, which a run here would write over: choose another folder, or move that away: %w",
		dir, manifestName, strings.Join(there, ", "), ErrForeign)
}

// hold takes the folder's lock.
func (f *files) hold() (err error) {
	if f.lock, err = lockFolder(f.dir); err != nil {
		return err
	}
	return f.take()
}

func (f *files) newTables() {
	f.tables = map[string]*table{}
	for _, name := range tableNames {
		f.tables[name] = newTable(&f.folder, name)
	}
}

// openFiles takes up the folder of an existing run, whose checkpoint, nil if
// there is none yet, it returns. It changes nothing but what lies beyond the
// checkpoint in the replay log.
func openFiles(dir string) (f *files, ck *checkpoint.File, err error) {
	f = &files{folder: folder{dir: dir}}
	if err := f.readManifest(); err != nil {
		return nil, nil, err
	}
	if f.manifest.Stored {
		return nil, nil, fmt.Errorf("experiment: %s holds the stored results of a run, from which nothing can be resumed; train in another folder", dir)
	}
	if err := f.hold(); err != nil {
		return nil, nil, err
	}
	if ck, err = f.open(); err != nil {
		return nil, nil, errors.Join(err, f.close())
	}
	return f, ck, nil
}

func (f *files) readManifest() error {
	m, err := ReadManifest(f.dir)
	if err != nil {
		return err
	}
	f.manifest = *m
	f.manifest.Config.Dir = f.dir
	return nil
}

// open reads what is in the folder, now that nobody else writes there.
func (f *files) open() (*checkpoint.File, error) {
	err := f.readManifest()
	if err == nil {
		err = f.adopt()
	}
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, err
	}
	f.newTables()
	ck, err := checkpoint.ReadFile(f.path(latestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, f.startAgain()
	}
	if err != nil {
		return nil, err
	}
	f.manifest.Saved = true
	if err := sameSettings(ck, &f.manifest, f.path(latestName)); err != nil {
		return nil, err
	}
	for _, name := range tableNames {
		if err := f.tables[name].restore(ck); err != nil {
			return nil, err
		}
	}
	if !ck.Has(tablePrefix + progressName) {
		history, _, err := readEvaluations(ck)
		if err == nil {
			err = checkOld(f.dir, &f.manifest, f.tables[progressName].text, f.tables[evaluationsName].text, history)
		}
		if err != nil {
			return nil, err
		}
	}
	if final := f.manifest.Files[progressName]; final != "" && final != digest(f.tables[progressName].text) {
		f.note("%s is older than the run's end: what followed is trained once more", f.path(latestName))
	}
	f.replay, err = openReplayLog(f, ck)
	return ck, err
}

// startAgain begins the data of a run anew that was killed before its first
// checkpoint. A run that has had one is left as it is.
func (f *files) startAgain() (err error) {
	lost := f.manifest.Saved
	if r, err := ReadResults(f.dir); err == nil && len(r.Steps) > 0 && r.Steps[len(r.Steps)-1] > float64(f.manifest.Config.checkpointEvery()) {
		lost = true // of a manifest that does not say it
	}
	if lost {
		return fmt.Errorf("experiment: the checkpoint %s is gone: the results in %s are as they were, but the run cannot go on; put a copy back, or begin it again in another folder: %w", f.path(latestName), f.dir, errNoCheckpoint)
	}
	f.replay, err = newReplayLog(f)
	return err
}

// errNoCheckpoint means that a run's checkpoint was there and is not any more.
var errNoCheckpoint = errors.New("nothing to resume from")

// mend writes anew what is not as the checkpoint has it.
func (f *files) mend() error {
	if f == nil {
		return nil
	}
	errs := []error{f.sweepUp()}
	for _, name := range tableNames {
		errs = append(errs, f.tables[name].mend())
	}
	return errors.Join(errs...)
}

// session notes in the manifest that this process works on the run.
func (f *files) session(c Config, step int, e env.Env) (err error) {
	f.started, f.fromStep, f.noted = time.Now(), step, true
	f.manifest.Config = c
	f.manifest.Sessions = append(f.manifest.Sessions, currentSession(step, e))
	for name := range f.manifest.Files {
		f.manifest.Files[name] = "" // they will change
	}
	f.manifest.Files[manifestName] = ""
	if c.TensorBoard {
		if f.events, err = createEventFile(f.dir, f.started, step); err != nil {
			return err
		}
	}
	return f.writeManifest()
}

// seal notes in the manifest what the files of the complete run are.
func (f *files) seal(best *checkpoint.File) error {
	for name, t := range f.tables {
		f.manifest.Files[name] = digest(t.text)
	}
	if best != nil {
		f.manifest.Files[bestName] = digest(best.Marshal())
	}
	return f.writeManifest()
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
	if err = f.gone(); err != nil {
		return err
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
	if m.Files != nil { // it may have mended something
		f.manifest.ID, f.manifest.Files, f.manifest.Saved = m.ID, m.Files, m.Saved
	}
	return nil
}

// lost reports that the folder went away while the run goes on.
func (f *files) lost() error {
	if f == nil {
		return nil
	}
	return f.gone()
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

// goOn notes in the manifest that the run is trained, and how long it is to
// become. A complete run is left as it is.
func (f *files) goOn(r *Run) error {
	switch {
	case f == nil || f.noted && f.manifest.Config.Steps == r.Config.Steps && !f.manifest.sealed():
		return nil
	case r.Done() && f.manifest.Config.Steps == r.Config.Steps:
		return nil
	case !f.noted:
		return f.session(r.Config, r.step, r.env)
	}
	f.manifest.Config.Steps = r.Config.Steps
	for name := range f.manifest.Files {
		f.manifest.Files[name] = ""
	}
	return f.writeManifest()
}

func (f *files) addEpisode(r *Run) {
	if f != nil {
		f.tables[episodesName].add(r.step, r.episode, r.last.ret, r.last.length)
	}
}

func (f *files) addEvaluation(r *Run, ev *Evaluation) {
	if f == nil {
		return
	}
	f.tables[progressName].add(ev.Step, r.episode, ev.Mean, ev.Std, ev.Min(), ev.Max(), ev.MeanLength(),
		r.mean("train_return"), r.mean("critic_loss"), r.mean("actor_loss"), r.updates)
	f.tables[evaluationsName].addEvaluation(ev)
	f.addTiming(r)
	f.addEvents(r, ev)
}

// addTiming appends to the one table that is not cut when a run is resumed: it
// is the history of the work, not of the run. A lost row is no loss.
func (f *files) addTiming(r *Run) {
	out, missing, err := f.openTiming()
	if err != nil {
		r.report(Warned, err.Error())
		return
	}
	defer out.Close()
	if missing {
		fmt.Fprintln(out, "step,unix_time,session,session_seconds,steps_per_second")
	}
	dt := time.Since(f.started).Seconds()
	fmt.Fprintf(out, "%d,%d,%d,%.3f,%.2f\n", r.step, time.Now().Unix(), len(f.manifest.Sessions), dt, float64(r.step-f.fromStep)/dt)
}

// openTiming opens the file to append to. A hard link of a backup keeps the
// file as it is.
func (f *files) openTiming() (out *os.File, missing bool, err error) {
	if err := errors.Join(f.gone(), f.claim(timingName)); err != nil {
		return nil, false, err
	}
	path := f.path(timingName)
	info, err := os.Lstat(path)
	if err == nil && checkpoint.Links(info) > 1 {
		data, err := os.ReadFile(path)
		if err == nil {
			err = f.write(timingName, data)
		}
		if err != nil {
			return nil, false, fmt.Errorf("experiment: %w", err)
		}
	}
	missing = errors.Is(err, fs.ErrNotExist)
	if out, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644); err != nil {
		return nil, false, fmt.Errorf("experiment: %w", err)
	}
	return out, missing, nil
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
	errs := []error{f.claim(tableNames...)}
	for _, name := range tableNames {
		errs = append(errs, f.tables[name].flush(durable))
	}
	return errors.Join(errs...)
}
