package render

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// walker is a scene with capsules behind, beside and into each other.
func walker() *Scene {
	brown, purple := Vec{0.8, 0.6, 0.4}, Vec{0.7, 0.3, 0.6}
	return &Scene{
		Floor: true,
		Capsules: []Capsule{
			{A: Vec{0, 0, 1.45}, B: Vec{0.1, 0, 1.05}, Radius: 0.05, Color: brown},
			{A: Vec{0.1, 0, 1.05}, B: Vec{0.2, 0, 0.6}, Radius: 0.05, Color: brown},
			{A: Vec{0.2, 0, 0.6}, B: Vec{0, 0, 0.1}, Radius: 0.04, Color: brown},
			{A: Vec{0, 0, 0.1}, B: Vec{0.2, 0, 0.1}, Radius: 0.06, Color: brown},
			{A: Vec{0.1, 0, 1.05}, B: Vec{-0.1, 0.2, 0.6}, Radius: 0.05, Color: purple},
			{A: Vec{0.7, -1, 0.3}, B: Vec{0.7, -1, 0.3}, Radius: 0.2, Color: Vec{0.3, 0.5, 0.7}},
		},
		Camera: Camera{Eye: Vec{0.1, -3, 1}, Target: Vec{0.1, 0, 0.9}},
	}
}

// TestMeet compares a capsule's intersection with the nearest of many spheres
// along its axis.
func TestMeet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	point := func(s float64) Vec { return Vec{s * r.NormFloat64(), s * r.NormFloat64(), s * r.NormFloat64()} }
	hits := 0
	for k := range 3000 {
		c := Capsule{A: point(0.3), B: point(0.3), Radius: 0.05 + 0.2*r.Float64()}
		switch k % 10 {
		case 0:
			c.B = c.A // a sphere
		case 1:
			c.A.X, c.A.Y, c.B.X, c.B.Y = 0, 0, 0, 0
		}
		eye := Vec{0, 0, 3}.add(point(0.3))
		d := point(0.3).sub(eye).unit()
		if k%10 == 1 {
			eye, d = Vec{0.01, 0, 3}, Vec{0, 0, -1} // along the axis
		}
		v := (&Camera{Eye: eye, Target: eye.add(d)}).view(100, 100)
		o := prepare(c, &v)
		got := o.fromEye(d)
		if again := o.from(eye, d); again != got {
			t.Fatalf("%+v: from the eye %v, from the same point %v", c, got, again)
		}
		want := math.Inf(1)
		const parts = 2000
		for i := range parts + 1 {
			oc := eye.sub(c.A.mix(c.B, float64(i)/parts))
			b := d.dot(oc)
			if h := b*b - oc.dot(oc) + c.Radius*c.Radius; h >= 0 {
				want = min(want, -b-math.Sqrt(h))
			}
		}
		if math.IsInf(want, 1) && !math.IsInf(got, 1) {
			// A ray that touches the capsule between two of the spheres.
			p := eye.add(d.mul(got))
			if n := o.normal(p, d); math.Abs(n.dot(d)) > 0.05 {
				t.Fatalf("%+v: met at %v, no sphere is", c, got)
			}
			continue
		}
		if math.IsInf(want, 1) {
			continue
		}
		hits++
		if !(math.Abs(got-want) < 1e-3) {
			t.Fatalf("%+v from %v to %v: met at %v, want %v", c, eye, d, got, want)
		}
		if n := o.normal(eye.add(d.mul(got)), d); math.Abs(n.dot(n)-1) > 1e-9 || n.dot(d) > 1e-6 {
			t.Fatalf("normal %v of length %v at a ray along %v", n, math.Sqrt(n.dot(n)), d)
		}
	}
	if hits < 300 {
		t.Fatalf("only %d rays met their capsule", hits)
	}
}

// TestOutline: no ray outside a capsule's outline meets it.
func TestOutline(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n = 60
	for range 200 {
		at := func() Vec { return Vec{3 * r.NormFloat64(), 3 * r.NormFloat64(), 3 * r.NormFloat64()} }
		a := at()
		c := Capsule{A: a, B: a.add(at().mul(0.2)), Radius: r.Float64()}
		v := (&Camera{Eye: at(), Target: at()}).view(n, n)
		o := prepare(c, &v)
		for y := range n {
			for x := range n {
				fx, fy := float64(x)+0.5, float64(y)+0.5
				in := o.outline.x0 <= fx && fx <= o.outline.x1 && o.outline.y0 <= fy && fy <= o.outline.y1
				if !in && !math.IsInf(o.fromEye(v.ray(fx, fy).unit()), 1) {
					t.Fatalf("%+v is met at (%d, %d), outside its outline %+v", c, x, y, o.outline)
				}
			}
		}
	}
}

