package mdcsan_test

import (
	"testing"

	"gomdcsan/mdcsan"
)

func TestPictures(t *testing.T) {
	task, err := mdcsan.NewTask("Pendulum-v1")
	if err != nil {
		t.Fatal(err)
	}
	defer task.Close()
	if _, err := task.Reset(); err != nil {
		t.Fatal(err)
	}
	if img, err := task.Picture(24); err != nil || img.Bounds().Dx() != 24 {
		t.Errorf("picture: %v", err)
	}
	if img, err := mdcsan.Picture("Ant-v3", 24); err != nil || img.Bounds().Dy() != 24 {
		t.Errorf("picture of Ant-v3: %v", err)
	}
	actor, err := mdcsan.NewActor(mdcsan.DefaultConfig("Pendulum-v1"))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := actor.Rollout(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	film := mdcsan.FilmOf(tr)
	film.Size = 16
	if b := film.MimeBundle()["image/gif"].([]byte); len(b) < 100 || film.Return != tr.Return {
		t.Errorf("a film of %d bytes", len(b))
	}
}
