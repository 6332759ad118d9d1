// Package serve lends tasks and policies to another process, such as Python:
//
//	err := serve.Run(os.Stdin, os.Stdout)
//
// Requests and replies are those of package wire. A process serves one task, or
// one policy, or one of each:
//
//	'M' make a task    JSON {"task", "inertia", "contact", "limit"}  -> JSON, see taskReply
//	'R' reset it       float64 seed                                  -> row
//	'S' step it        action                                        -> row
//	'G' its state      nothing                                       -> bytes
//	'P' put a state    bytes                                         -> nothing
//	'L' load a policy  JSON {"path", "seed"}                         -> JSON: settings of an exported policy
//	'T' act            n observations, row after row                 -> n actions
//
// A row is 1 if terminated plus 2 if truncated, reward, observation; numbers are
// float64. The letter of a reply is 'K', or 'E' with a text in place of the
// content. Run returns when the requests end.
package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym/wire"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/mdcsan/rng"
)

// Run answers requests until there are no more.
func Run(requests io.Reader, replies io.Writer) error {
	s := &server{}
	defer s.close()
	var memory, reply []byte
	for {
		var letter byte
		var content []byte
		var err error
		memory, letter, content, err = wire.Read(requests, memory)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("serve: request: %w", err)
		}
		reply = wire.Begin(reply, 'K')
		if answer, err := s.answer(reply, letter, content); err == nil {
			reply = answer
		} else {
			reply = append(wire.Begin(reply, 'E'), err.Error()...)
		}
		wire.End(reply)
		if _, err := replies.Write(reply); err != nil {
			return fmt.Errorf("serve: reply: %w", err)
		}
	}
}

// server is what a process has been asked to make.
type server struct {
	env      env.Env
	obs, act []float64
	policy   *experiment.Actor
	in, out  []float32
}

func (s *server) close() {
	if s.env != nil {
		s.env.Close()
	}
}

// answer appends the content of the reply to dst.
func (s *server) answer(dst []byte, letter byte, content []byte) ([]byte, error) {
	switch letter {
	case 'M':
		return s.makeTask(dst, content)
	case 'L':
		return s.load(dst, content)
	case 'T':
		return s.actOn(dst, content)
	}
	if s.env == nil {
		return nil, fmt.Errorf("serve: request %q before a task was made", letter)
	}
	switch letter {
	case 'R':
		return s.reset(dst, content)
	case 'S':
		return s.step(dst, content)
	case 'G', 'P':
		return s.state(dst, letter, content)
	}
	return nil, fmt.Errorf("serve: there is no request %q", letter)
}

// taskReply describes a task.
type taskReply struct {
	env.Spec
	State bool // 'G' and 'P' are answered
}

func (s *server) makeTask(dst, content []byte) ([]byte, error) {
	var ask struct {
		Task, Inertia, Contact string
		Limit                  int
	}
	if err := json.Unmarshal(content, &ask); err != nil {
		return nil, err
	}
	s.close()
	s.env = nil
	e, err := tasks.New(ask.Task, tasks.Options{Inertia: mjcf.Inertia(ask.Inertia), Contact: tasks.Contact(ask.Contact), MaxSteps: ask.Limit})
	if err != nil {
		return nil, err
	}
	spec := e.Spec()
	s.env, s.obs, s.act = e, make([]float64, spec.ObsDim), make([]float64, spec.ActDim)
	_, state := e.(env.Snapshotter)
	return appendJSON(dst, taskReply{spec, state})
}

func appendJSON(dst []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(dst, text...), err
}

func (s *server) reset(dst, content []byte) ([]byte, error) {
	if len(content) != 8 {
		return nil, fmt.Errorf("serve: a seed has 8 bytes, not %d", len(content))
	}
	seed := wire.Float(content, 0)
	if !(seed >= 0 && seed < 1<<53) || seed != math.Trunc(seed) {
		return nil, fmt.Errorf("serve: seed %v: want an integer from 0 to 2^53", seed)
	}
	if err := s.env.Reset(s.obs, rng.New(uint64(seed), "env/0")); err != nil {
		return nil, err
	}
	return wire.AppendFloats(wire.AppendFloats(dst, 0, 0), s.obs...), nil
}

func (s *server) step(dst, content []byte) ([]byte, error) {
	if len(content) != 8*len(s.act) {
		return nil, fmt.Errorf("serve: an action of %s has %d numbers, not %d", s.env.Spec().Name, len(s.act), len(content)/8)
	}
	for i := range s.act {
		s.act[i] = wire.Float(content, i)
	}
	res, err := s.env.Step(s.obs, s.act)
	if err != nil {
		return nil, err
	}
	flags := 0.0
	if res.Terminated {
		flags = 1
	}
	if res.Truncated {
		flags += 2
	}
	return wire.AppendFloats(wire.AppendFloats(dst, flags, res.Reward), s.obs...), nil
}

func (s *server) state(dst []byte, letter byte, content []byte) ([]byte, error) {
	e, ok := s.env.(env.Snapshotter)
	if !ok {
		return nil, fmt.Errorf("serve: the state of %s cannot be had", s.env.Spec().Name)
	}
	if letter == 'G' {
		return e.AppendState(dst), nil
	}
	return dst, e.RestoreState(content)
}

func (s *server) load(dst, content []byte) ([]byte, error) {
	var ask struct {
		Path string
		Seed uint64
	}
	if err := json.Unmarshal(content, &ask); err != nil {
		return nil, err
	}
	a, err := experiment.LoadActor(ask.Path, experiment.Parts{})
	if err != nil {
		return nil, err
	}
	if err := a.Reseed(ask.Seed); err != nil {
		return nil, err
	}
	s.policy = a
	text, err := a.Settings()
	return append(dst, text...), err
}

// actOn acts on one or more observations.
func (s *server) actOn(dst, content []byte) ([]byte, error) {
	if s.policy == nil {
		return nil, errors.New("serve: an observation before a policy was loaded")
	}
	size, m := 8*s.policy.Spec.ObsDim, s.policy.Spec.ActDim
	n := len(content) / size
	if n == 0 || len(content) != n*size {
		return nil, fmt.Errorf("serve: observations of %s have %d numbers; %d numbers came", s.policy.Spec.Name, s.policy.Spec.ObsDim, len(content)/8)
	}
	s.in, s.out = s.in[:0], append(s.out[:0], make([]float32, n*m)...)
	for i := range n * s.policy.Spec.ObsDim {
		s.in = append(s.in, float32(wire.Float(content, i)))
	}
	s.policy.ActBatch(s.out, s.in, n)
	low, high := s.policy.Spec.ActLow, s.policy.Spec.ActHigh
	for i, x := range s.out {
		dst = wire.AppendFloats(dst, max(low[i%m], min(float64(x), high[i%m])))
	}
	return dst, nil
}
