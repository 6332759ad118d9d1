package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/td3"
)

// putTensors stores a learner's state.
func putTensors(ck *checkpoint.File, tensors []nn.Tensor) error {
	for _, t := range tensors {
		switch {
		case t.Stream != nil:
			state, err := t.Stream.MarshalBinary()
			if err != nil {
				return err
			}
			ck.SetBytes(t.Name, state)
		case t.I64 != nil:
			ck.SetInt64(t.Name, t.I64...)
		case t.F64 != nil:
			ck.SetFloat64(t.Name, t.Shape, t.F64)
		default:
			ck.SetFloat32(t.Name, t.Shape, t.AppendF32(nil))
		}
	}
	return nil
}

// takeTensors restores a learner's state.
func takeTensors(ck *checkpoint.File, tensors []nn.Tensor) error {
	for _, t := range tensors {
		if err := takeTensor(ck, t); err != nil {
			return err
		}
	}
	return nil
}

func takeTensor(ck *checkpoint.File, t nn.Tensor) error {
	switch {
	case t.Stream != nil:
		state, err := ck.Bytes(t.Name)
		if err != nil {
			return err
		}
		return t.Stream.UnmarshalBinary(state)
	case t.I64 != nil:
		v, err := ck.Int64(t.Name, len(t.I64))
		copy(t.I64, v)
		return err
	case t.F64 != nil:
		return ck.ReadFloat64(t.Name, t.F64)
	}
	v, shape, err := ck.Float32(t.Name)
	if err != nil {
		return err
	}
	if !slices.Equal(shape, t.Shape) {
		return fmt.Errorf("experiment: %s has shape %v, the settings make it %v: %w", t.Name, shape, t.Shape, checkpoint.ErrCorrupt)
	}
	return t.SetF32(v)
}

// isPolicy tells the tensors that acting needs from those of learning.
func isPolicy(name string) bool {
	return strings.HasPrefix(name, "actor/") || strings.HasPrefix(name, "normaliser/")
}

// isCritic tells the critics' tensors, without their targets.
func isCritic(name string) bool {
	return strings.HasPrefix(name, "q1/") || strings.HasPrefix(name, "q2/")
}

// hasCritics reports whether a file holds critics, as a run's checkpoint does.
func hasCritics(ck *checkpoint.File) bool { return ck.Has("q1/W0") }

func policyTensors(tensors []nn.Tensor) []nn.Tensor { return tensorsOf(tensors, isPolicy) }

func tensorsOf(tensors []nn.Tensor, keep func(name string) bool) []nn.Tensor {
	var out []nn.Tensor
	for _, t := range tensors {
		if keep(t.Name) {
			out = append(out, t)
		}
	}
	return out
}

// PolicyFile holds a policy: the configuration, the task's description and the
// tensors that acting needs.
func PolicyFile(c Config, spec env.Spec, tensors []nn.Tensor) *checkpoint.File {
	ck := checkpoint.New()
	ck.SetBytes("kind", []byte("policy"))
	ck.SetJSON("config", c)
	ck.SetJSON("spec", spec)
	if err := putTensors(ck, policyTensors(tensors)); err != nil {
		panic("experiment: " + err.Error()) // only streams can fail, and there are none
	}
	return ck
}

func (r *Run) policyFile() *checkpoint.File {
	return withParts(PolicyFile(r.Config, r.Spec, r.Learner.Tensors()), r.parts)
}

// withParts notes in a policy's file which parts of the network are the user's.
func withParts(ck *checkpoint.File, p Parts) *checkpoint.File {
	if p.own() {
		p.NewEnv = nil
		ck.SetJSON("parts", p.names())
	}
	return ck
}

// SavePolicy writes the policy as it is now to a file.
func (r *Run) SavePolicy(path string) error { return WriteOutput(path, r.policyFile().Marshal()) }

// SaveBest writes the policy of the best evaluation to a file.
func (r *Run) SaveBest(path string) error {
	ck, err := r.best()
	if err != nil {
		return err
	}
	return WriteOutput(path, ck.Marshal())
}

func (r *Run) best() (*checkpoint.File, error) {
	switch {
	case r.bestPolicy != nil:
		return r.bestPolicy, nil
	case r.Best == nil:
		return nil, errors.New("experiment: there is no best policy before the first evaluation")
	}
	return checkpoint.ReadFile(filepath.Join(r.Config.Dir, bestName))
}

// LoadPolicy reads a policy from a policy file, from a run's checkpoint or,
// given a run's folder, the best policy of that run.
func LoadPolicy(path string, p Parts) (Config, env.Spec, *td3.Agent, error) {
	ck, _, err := openPolicy(path)
	if err != nil {
		return Config{}, env.Spec{}, nil, err
	}
	return PolicyFrom(ck, p)
}

