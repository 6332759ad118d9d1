package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// save writes a checkpoint of the run to its folder, if it has one. The order
// matters: first what the checkpoint refers to, then the checkpoint, then away
// with what it does not refer to any more.
func (r *Run) save() error {
	r.saveDue = false
	f := r.files
	if f == nil {
		return nil
	}
	defer r.reportNotes()
	if err := errors.Join(f.gone(), f.flush(true)); err != nil {
		return err
	}
	log, err := f.replay.save(r.buffer)
	if err != nil {
		return err
	}
	if err := r.saveBestFile(); err != nil {
		return err
	}
	ck, err := r.checkpoint()
	if err != nil {
		return err
	}
	ck.SetJSON("replay/log", log)
	for _, name := range tableNames {
		ck.SetBytes(tablePrefix+name, f.tables[name].text)
	}
	if err := f.write(latestName, ck.Marshal()); err != nil {
		return err
	}
	if !f.manifest.Saved {
		f.manifest.Saved = true
		if err := f.writeManifest(); err != nil {
			return err
		}
	}
	r.report(Saved, "")
	return f.replay.log.Prune()
}

// saveBestFile writes best.ckpt if the policy of the best evaluation is new.
func (r *Run) saveBestFile() error {
	if r.bestPolicy == nil || !r.bestUnsaved {
		return nil
	}
	if err := r.files.write(bestName, r.bestPolicy.Marshal()); err != nil {
		return err
	}
	r.bestUnsaved = false
	return nil
}

// takeBest takes up the policy of the best evaluation from the checkpoint and
// compares best.ckpt with it. Older checkpoints have no copy: there best.ckpt
// stands for itself.
func (r *Run) takeBest(ck *checkpoint.File) error {
	if r.Best == nil {
		return nil
	}
	f := r.files
	file, err := checkpoint.ReadFile(f.path(bestName))
	if !ck.Has(bestEntry) {
		if err == nil {
			err = sameSettings(file, &f.manifest, f.path(bestName))
		}
		if err != nil {
			f.note("%v; the checkpoint has no copy of it: it is written again when an evaluation is better", err)
			return nil
		}
		r.bestPolicy = file
		return nil
	}
	data, err1 := ck.Bytes(bestEntry)
	if err1 == nil {
		r.bestPolicy, err1 = checkpoint.Unmarshal(data)
	}
	if err1 != nil {
		return err1
	}
	if err == nil && bytes.Equal(file.Marshal(), data) {
		return nil
	}
	r.bestUnsaved = true
	why := fmt.Sprint(err)
	if err == nil {
		why = f.path(bestName) + " is not the policy of this run's best evaluation"
	}
	if exists(f.path(bestName)) {
		aside, err := f.setAside(bestName)
		if err != nil {
			return err
		}
		why += ", and is now " + aside
	}
	f.note("%s; it is written anew from the checkpoint", why)
	return r.saveBestFile()
}

const bestEntry = "best" // of latest.ckpt: a copy of best.ckpt

// reportNotes tells what was found and mended in the folder.
func (r *Run) reportNotes() {
	if r.files == nil || len(r.observers) == 0 {
		return
	}
	notes := r.files.notes
	r.files.notes = nil
	for _, note := range notes {
		r.report(Warned, note)
	}
}

// saveOrWarn keeps training when the disk is full: everything is still in
// memory, and the next checkpoint tries again.
func (r *Run) saveOrWarn() error {
	err := r.save()
	if errors.Is(err, ErrGone) {
		return err
	}
	if err != nil {
		r.report(Warned, fmt.Sprintf("step %d is not saved: %v; the checkpoint before is untouched, the next one tries again", r.step, err))
	}
	return nil
}

// Save writes a checkpoint of the run to its folder now.
func (r *Run) Save() error {
	if r.files == nil {
		return errors.New("experiment: this run has no folder (Config.Dir is empty); SavePolicy writes its policy to a file")
	}
	if err := r.files.acquire(); err != nil {
		return err
	}
	return errors.Join(r.save(), r.files.release())
}

// checkpoint holds all of the run but the replay buffer and the tables.
func (r *Run) checkpoint() (*checkpoint.File, error) {
	ck := r.policyFile()
	ck.SetBytes("kind", []byte("run"))
	ck.SetInt64("run/counters", int64(r.step), int64(r.episode), int64(r.updates), int64(r.pendingUpdates),
		boolInt(r.begun), boolInt(r.evalDue), boolInt(r.saveDue), int64(r.episodeLength), int64(r.last.length))
	ck.SetFloat64("run/obs", []int{len(r.obs)}, r.obs)
	ck.SetFloat64("run/returns", []int{2}, []float64{r.episodeReturn, r.last.ret})
	names := slices.Sorted(maps.Keys(r.sums))
	sums := make([]float64, len(names))
	for i, n := range names {
		sums[i] = r.sums[n]
	}
	ck.SetJSON("run/sum names", names)
	ck.SetFloat64("run/sums", []int{len(sums)}, sums)
	for _, s := range r.streams() {
		state, err := s.stream.MarshalBinary()
		if err != nil {
			return nil, err
		}
		ck.SetBytes("stream/"+s.name, state)
	}
	if s, ok := r.env.(env.Snapshotter); ok {
		if state := s.AppendState(nil); len(state) > 0 { // one in another process may be lost
			ck.SetBytes("env", state)
		}
	}
	r.putEvaluations(ck)
	if r.bestPolicy != nil {
		ck.SetBytes(bestEntry, r.bestPolicy.Marshal())
	}
	return ck, putTensors(ck, r.Learner.Tensors())
}

