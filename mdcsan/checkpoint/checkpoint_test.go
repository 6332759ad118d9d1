package checkpoint

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sample() *File {
	f := New()
	f.SetFloat32("actor/W0", []int{2, 3}, []float32{1, -2, float32(math.Inf(1)), 4, 5, 1e-42})
	f.SetFloat64("norm/mean", []int{2}, []float64{math.Pi, math.NaN()})
	f.SetInt64("step", 10_000, -1)
	f.SetBytes("stream", []byte{0, 1, 255})
	f.SetFloat32("empty", []int{0, 4}, nil)
	f.SetJSON("config", map[string]int{"t": 5})
	return f
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ckpt")
	if err := sample().WriteFile(path); err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.Marshal(), sample().Marshal()) {
		t.Error("a file read and written again differs")
	}
	w, shape, err := f.Float32("actor/W0")
	if err != nil || !slices.Equal(shape, []int{2, 3}) || w[1] != -2 || w[5] != 1e-42 {
		t.Errorf("actor/W0 = %v %v %v", w, shape, err)
	}
	if m, _, err := f.Float64("norm/mean"); err != nil || m[0] != math.Pi || !math.IsNaN(m[1]) {
		t.Errorf("norm/mean = %v %v", m, err)
	}
	if s, err := f.Int64("step", 2); err != nil || s[0] != 10_000 || s[1] != -1 {
		t.Errorf("step = %v %v", s, err)
	}
	var c map[string]int
	if err := f.JSON("config", &c); err != nil || c["t"] != 5 {
		t.Errorf("config = %v %v", c, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*tmp*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWrongUseIsAnError(t *testing.T) {
	f := sample()
	if _, _, err := f.Float32("nothing"); !errors.Is(err, ErrMissing) {
		t.Errorf("missing entry: %v", err)
	}
	if _, _, err := f.Float32("stream"); err == nil || !strings.Contains(err.Error(), "holds bytes, not float32") {
		t.Errorf("wrong type: %v", err)
	}
	if err := f.ReadFloat32("actor/W0", make([]float32, 5)); err == nil || !strings.Contains(err.Error(), "want 5 numbers") {
		t.Errorf("wrong size: %v", err)
	}
}

// Every truncation and every changed byte of a file is noticed.
func TestDamageIsNoticed(t *testing.T) {
	b := sample().Marshal()
	for n := range len(b) {
		if _, err := Unmarshal(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Fatalf("cut to %d of %d bytes: %v", n, len(b), err)
		}
	}
	for i := range b {
		for _, bit := range []byte{1, 0x80} {
			c := slices.Clone(b)
			c[i] ^= bit
			if _, err := Unmarshal(c); err == nil {
				t.Fatalf("bit %#x of byte %d flipped: no error", bit, i)
			}
		}
	}
	if _, err := Unmarshal(append(slices.Clone(b), 0)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	newer := sample().Marshal()
	newer[8] = Version + 1
	damaged := sample().Marshal()
	damaged[headerSize+4+len("actor/W0")+16+3] ^= 1
	cases := []struct {
		data []byte
		is   error
		want string
	}{
		{[]byte("PK\x03\x04 a zip file"), ErrForeign, "not a gomdcsan checkpoint"},
		{[]byte("\x89PNG\r\n\x1a\n"), ErrForeign, "not a gomdcsan checkpoint"},
		{newer, ErrNewer, "update gomdcsan"},
		{damaged, ErrCorrupt, `"actor/W0"`},
		{sample().Marshal()[:100], ErrTruncated, "100 of"},
		{nil, ErrTruncated, "empty"},
	}
	for _, c := range cases {
		path := filepath.Join(t.TempDir(), "x.ckpt")
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFile(path)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("want %q with %q, got: %v", c.is, c.want, err)
		}
	}
}

func TestWriteAtomicKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub") // a non-empty folder cannot be replaced by rename
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteAtomic(path, []byte("new")); err == nil {
		t.Fatal("replaced a folder")
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

// Some entries are read as from the whole file, and what is damaged is not
// taken for absent.
func TestReadEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ckpt")
	whole := sample().Marshal()
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	names := sample().Names()
	last := names[len(names)-1]
	f, err := ReadEntries(path, last, "absent")
	if err != nil || len(f.Names()) != 1 || !f.Has(last) {
		t.Fatalf("%v %v", f, err)
	}
	for i := range whole { // every bit of the file
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 8)
		os.WriteFile(path, bad, 0o644)
		f, err := ReadEntries(path, names...)
		if err == nil && len(f.Names()) == len(names) {
			t.Errorf("a changed byte %d is not seen", i)
		}
	}
	os.WriteFile(path, whole[:len(whole)-1], 0o644)
	if _, err := ReadEntries(path, last); !errors.Is(err, ErrTruncated) {
		t.Errorf("truncated: %v", err)
	}
}

func TestNPZ(t *testing.T) {
	var a, b bytes.Buffer
	if err := sample().WriteNPZ(&a, nil, ""); err != nil {
		t.Fatal(err)
	}
	if err := sample().WriteNPZ(&b, func(name string) bool { return name != "step" }, ""); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(a.Bytes(), []byte("'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")) || !bytes.Contains(a.Bytes(), []byte("'shape': (2,), }")) {
		t.Error("headers are missing")
	}
	if !bytes.Contains(a.Bytes(), []byte("step.npy")) || bytes.Contains(b.Bytes(), []byte("step.npy")) {
		t.Error("the filter does not filter")
	}
	if h := npyHeader("<f4", []int{2, 3}); len(h)%64 != 0 {
		t.Errorf("data start at %d, not at a multiple of 64", len(h))
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add(sample().Marshal())
	f.Add(New().Marshal())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Unmarshal(b)
		if err == nil && !bytes.Equal(file.Marshal(), b) && le.Uint32(b[8:]) == Version {
			t.Error("accepted bytes that Marshal would not write")
		}
	})
}

// FuzzEntry looks behind the checksums, which a fuzzer hardly gets past.
func FuzzEntry(f *testing.F) {
	f.Add([]byte("\x01\x00\x01\x01a\x01\x00\x00\x00\x00\x00\x00\x00abcd....."))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, end, err := parseEntry(b)
		if err != nil {
			return
		}
		n := e.typ.size()
		for _, d := range e.shape {
			n *= d
		}
		if end+4 > len(b) || n != len(e.payload) {
			t.Errorf("%+v ends at %d of %d bytes", e, end, len(b))
		}
	})
}

// A file that the user names is replaced by one of its kind only.
func TestWriteOutput(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	for _, text := range []string{"a,b\n1,2\n", "a,b\n3,4\n"} {
		if err := WriteOutput(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here")
	}
	readOnly := filepath.Join(dir, "r.csv")
	os.WriteFile(readOnly, []byte("a,b\n"), 0o444)
	for _, c := range []struct{ path, data, says string }{
		{path, "PK\x03\x04 numbers", "another kind"}, {path, "a,c\n1,2\n", "another kind"}, {link, "a,b\n", "symbolic link"}, {dir, "a,b\n", "is a folder"},
		{readOnly, "a,b\n", "read-only"}, {os.DevNull, "a,b\n", "not a plain file"},
	} {
		if err := WriteOutput(c.path, []byte(c.data)); !errors.Is(err, ErrInTheWay) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s over %s: %v", c.data, c.path, err)
		}
	}
	if data, _ := os.ReadFile(path); string(data) != "a,b\n3,4\n" {
		t.Errorf("%q", data)
	}
}