// openPolicy reads the file of a policy, the best one if path is a run's
// folder. The note says what is wrong there.
func openPolicy(path string) (ck *checkpoint.File, note string, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return bestIn(path)
	}
	ck, err = checkpoint.ReadFile(path)
	return ck, "", err
}

// bestIn reads the best policy of the run in a folder: best.ckpt, if it is
// what the checkpoint or the manifest say, else the checkpoint's copy.
func bestIn(dir string) (ck *checkpoint.File, note string, err error) {
	path, latest := filepath.Join(dir, bestName), filepath.Join(dir, latestName)
	m, err := ReadManifest(dir)
	if errors.Is(err, fs.ErrNotExist) && exists(path) { // a policy that was copied
		ck, err = checkpoint.ReadFile(path)
		return ck, "", err
	}
	if err != nil {
		return nil, "", err
	}
	best, bestErr := checkpoint.ReadFile(path)
	if w, err := checkpoint.ReadEntries(latest, bestEntry, "config", "evaluations/sizes"); err == nil && !m.Stored {
		if err := sameSettings(w, m, latest); err != nil {
			return nil, "", err
		}
		if data, err := w.Bytes(bestEntry); err == nil {
			return insteadOf(path, best, bestErr, data)
		}
		if n, err := w.Int64("evaluations/sizes", 3); err == nil && n[0] == 0 {
			ck, err := checkpoint.ReadFile(latest)
			return ck, fmt.Sprintf("%s has no evaluation yet: this is the policy of its checkpoint", dir), err
		}
	}
	want := m.Files[bestName]
	switch {
	case bestErr != nil && exists(latest):
		return nil, "", fmt.Errorf("experiment: the policy of the best evaluation cannot be read (%s has the last one): %w", latest, bestErr)
	case bestErr != nil:
		return nil, "", bestErr
	case want != "" && digest(best.Marshal()) != want:
		return nil, "", fmt.Errorf("experiment: %s is not the policy that %s names; put a copy back: %w", path, manifestName, checkpoint.ErrForeign)
	}
	return best, "", sameSettings(best, m, path)
}

// insteadOf takes the checkpoint's copy of the best policy where best.ckpt is
// another one or cannot be read.
func insteadOf(path string, best *checkpoint.File, bestErr error, data []byte) (*checkpoint.File, string, error) {
	if bestErr == nil && bytes.Equal(best.Marshal(), data) {
		return best, "", nil
	}
	ck, err := checkpoint.Unmarshal(data)
	if bestErr == nil {
		bestErr = fmt.Errorf("%s is not the policy of this run's best evaluation", path)
	}
	return ck, fmt.Sprintf("%v; the copy in %s is used (gomdcsan train --resume writes it anew)", bestErr, latestName), err
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// PolicyFrom builds the agent of a policy.
func PolicyFrom(ck *checkpoint.File, p Parts) (c Config, spec env.Spec, agent *td3.Agent, err error) {
	if err = ck.JSON("config", &c); err == nil {
		err = ck.JSON("spec", &spec)
	}
	if err != nil {
		return c, spec, nil, fmt.Errorf("experiment: this file holds no policy: %w", err)
	}
	if err = c.Validate(); err != nil {
		return c, spec, nil, fmt.Errorf("experiment: policy: %w", err)
	}
	if n := spec.ActDim; n < 1 || spec.ObsDim < 1 || len(spec.ActLow) != n || len(spec.ActHigh) != n {
		return c, spec, nil, fmt.Errorf("experiment: policy for an impossible task %+v: %w", spec, checkpoint.ErrCorrupt)
	}
	var made []string
	if ck.Has("parts") {
		err = ck.JSON("parts", &made)
	}
	if err = errors.Join(err, lacking(made, p, "mdcsan.LoadWith(path, parts)")); err != nil {
		return c, spec, nil, fmt.Errorf("experiment: policy: %w", err)
	}
	if agent, err = NewAgent(c, spec, p); err != nil {
		return c, spec, nil, err
	}
	tensors := agent.Tensors()
	err = takeTensors(ck, policyTensors(tensors))
	if err == nil && hasCritics(ck) {
		err = takeTensors(ck, tensorsOf(tensors, isCritic))
	}
	if errors.Is(err, checkpoint.ErrMissing) {
		err = fmt.Errorf("%w (if it was made with a part of your own, mdcsan.LoadWith(path, parts) takes it)", err)
	}
	return c, spec, agent, err
}