type namedStream struct {
	name   string
	stream *rng.Stream
}

func (s *state) streams() []namedStream {
	return []namedStream{{"env/0", s.resets}, {"random actions", s.actions}, {"replay", s.sampling}}
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (r *Run) putEvaluations(ck *checkpoint.File) {
	var steps, counts, lengths []int64
	var returns []float64
	best := int64(-1)
	for i, e := range r.Evaluations {
		if e == r.Best {
			best = int64(i)
		}
		steps, counts = append(steps, int64(e.Step)), append(counts, int64(len(e.Returns)))
		returns = append(returns, e.Returns...)
		for _, n := range e.Lengths {
			lengths = append(lengths, int64(n))
		}
	}
	ck.SetInt64("evaluations/sizes", int64(len(steps)), int64(len(returns)), best)
	ck.SetInt64("evaluations/step", steps...)
	ck.SetInt64("evaluations/episodes", counts...)
	ck.SetFloat64("evaluations/returns", []int{len(returns)}, returns)
	ck.SetInt64("evaluations/lengths", lengths...)
}

func (r *Run) takeEvaluations(ck *checkpoint.File) (err error) {
	r.Evaluations, r.Best, err = readEvaluations(ck)
	return err
}

// readEvaluations returns the evaluations that a checkpoint holds, and the
// best of them.
func readEvaluations(ck *checkpoint.File) (all []*Evaluation, top *Evaluation, err error) {
	sizes, err := ck.Int64("evaluations/sizes", 3)
	if err != nil {
		return nil, nil, err
	}
	n, total, best := int(sizes[0]), int(sizes[1]), int(sizes[2])
	steps, err1 := ck.Int64("evaluations/step", n)
	counts, err2 := ck.Int64("evaluations/episodes", n)
	returns, _, err3 := ck.Float64("evaluations/returns")
	lengths, err4 := ck.Int64("evaluations/lengths", total)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, nil, err
	}
	for i := range steps {
		k := int(counts[i])
		if k < 1 || k > len(returns) || k > len(lengths) {
			return nil, nil, fmt.Errorf("experiment: evaluation %d: %w", i, checkpoint.ErrCorrupt)
		}
		e := &Evaluation{Step: int(steps[i]), Returns: returns[:k:k]}
		for _, n := range lengths[:k] {
			e.Lengths = append(e.Lengths, int(n))
		}
		e.Mean, e.Std = stat.PopMeanStdDev(e.Returns, nil)
		all = append(all, e)
		returns, lengths = returns[k:], lengths[k:]
		if i == best {
			top = e
		}
	}
	return all, top, nil
}

func (s *state) readCounters(ck *checkpoint.File) error {
	n, err := ck.Int64("run/counters", 9)
	if err != nil {
		return err
	}
	s.step, s.episode, s.updates, s.pendingUpdates = int(n[0]), int(n[1]), int(n[2]), int(n[3])
	s.begun, s.evalDue, s.saveDue = n[4] != 0, n[5] != 0, n[6] != 0
	s.episodeLength, s.last.length = int(n[7]), int(n[8])
	return nil
}

// restore takes up the state that checkpoint wrote.
func (r *Run) restore(ck *checkpoint.File) error {
	if kind, err := ck.Bytes("kind"); err != nil || string(kind) != "run" {
		return fmt.Errorf("experiment: the checkpoint holds a %s, not a run to resume: %w", kind, checkpoint.ErrForeign)
	}
	if err := r.readCounters(ck); err != nil {
		return err
	}
	returns := make([]float64, 2)
	if err := errors.Join(ck.ReadFloat64("run/obs", r.obs), ck.ReadFloat64("run/returns", returns)); err != nil {
		return err
	}
	r.episodeReturn, r.last.ret = returns[0], returns[1]
	var names []string
	if err := ck.JSON("run/sum names", &names); err != nil {
		return err
	}
	sums := make([]float64, len(names))
	if err := ck.ReadFloat64("run/sums", sums); err != nil {
		return err
	}
	for i, n := range names {
		r.sums[n] = sums[i]
	}
	for _, s := range r.streams() {
		state, err := ck.Bytes("stream/" + s.name)
		if err == nil {
			err = s.stream.UnmarshalBinary(state)
		}
		if err != nil {
			return err
		}
	}
	if err := r.takeEvaluations(ck); err != nil {
		return err
	}
	if err := takeTensors(ck, r.Learner.Tensors()); err != nil {
		return err
	}
	return r.restoreEnv(ck)
}

// restoreEnv puts the simulation back where it was. A task of the user's own
// that is no env.Snapshotter begins a new episode instead; its run then goes
// on, but not to the same bits.
func (r *Run) restoreEnv(ck *checkpoint.File) error {
	s, ok := r.env.(env.Snapshotter)
	if !r.begun {
		return nil
	}
	if !ok || !ck.Has("env") {
		r.episodeReturn, r.episodeLength = 0, 0
		return r.env.Reset(r.obs, r.resets)
	}
	state, err := ck.Bytes("env")
	if err != nil {
		return err
	}
	if err := s.RestoreState(state); err != nil {
		return fmt.Errorf("experiment: restore %s: %w", r.Spec.Name, err)
	}
	return nil
}
