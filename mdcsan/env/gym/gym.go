package gym

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"
	"strings"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym/wire"
	"gomdcsan/mdcsan/env/internal/episode"
	"gomdcsan/mdcsan/rng"
)

// Prefix begins the names of these tasks.
const Prefix = "gym:"

// split parses a task's name: the id for gymnasium.make, and its arguments.
func split(name string) (id string, kwargs map[string]string, err error) {
	id, options, _ := strings.Cut(strings.TrimPrefix(name, Prefix), "?")
	kwargs = map[string]string{}
	for o := range strings.SplitSeq(options, "&") {
		if o == "" {
			continue
		}
		key, value, ok := strings.Cut(o, "=")
		if !ok || key == "" {
			return "", nil, fmt.Errorf("%s: %q is no argument of gymnasium.make; write name=value", name, o)
		}
		kwargs[key] = value
	}
	if id == "" {
		return "", nil, fmt.Errorf("%w %q: an id of Gymnasium is to follow, as in gym:MountainCarContinuous-v0", env.ErrUnknownTask, name)
	}
	return id, kwargs, nil
}

// Env is an instance of a Gymnasium environment.
type Env struct {
	child *child
	slot  int
	spec  env.Spec
	ep    episode.Episode
	seed  float64 // of the episode
	shut  bool
}

var (
	_ env.Vector      = (*Env)(nil)
	_ env.Snapshotter = (*saved)(nil)
)

// New starts Python with one instance of the environment of that name. It is
// an env.Snapshotter if its state can be had.
func New(name string, o Options) (env.Vector, error) {
	c, d, err := start(name, o)
	if err != nil {
		return nil, err
	}
	spec := env.Spec{
		Name: name, ObsDim: d.Obs, ActDim: d.Act, ActLow: d.Low, ActHigh: d.High,
		MaxSteps: d.MaxSteps, Dt: d.Dt,
	}
	switch {
	case o.MaxSteps > 0:
		spec.MaxSteps = o.MaxSteps
	case o.MaxSteps < 0:
		spec.MaxSteps = 0
	}
	return instance(c, 0, spec, d.State), nil
}

func instance(c *child, slot int, spec env.Spec, state bool) env.Vector {
	e := &Env{child: c, slot: slot, spec: spec, ep: episode.New(spec)}
	if state {
		return &saved{e}
	}
	return e
}

// Lookup describes an environment; Python starts for it and ends.
func Lookup(name string, o Options) (env.Spec, error) {
	e, err := New(name, o)
	if err != nil {
		return env.Spec{}, err
	}
	return e.Spec(), e.Close()
}

// Spec describes the environment.
func (e *Env) Spec() env.Spec {
	s := e.spec
	s.ActLow, s.ActHigh = slices.Clone(s.ActLow), slices.Clone(s.ActHigh)
	return s
}

// Versions are those of Python, Gymnasium and what else makes the numbers.
func (e *Env) Versions() map[string]string { return maps.Clone(e.child.versions) }

// Reset starts an episode with a seed of 31 bits that it draws from r.
func (e *Env) Reset(obs []float64, r *rng.Stream) error {
	if err := e.ep.CheckReset(obs); err != nil {
		return err
	}
	e.child.mu.Lock()
	defer e.child.mu.Unlock()
	e.seed = float64(r.Int32())
	e.ep.Abort() // until it has begun
	row, err := e.child.call('R', func(b []byte) []byte { return wire.AppendFloats(b, float64(e.slot), e.seed) })
	if err != nil {
		return fmt.Errorf("reset with seed %.0f: %w", e.seed, err)
	}
	if _, err := e.read(row, obs); err != nil {
		return err
	}
	e.ep.Begin()
	return nil
}

// Step applies an action, converted to the type of the action space.
func (e *Env) Step(obs, action []float64) (env.Result, error) {
	if err := e.ep.CheckStep(obs, action); err != nil {
		return env.Result{}, err
	}
	c := e.child
	c.mu.Lock()
	defer c.mu.Unlock()
	c.request = e.ask(wire.Begin(c.request, 'S'), action)
	wire.End(c.request)
	row, err := c.exchange()
	if err != nil {
		return env.Result{}, e.failed(err)
	}
	return e.finish(row, obs)
}

// ask appends the row of a step's request.
func (e *Env) ask(b []byte, action []float64) []byte {
	return wire.AppendFloats(wire.AppendFloats(b, float64(e.slot)), action...)
}

// failed ends the episode with an error.
func (e *Env) failed(err error) error {
	err = fmt.Errorf("step %d of the episode with seed %.0f: %w", e.ep.Steps()+1, e.seed, err)
	e.ep.Abort()
	return err
}

// rowSize is the length of a row of a reply, in bytes.
func (e *Env) rowSize() int { return 8 * (2 + e.spec.ObsDim) }

// finish takes a row of the reply to a step.
func (e *Env) finish(row []byte, obs []float64) (env.Result, error) {
	flags, err := e.read(row, obs)
	if err != nil {
		e.ep.Abort()
		return env.Result{}, err
	}
	res := env.Result{Reward: wire.Float(row, 1), Terminated: flags&1 != 0}
	late := e.ep.Tick(res.Terminated)
	res.Truncated = !res.Terminated && (late || flags&2 != 0)
	if res.Truncated {
		e.ep.Abort() // by a limit of the environment's own, perhaps
	}
	return res, nil
}

