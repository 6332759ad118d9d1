package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func record(i int64) []byte { return fmt.Appendf(nil, "record %d;", i) }

func appendTo(l *Log, n int64) {
	for l.Records() < n {
		l.Append(record(l.Records()))
	}
}

func contents(t *testing.T, l *Log) (data []byte, first int64) {
	t.Helper()
	for i := range l.State().Segments {
		d, f, err := l.ReadSegment(i)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = f
		}
		data = append(data, bytes.Join(d, nil)...)
	}
	return data, first
}

func want(from, to int64) (b []byte) {
	for i := from; i < to; i++ {
		b = append(b, record(i)...)
	}
	return b
}

// However a run is cut, opening the log at a flushed state gives its records.
func TestLogGoesBackToAnyFlushedState(t *testing.T) {
	dir := t.TempDir()
	l, err := NewLog(dir, "replay", 7, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		appendTo(l, l.Records()+r.Int64N(20))
		s, err := l.Flush()
		if err != nil {
			t.Fatal(err)
		}
		appendTo(l, l.Records()+r.Int64N(20))
		if r.IntN(2) == 0 { // written, but no checkpoint knows of it
			if _, err := l.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if l, err = OpenLog(dir, "replay", s, nil); err != nil { // as after kill -9
			t.Fatal(err)
		}
		if got, _ := contents(t, l); !bytes.Equal(got, want(0, s.Records)) {
			t.Fatalf("at %d records: %q", s.Records, got)
		}
		if size := totalSize(t, dir); size != totalBytes(s) {
			t.Fatalf("files of %d bytes, %d belong to the state", size, totalBytes(s))
		}
	}
}

func totalSize(t *testing.T, dir string) (n int64) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

func totalBytes(s LogState) (n int64) {
	for _, g := range s.Segments {
		n += g.Bytes
	}
	return n
}

func TestLogDropsOldSegments(t *testing.T) {
	dir := t.TempDir()
	l, _ := NewLog(dir, "replay", 10, nil)
	appendTo(l, 95)
	l.DropBefore(37)
	s, err := l.Flush()
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*.log")); len(files) != 10 {
		t.Errorf("files went away before Prune: %v", files)
	}
	if err := l.Prune(); err != nil {
		t.Fatal(err)
	}
	if l, err = OpenLog(dir, "replay", s, nil); err != nil {
		t.Fatal(err)
	}
	if got, first := contents(t, l); first != 30 || !bytes.Equal(got, want(30, 95)) {
		t.Errorf("from %d: %q", first, got)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*.log")); len(files) != 7 {
		t.Errorf("%d files", len(files))
	}
}

func TestLogNoticesDamage(t *testing.T) {
	dir := t.TempDir()
	l, _ := NewLog(dir, "replay", 10, nil)
	appendTo(l, 15)
	s, _ := l.Flush()
	path := filepath.Join(dir, "replay-000001.log")
	data, _ := os.ReadFile(path)
	data[3] ^= 1
	os.WriteFile(path, data, 0o644)
	if _, _, err := l.ReadSegment(1); !errors.Is(err, ErrCorrupt) {
		t.Errorf("flipped bit: %v", err)
	}
	os.WriteFile(path, data[:9], 0o644)
	if _, err := OpenLog(dir, "replay", s, nil); !errors.Is(err, ErrTruncated) {
		t.Errorf("truncated: %v", err)
	}
	s.Records = 40
	if _, err := OpenLog(dir, "replay", s, nil); !errors.Is(err, ErrCorrupt) {
		t.Errorf("impossible state: %v", err)
	}
}

func FuzzSplitRecords(f *testing.F) {
	f.Add([]byte("\x03abc\x00\x01d"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := splitRecords(data)
		if err == nil && len(bytes.Join(records, nil)) > len(data) {
			t.Error("records are longer than the data")
		}
	})
}

// A flush that fails can be repeated when there is room again.
func TestLogFlushCanBeRepeated(t *testing.T) {
	dir := t.TempDir()
	l, _ := NewLog(dir, "replay", 10, nil)
	appendTo(l, 25)
	block := filepath.Join(dir, "replay-000001.log")
	os.Mkdir(block, 0o755)
	if _, err := l.Flush(); err == nil {
		t.Fatal("flushed into a folder")
	}
	appendTo(l, 33)
	os.Remove(block)
	s, err := l.Flush()
	if err != nil {
		t.Fatal(err)
	}
	l, err = OpenLog(dir, "replay", s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := contents(t, l); !bytes.Equal(got, want(0, 33)) {
		t.Errorf("%q", got)
	}
}
