package tasks_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/pendulum"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

// recorded is a film of a golden rollout: poses from a file, no MuJoCo.
func recorded(t testing.TB, file string) *tasks.Film {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "mujoco", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Task  string  `json:"task"`
		Dt    float64 `json:"dt"`
		Steps []struct {
			Qpos []float64 `json:"qpos"`
		} `json:"steps"`
	}
	if err := json.NewDecoder(z).Decode(&r); err != nil {
		t.Fatal(err)
	}
	film := &tasks.Film{Task: r.Task, Dt: r.Dt, Size: 64}
	for _, s := range r.Steps {
		film.Poses = append(film.Poses, s.Qpos)
	}
	return film
}

// TestRecordedFilms: films of all tasks from recorded poses, in builds with and
// without MuJoCo.
func TestRecordedFilms(t *testing.T) {
	for file, want := range map[string]struct {
		frames, hundredths int
	}{
		"ant_legacy_main.json.gz":          {200, 1000},
		"half_cheetah_legacy_main.json.gz": {200, 1000},
		"walker2d_legacy_main.json.gz":     {50, 160}, // every fourth pose of 0.008 s
		"hopper_legacy_main.json.gz":       {50, 160},
	} {
		film := recorded(t, file)
		var b bytes.Buffer
		if err := film.GIF(&b); err != nil {
			t.Fatal(err)
		}
		g, err := gif.DecodeAll(&b)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, d := range g.Delay {
			total += d
		}
		if len(g.Image) != want.frames || total != want.hundredths {
			t.Errorf("%s: %d frames in %d hundredths of a second, want %+v", file, len(g.Image), total, want)
		}
		if bytes.Equal(g.Image[0].Pix, g.Image[len(g.Image)/4].Pix) {
			t.Errorf("%s: nothing moves", file)
		}
	}
}

func TestFilmFile(t *testing.T) {
	film := recorded(t, "hopper_legacy_main.json.gz")
	text, err := json.Marshal(film)
	if err != nil {
		t.Fatal(err)
	}
	var again tasks.Film
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	a, err := film.Frame(100, 48)
	if err != nil {
		t.Fatal(err)
	}
	b, err := again.Frame(100, 48)
	if err != nil || !bytes.Equal(a.Pix, b.Pix) {
		t.Errorf("the film read back shows something else (%v)", err)
	}
	for _, name := range []string{"a.gif", "a.apng", "a.png"} {
		if err := again.WriteFile(filepath.Join(t.TempDir(), name)); err != nil {
			t.Error(err)
		}
	}
}

func TestFilmInNotebook(t *testing.T) {
	film := recorded(t, "hopper_legacy_main.json.gz")
	for range 4 {
		film.Poses = append(film.Poses, film.Poses...)
	}
	bundle := film.MimeBundle()
	g, err := gif.DecodeAll(bytes.NewReader(bundle["image/gif"].([]byte)))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != 240 || !strings.Contains(bundle["text/plain"].(string), "film of Hopper-v3: 3199 steps, 25.6 s, return 0.0 (its first 7.7 s)") {
		t.Errorf("%d frames, %q", len(g.Image), bundle["text/plain"])
	}
	film.Task = "Hopper-v9"
	if bundle := film.MimeBundle(); bundle["image/gif"] != nil || !strings.Contains(bundle["text/plain"].(string), "unknown task") {
		t.Errorf("a film of an unknown task shows %v", bundle)
	}
}

func TestRecord(t *testing.T) {
	e := pendulum.New()
	push := func(action, obs []float64) { action[0] = 2 * obs[1] }
	film, err := tasks.Record(context.Background(), e, rng.New(1, "env"), 0, push)
	if err != nil {
		t.Fatal(err)
	}
	if len(film.Poses) != 201 || !(film.Return < 0) || math.Abs(film.Duration().Seconds()-10) > 1e-9 {
		t.Errorf("%v, %d poses", film, len(film.Poses))
	}
	if film, err = tasks.Record(context.Background(), e, rng.New(1, "env"), 7, push); err != nil || len(film.Poses) != 8 {
		t.Errorf("%d poses of 7 steps, %v", len(film.Poses), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	film, err = tasks.Record(ctx, e, rng.New(1, "env"), 0, func(_, _ []float64) {
		if n++; n == 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(film.Poses) != 6 {
		t.Errorf("cancelled at step 5: %d poses, %v", len(film.Poses), err)
	}
	film, err = tasks.Record(context.Background(), e, rng.New(1, "env"), 0, func(a, _ []float64) { a[0] = math.NaN() })
	if !errors.Is(err, env.ErrBadAction) || len(film.Poses) != 1 {
		t.Errorf("NaN policy: %v", err)
	}
	if _, err := tasks.Record(context.Background(), pendulum.NewLimit(0), rng.New(1, "env"), 0, push); err == nil {
		t.Error("an endless episode was recorded")
	}
}

func TestPictureErrors(t *testing.T) {
	for what, c := range map[string]struct {
		task string
		pose []float64
		size int
	}{
		"task":       {"Hoper-v3", make([]float64, 6), 32},
		"pose":       {"Hopper-v3", make([]float64, 5), 32},
		"no pose":    {"Pendulum-v1", nil, 32},
		"NaN":        {"Pendulum-v1", []float64{math.NaN(), 0}, 32},
		"far away":   {"Hopper-v3", []float64{1e300, 0, 0, 0, 0, 0}, 32},
		"no size":    {"Pendulum-v1", []float64{0, 0}, 0},
		"great size": {"Pendulum-v1", []float64{0, 0}, 1 << 20},
	} {
		if _, err := tasks.Picture(c.task, c.pose, c.size); err == nil {
			t.Errorf("%s: drawn", what)
		}
	}
	if _, err := (&tasks.Film{Task: "Hopper-v3"}).Render(); err == nil {
		t.Error("an empty film was drawn")
	}
}

// TestPendulumPicture: the rod points where the angle says, the arc shows the
// sign of the torque.
func TestPendulumPicture(t *testing.T) {
	red := func(angle float64, x, y int) bool {
		m, err := tasks.Picture("Pendulum-v1", []float64{angle, 0}, 100)
		if err != nil {
			t.Fatal(err)
		}
		p := m.RGBAAt(x, y)
		return p.R > 100 && p.B < 150
	}
	for _, c := range []struct {
		angle float64
		x, y  int
	}{{0, 50, 20}, {math.Pi, 50, 80}, {math.Pi / 2, 20, 50}, {-math.Pi / 2, 80, 50}} {
		if !red(c.angle, c.x, c.y) || red(c.angle+math.Pi, c.x, c.y) {
			t.Errorf("the rod at %v is not at (%d, %d)", c.angle, c.x, c.y)
		}
	}
	m, err := tasks.Picture("Pendulum-v1", []float64{math.Pi, 2}, 200)
	if err != nil {
		t.Fatal(err)
	}
	left, right := 0, 0
	for y := range 100 {
		for x := range 200 {
			if p := m.RGBAAt(x, y); p.R < 120 && p.B > 90 {
				if x < 100 {
					left++
				} else {
					right++
				}
			}
		}
	}
	if left < 20 || right > left/5 {
		t.Errorf("a positive torque draws %d pixels left and %d right of the axle", left, right)
	}
}