// TestShadowBox: no point of the floor outside the box lies in the shadow.
func TestShadowBox(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		at := func() Vec { return Vec{r.NormFloat64(), r.NormFloat64(), 0.3 + r.Float64()} }
		c := Capsule{A: at(), B: at(), Radius: 0.3 * r.Float64()}
		v := (&Camera{Eye: Vec{0, -3, 1}, Target: Vec{}}).view(10, 10)
		o := prepare(c, &v)
		for range 300 {
			p := Vec{2 * r.NormFloat64(), 2 * r.NormFloat64(), 0}
			in := o.shadow.x0 <= p.X && p.X <= o.shadow.x1 && o.shadow.y0 <= p.Y && p.Y <= o.shadow.y1
			if !in && !math.IsInf(o.from(p, light()), 1) {
				t.Fatalf("%+v shades %v, outside %+v", c, p, o.shadow)
			}
		}
	}
}

// TestChecker compares the mean over a footprint with a sum over points.
func TestChecker(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		x, y, wx, wy := 5*r.NormFloat64(), 5*r.NormFloat64(), 2*r.Float64(), 3*r.Float64()
		const n = 200
		dark := 0.0
		for i := range n {
			for j := range n {
				px, py := x+wx*((float64(i)+0.5)/n-0.5), y+wy*((float64(j)+0.5)/n-0.5)
				if (int(math.Floor(px))+int(math.Floor(py)))&1 != 0 {
					dark += 1.0 / (n * n)
				}
			}
		}
		if got := checker(x, y, wx, wy); math.Abs(got-dark) > 0.02 {
			t.Fatalf("footprint %v x %v at (%v, %v): %v dark, want %v", wx, wy, x, y, got, dark)
		}
	}
}

// TestAntialiasing compares a picture with one of 64 samples in every pixel.
func TestAntialiasing(t *testing.T) {
	const n, k = 96, 8
	s := walker()
	got, fine := s.Image(n, n), s.Image(k*n, k*n)
	sum, worst := 0.0, 0.0
	for y := range n {
		for x := range n {
			for c := range 3 {
				mean := 0.0
				for j := range k * k {
					mean += float64(fine.Pix[fine.PixOffset(k*x+j%k, k*y+j/k)+c]) / (k * k)
				}
				d := math.Abs(mean - float64(got.Pix[got.PixOffset(x, y)+c]))
				sum += d / (3 * n * n)
				worst = max(worst, d)
			}
		}
	}
	t.Logf("mean difference %.2f, largest %.0f of 255", sum, worst)
	if sum > 1 || worst > 60 {
		t.Errorf("the picture differs from the finely sampled one by %.2f in the mean, %.0f at most", sum, worst)
	}
}

// TestSphere: a sphere of known size covers the pixels it should.
func TestSphere(t *testing.T) {
	s := &Scene{Capsules: []Capsule{{Radius: 1, Color: Vec{1, 0, 0}}}, Camera: Camera{Eye: Vec{Y: -10}}}
	const n = 200
	img := s.Image(n, n)
	covered := 0.0
	for i := 0; i < len(img.Pix); i += 4 {
		covered += float64(255-img.Pix[i+2]) / 255 // no blue in it
	}
	// The outline is a circle of tan(asin(1/10)) in a picture of 2 tan(22.5 deg).
	r := math.Tan(math.Asin(0.1)) / (2 * math.Tan(math.Pi/8)) * n
	if want := math.Pi * r * r; math.Abs(covered-want) > 0.02*want {
		t.Errorf("the sphere covers %.0f pixels, want %.0f", covered, want)
	}
}

// TestCores: the picture does not depend on the number of cores.
func TestCores(t *testing.T) {
	want := walker().Image(120, 90)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := walker().Image(120, 90); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("one core draws another picture")
	}
}

