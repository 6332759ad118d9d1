package tasks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"time"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/render"
	"gomdcsan/mdcsan/rng"
)

// The default look of a film.
const (
	filmSize = 320 // pixels
	filmFPS  = 30.0

	notebookFrames = 240
)

// Film is a recorded episode: a pose per environment step, from which pictures
// are drawn where they are wanted, with or without MuJoCo. It encodes as JSON.
// In a notebook it shows itself as a GIF.
type Film struct {
	Task   string      `json:"task"`
	Robot  *Design     `json:"robot,omitempty"` // of a model of your own
	Dt     float64     `json:"dt"`              // s between poses
	Poses  [][]float64 `json:"poses"`           // the first is that after Reset
	Return float64     `json:"return"`          // sum of the rewards
	Size   int         `json:"size,omitempty"`  // pixels; 0: 320
	FPS    float64     `json:"fps,omitempty"`   // frames per second shown; 0: 30
	Speed  float64     `json:"speed,omitempty"` // times real time; 0: 1
}

// Record plays one episode of at most maxSteps steps (0: to its end) and
// records it. The policy writes an action for an observation. A cancelled
// context ends the recording; what was recorded until then is returned with
// its error.
func Record(ctx context.Context, e env.Env, r *rng.Stream, maxSteps int, policy func(action, obs []float64)) (*Film, error) {
	p, ok := e.(env.Poser)
	if !ok {
		return nil, fmt.Errorf("tasks: %s has no picture: it is no env.Poser", e.Spec().Name)
	}
	s := e.Spec()
	if maxSteps <= 0 && s.MaxSteps == 0 {
		return nil, fmt.Errorf("tasks: recording %s, which has no time limit, wants a number of steps", s.Name)
	}
	obs, act := make([]float64, s.ObsDim), make([]float64, s.ActDim)
	if err := e.Reset(obs, r); err != nil {
		return nil, err
	}
	f := &Film{Task: s.Name, Robot: DesignOf(e), Dt: s.Dt, Poses: [][]float64{p.AppendPose(nil)}}
	for k := 0; maxSteps <= 0 || k < maxSteps; k++ {
		if err := ctx.Err(); err != nil {
			return f, err
		}
		policy(act, obs)
		res, err := e.Step(obs, act)
		if err != nil {
			return f, err
		}
		f.Return += res.Reward
		f.Poses = append(f.Poses, p.AppendPose(nil))
		if res.Done() {
			break
		}
	}
	return f, nil
}

// Duration is the length of the episode.
func (f *Film) Duration() time.Duration {
	return time.Duration(float64(len(f.Poses)-1) * f.Dt * float64(time.Second))
}

// String describes the film in a line.
func (f *Film) String() string {
	return fmt.Sprintf("film of %s: %d steps, %.1f s, return %.1f", f.Task, len(f.Poses)-1, f.Duration().Seconds(), f.Return)
}

// Render draws the film, in real time unless Speed says otherwise.
func (f *Film) Render() (*render.Film, error) {
	if len(f.Poses) == 0 || !(f.Dt > 0) {
		return nil, errors.New("tasks: an empty film")
	}
	s, err := newStage(f.Task, f.Robot)
	if err != nil {
		return nil, err
	}
	size := f.Size
	if size <= 0 {
		size = filmSize
	}
	every := f.every()
	out := &render.Film{Delay: time.Duration(float64(every) * f.Dt / f.speed() * float64(time.Second))}
	for i := 0; i < len(f.Poses); i += every {
		scene, err := s.scene(f.Poses[i])
		if err != nil {
			return nil, fmt.Errorf("pose %d: %w", i, err)
		}
		out.Frames = append(out.Frames, scene.Image(size, size))
	}
	return out, nil
}

// Frame draws the pose of one step.
func (f *Film) Frame(step, size int) (*image.RGBA, error) {
	if step < 0 || step >= len(f.Poses) {
		return nil, fmt.Errorf("tasks: a film of steps 0 to %d has no step %d", len(f.Poses)-1, step)
	}
	return picture(f.Task, f.Robot, f.Poses[step], size)
}

// GIF writes the film as an animated GIF.
func (f *Film) GIF(w io.Writer) error {
	r, err := f.Render()
	if err != nil {
		return err
	}
	return r.GIF(w)
}

// APNG writes the film as an animated PNG.
func (f *Film) APNG(w io.Writer) error {
	r, err := f.Render()
	if err != nil {
		return err
	}
	return r.APNG(w)
}

// WriteFile writes the film as .gif, .apng or .png (animated).
func (f *Film) WriteFile(path string) error {
	r, err := f.Render()
	if err != nil {
		return err
	}
	return r.WriteFile(path)
}

// MimeBundle is how a notebook shows the film: as a GIF of its first frames,
// so that a long episode does not fill the notebook. WriteFile writes all.
func (f *Film) MimeBundle() map[string]any {
	text := f.String()
	if s, err := newStage(f.Task, f.Robot); err == nil && s.look != nil && s.look.missing() != "" {
		text += "; " + s.look.missing()
	}
	short := *f
	if n := notebookFrames * f.every(); len(f.Poses) > n {
		short.Poses = f.Poses[:n]
		text += fmt.Sprintf(" (its first %.1f s)", float64(n)*f.Dt)
	}
	var b bytes.Buffer
	if err := short.GIF(&b); err != nil {
		return map[string]any{"text/plain": err.Error()}
	}
	return map[string]any{"image/gif": b.Bytes(), "text/plain": text}
}

func (f *Film) speed() float64 {
	if f.Speed > 0 {
		return f.Speed
	}
	return 1
}

// every is how many steps lie between two frames.
func (f *Film) every() int {
	fps := f.FPS
	if !(fps > 0) {
		fps = filmFPS
	}
	n := math.Round(f.speed() / (fps * f.Dt))
	return int(max(1, min(n, float64(len(f.Poses)))))
}
