package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	v, _, err := ck.Float32(t.Name)
	if err != nil {
		return err
	}
	return t.SetF32(v)
}

// isPolicy tells the tensors that acting needs from those of learning.
func isPolicy(name string) bool {
	return strings.HasPrefix(name, "actor/") || strings.HasPrefix(name, "normaliser/")
}

func policyTensors(tensors []nn.Tensor) []nn.Tensor {
	var out []nn.Tensor
	for _, t := range tensors {
		if isPolicy(t.Name) {
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
	return PolicyFile(r.Config, r.Spec, r.Learner.Tensors())
}

// SavePolicy writes the policy as it is now to a file.
func (r *Run) SavePolicy(path string) error { return r.policyFile().WriteFile(path) }

// SaveBest writes the policy of the best evaluation to a file.
func (r *Run) SaveBest(path string) error {
	ck, err := r.best()
	if err != nil {
		return err
	}
	return ck.WriteFile(path)
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
	ck, err := checkpoint.ReadFile(policyPath(path))
	if err != nil {
		return Config{}, env.Spec{}, nil, err
	}
	return PolicyFrom(ck, p)
}

// policyPath names the file to read when path is a run's folder.
func policyPath(path string) string {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return path
	}
	if best := filepath.Join(path, bestName); exists(best) {
		return best
	}
	return filepath.Join(path, latestName)
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
	if agent, err = NewAgent(c, spec, p); err != nil {
		return c, spec, nil, err
	}
	return c, spec, agent, takeTensors(ck, policyTensors(agent.Tensors()))
}