// TestGolden compares with a picture that was looked at. UPDATE=1 writes it.
func TestGolden(t *testing.T) {
	img := walker().Image(160, 160)
	path := filepath.Join("testdata", "walker.png")
	if os.Getenv("UPDATE") != "" {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	far := 0
	for y := range 160 {
		for x := range 160 {
			r, g, b, _ := want.At(x, y).RGBA()
			p := img.RGBAAt(x, y)
			if abs(int(p.R)-int(r>>8)) > 2 || abs(int(p.G)-int(g>>8)) > 2 || abs(int(p.B)-int(b>>8)) > 2 {
				far++
			}
		}
	}
	if far > 20 { // rounding on another machine may move single pixels
		t.Errorf("%d pixels differ from %s", far, path)
	}
}

func abs(x int) int { return max(x, -x) }

// film turns the scene's camera around.
func film(n, size int) *Film {
	f := &Film{Delay: 33 * time.Millisecond}
	for i := range n {
		s := walker()
		sin, cos := math.Sincos(0.2 * float64(i))
		s.Camera.Eye = Vec{3 * sin, -3 * cos, 1}
		f.Frames = append(f.Frames, s.Image(size, size))
	}
	return f
}

func TestGIF(t *testing.T) {
	f := film(7, 64)
	var b bytes.Buffer
	if err := f.GIF(&b); err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, m := range g.Image {
		total += g.Delay[i]
		sum := 0
		for y := range 64 {
			for x := range 64 {
				r, _, _, _ := m.At(x, y).RGBA()
				sum += abs(int(r>>8) - int(f.Frames[i].RGBAAt(x, y).R))
			}
		}
		if mean := float64(sum) / (64 * 64); mean > 5 {
			t.Errorf("frame %d differs by %.1f of 255 in the mean", i, mean)
		}
	}
	if len(g.Image) != 7 || total != 23 || g.LoopCount != 0 {
		t.Errorf("%d frames, %d hundredths of a second, loop count %d; want 7, 23, 0", len(g.Image), total, g.LoopCount)
	}
}

// TestAPNG takes the file apart as the format says and finds every frame again,
// bit for bit.
func TestAPNG(t *testing.T) {
	f := film(4, 48)
	var out bytes.Buffer
	if err := f.APNG(&out); err != nil {
		t.Fatal(err)
	}
	if first, err := png.Decode(bytes.NewReader(out.Bytes())); err != nil || first.Bounds().Dx() != 48 {
		t.Fatalf("an ordinary decoder says %v", err)
	}
	b := out.Bytes()[len(signature):]
	var header []byte
	var frames [][]byte
	sequence := uint32(0)
	next := func(v uint32) {
		if v != sequence {
			t.Fatalf("sequence number %d, want %d", v, sequence)
		}
		sequence++
	}
	for len(b) > 0 {
		n := binary.BigEndian.Uint32(b)
		kind, body := string(b[4:8]), b[8:8+n]
		if crc32.ChecksumIEEE(b[4:8+n]) != binary.BigEndian.Uint32(b[8+n:]) {
			t.Fatalf("checksum of %s", kind)
		}
		switch kind {
		case "IHDR":
			header = body
		case "acTL":
			if binary.BigEndian.Uint32(body) != 4 || binary.BigEndian.Uint32(body[4:]) != 0 {
				t.Errorf("acTL %v", body)
			}
		case "fcTL":
			next(binary.BigEndian.Uint32(body))
			if num, den := binary.BigEndian.Uint16(body[20:]), binary.BigEndian.Uint16(body[22:]); math.Abs(float64(num)/float64(den)-0.033) > 1e-9 {
				t.Errorf("delay %d/%d", num, den)
			}
		case "IDAT":
			frames = append(frames, body)
		case "fdAT":
			next(binary.BigEndian.Uint32(body))
			frames = append(frames, body[4:])
		}
		b = b[12+n:]
	}
	if len(frames) != 4 {
		t.Fatalf("%d frames", len(frames))
	}
	for i, data := range frames {
		var one bytes.Buffer
		one.WriteString(signature)
		chunk(&one, "IHDR", header)
		chunk(&one, "IDAT", data)
		chunk(&one, "IEND", nil)
		m, err := png.Decode(&one)
		if err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		for y := range 48 {
			for x := range 48 {
				if m.At(x, y) != image.Image(f.Frames[i]).At(x, y) {
					t.Fatalf("frame %d differs at (%d, %d)", i, x, y)
				}
			}
		}
	}
}

func TestFilmErrors(t *testing.T) {
	dir := t.TempDir()
	for what, f := range map[string]*Film{
		"no frames": {},
		"two sizes": {Frames: []*image.RGBA{image.NewRGBA(image.Rect(0, 0, 2, 2)), image.NewRGBA(image.Rect(0, 0, 3, 2))}},
	} {
		for _, name := range []string{"a.gif", "a.apng"} {
			if err := f.WriteFile(filepath.Join(dir, name)); err == nil {
				t.Errorf("%s: %s written", what, name)
			}
		}
	}
	f := film(2, 16)
	if err := f.WriteFile(filepath.Join(dir, "a.mp4")); err == nil {
		t.Error("a film was written as mp4")
	}
	if err := f.WriteFile(filepath.Join(dir, "none", "a.gif")); err == nil {
		t.Error("a film was written into a folder that is not there")
	}
	if err := f.WriteFile(filepath.Join(dir, "A.PNG")); err != nil {
		t.Error(err)
	}
}

func BenchmarkImage480(b *testing.B) {
	s := walker()
	img := image.NewRGBA(image.Rect(0, 0, 480, 480))
	for b.Loop() {
		s.Draw(img)
	}
}
