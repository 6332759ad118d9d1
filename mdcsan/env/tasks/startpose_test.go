package tasks

import (
	"errors"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
)

func TestStartPoseHasAPicture(t *testing.T) {
	for _, name := range Names() {
		pose, err := StartPose(name)
		if mujoco.Available() != nil && errors.Is(err, env.ErrUnavailable) {
			continue // a model that only MuJoCo poses
		}
		if err != nil {
			t.Fatal(err)
		}
		img, err := Picture(name, pose, 32)
		if err != nil || img.Bounds().Dx() != 32 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := StartPose("Hoper-v3"); err == nil {
		t.Error("an unknown task has a pose")
	}
}