// read takes the observation from a row.
func (e *Env) read(row []byte, obs []float64) (flags int, err error) {
	if len(row) != e.rowSize() {
		return 0, fmt.Errorf("%s: the reply has %d bytes, not %d", e.spec.Name, len(row), e.rowSize())
	}
	for i := 1; i < 2+len(obs); i++ {
		if x := wire.Float(row, i); math.IsNaN(x) || math.IsInf(x, 0) {
			what := fmt.Sprintf("number %d of the observation", i-2)
			if i == 1 {
				what = "the reward"
			}
			return 0, fmt.Errorf("%s: %w: %s is %v", e.spec.Name, env.ErrDiverged, what, x)
		}
	}
	for i := range obs {
		obs[i] = wire.Float(row, 2+i)
	}
	return int(wire.Float(row, 0)), nil
}

// Close ends the instance, and Python with its last.
func (e *Env) Close() error {
	if e.shut {
		return nil
	}
	e.shut = true
	c := e.child
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open--; c.open == 0 {
		return c.stop()
	}
	if c.dead != nil {
		return nil
	}
	_, err := c.call('C', func(b []byte) []byte { return wire.AppendFloats(b, float64(e.slot)) })
	return err
}

// Another returns one more instance in the same Python.
func (e *Env) Another() (env.Env, error) {
	v, err := e.another(false)
	return v, err
}

func (e *Env) another(state bool) (env.Vector, error) {
	c := e.child
	c.mu.Lock()
	defer c.mu.Unlock()
	slot, err := c.call('A', nil)
	if err != nil {
		return nil, err
	}
	c.open++
	return instance(c, int(wire.Float(slot, 0)), e.spec, state), nil
}

// instanceOf returns the Env of this package that x is, or nil.
func instanceOf(x env.Env) *Env {
	switch x := x.(type) {
	case *Env:
		return x
	case *saved:
		return x.Env
	}
	return nil
}

// StepTogether steps the instances of this Python among envs with one message,
// and the others one by one.
func (e *Env) StepTogether(envs []env.Env, which []int, obs, act [][]float64, res []env.Result, errs []error) {
	c := e.child
	c.mu.Lock()
	defer c.mu.Unlock()
	c.request = wire.Begin(c.request, 'S')
	asked := 0
	for _, i := range which {
		x := instanceOf(envs[i])
		if x == nil || x.child != c {
			res[i], errs[i] = envs[i].Step(obs[i], act[i])
			continue
		}
		if errs[i] = x.ep.CheckStep(obs[i], act[i]); errs[i] == nil {
			c.request = x.ask(c.request, act[i])
			asked++
		}
	}
	if asked == 0 {
		return
	}
	wire.End(c.request)
	rows, err := c.exchange()
	for _, i := range which {
		x := instanceOf(envs[i])
		switch {
		case x == nil || x.child != c || errs[i] != nil:
		case err != nil:
			errs[i] = x.failed(err)
		default:
			size := min(x.rowSize(), len(rows))
			res[i], errs[i] = x.finish(rows[:size], obs[i])
			rows = rows[size:]
		}
	}
}

// saved is an Env whose state can be had.
type saved struct{ *Env }

// stateTag opens a saved state: format and version.
const stateTag = "GYM1"

// Another returns one more instance in the same Python.
func (e *saved) Another() (env.Env, error) {
	v, err := e.another(true)
	return v, err
}

// AppendState appends the state that Python tells; nothing if Python has ended,
// which the next step reports.
func (e *saved) AppendState(dst []byte) []byte {
	c := e.child
	c.mu.Lock()
	defer c.mu.Unlock()
	var state []byte
	if e.ep.Begun() {
		var err error
		if state, err = c.call('G', func(b []byte) []byte { return wire.AppendFloats(b, float64(e.slot)) }); err != nil {
			return dst
		}
	}
	from := len(dst)
	dst = e.ep.AppendState(append(dst, stateTag...))
	dst = wire.AppendFloats(dst, e.seed)
	dst = append(dst, state...)
	return binary.LittleEndian.AppendUint32(dst, e.sum(dst[from:]))
}

// sum ties a state to the environment.
func (e *saved) sum(state []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte(e.spec.Name)), crc32.IEEETable, state)
}

// RestoreState goes back to a state that AppendState appended.
func (e *saved) RestoreState(state []byte) error {
	const least = len(stateTag) + episode.StateSize + 8 + 4
	n := len(state) - 4
	if len(state) < least || string(state[:len(stateTag)]) != stateTag || binary.LittleEndian.Uint32(state[n:]) != e.sum(state[:n]) {
		return fmt.Errorf("%s: restore: %d bytes are no saved state of this task", e.spec.Name, len(state))
	}
	ep, rest, err := e.ep.ParseState(state[len(stateTag):n])
	if err != nil {
		return fmt.Errorf("%s: restore: %w", e.spec.Name, err)
	}
	c := e.child
	c.mu.Lock()
	defer c.mu.Unlock()
	seed := wire.Float(rest, 0)
	if !ep.Begun() {
		e.ep, e.seed = ep, seed
		return nil
	}
	_, err = c.call('P', func(b []byte) []byte {
		return append(wire.AppendFloats(b, float64(e.slot), float64(ep.Steps()), seed), rest[8:]...)
	})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	e.ep, e.seed = ep, seed
	return nil
}
