package mdcsan

import (
	"image"

	"gomdcsan/mdcsan/env/tasks"
)

// Film is a recorded episode that a notebook shows moving.
type Film = tasks.Film

// Picture draws a task at the start of an episode, square, of size pixels. It
// needs no MuJoCo.
func Picture(task string, size int) (image.Image, error) {
	pose, err := tasks.StartPose(task)
	if err != nil {
		return nil, err
	}
	return tasks.Picture(task, pose, size)
}

// Picture draws the task as it stands, square, of size pixels.
func (t *Task) Picture(size int) (image.Image, error) { return tasks.Frame(t.env, size) }

// FilmOf makes a film of an episode, such as actor.Rollout's.
func FilmOf(tr *Trajectory) *Film { return tr.Film() }
