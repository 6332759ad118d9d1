package experiment

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/tasks"
)

func mustSpec(t *testing.T) env.Spec {
	t.Helper()
	s, err := tasks.Lookup("Ant-v3")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The metric of Table 1 on curves whose score is known: the maximum is that of
// the mean, not the mean of the maxima, and the deviation is the population's.
func TestPaperScore(t *testing.T) {
	curves := [][]float64{
		{0, 100, 40, 90}, // its own maximum is at 1
		{0, 20, 80, 70},  // its own maximum is at 2
	}
	s, err := PaperScore(curves)
	if err != nil || s.Mean != 80 || s.Std != 10 || s.At != 3 {
		t.Errorf("%+v %v", s, err)
	}
	if s, err = PaperScore([][]float64{{-5, -3, -4}}); err != nil || s.Mean != -3 || s.Std != 0 || s.At != 1 {
		t.Errorf("one seed: %+v %v", s, err)
	}
	if s, err = PaperScore([][]float64{{1, 2, 9}, {3, 4}}); err != nil || s.Mean != 3 || s.At != 1 {
		t.Errorf("a run that still goes on: %+v %v", s, err)
	}
	for _, bad := range [][][]float64{nil, {{1}, {}}} {
		if _, err := PaperScore(bad); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

func TestSmooth(t *testing.T) {
	ramp := make([]float64, 30)
	for i := range ramp {
		ramp[i] = float64(i)
	}
	s := Smooth(ramp)
	if s[15] != 15 || s[0] != 2.5 || s[29] != 26.5 || s[5] != 5 || s[3] != 4 {
		t.Errorf("%v", s)
	}
	mean, half, err := PaperBand([][]float64{{0, 0}, {4, 4}})
	if err != nil || !reflect.DeepEqual(mean, []float64{2, 2}) || !reflect.DeepEqual(half, []float64{1, 1}) {
		t.Errorf("%v %v %v", mean, half, err)
	}
}

// The event file is read back by a reader of its own: frames, checksums and
// the fields of the protocol buffers.
func TestTensorBoard(t *testing.T) {
	dir := t.TempDir()
	e, err := createEventFile(dir, time.Unix(1234, 500_000_000), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.scalars(time.Unix(1235, 0), 300, map[string]float64{"b": -1, "a": 2.5}); err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "events.out.tfevents.0000001234.gomdcsan"))
	if err != nil {
		t.Fatal(err)
	}
	var events [][]byte
	for len(data) > 0 {
		n := binary.LittleEndian.Uint64(data)
		unmask := func(m uint32) uint32 { m -= 0xa282ead8; return m>>17 | m<<15 }
		castagnoli := crc32.MakeTable(crc32.Castagnoli)
		if unmask(binary.LittleEndian.Uint32(data[8:])) != crc32.Checksum(data[:8], castagnoli) || unmask(binary.LittleEndian.Uint32(data[12+n:])) != crc32.Checksum(data[12:12+n], castagnoli) {
			t.Fatal("checksum")
		}
		events = append(events, data[12:12+n])
		data = data[16+n:]
	}
	if len(events) != 2 || !bytes.HasSuffix(events[0], []byte("brain.Event:2")) {
		t.Fatalf("%q", events)
	}
	// Event: 1 wall_time double, 2 step varint, 5 summary; Summary.Value: 1 tag, 2 simple_value.
	want := binary.LittleEndian.AppendUint64([]byte{0x09}, math.Float64bits(1235))
	want = append(want, 0x10, 0xac, 0x02, 0x2a, 20, 0x0a, 8, 0x0a, 1, 'a', 0x15, 0, 0, 0x20, 0x40, 0x0a, 8, 0x0a, 1, 'b', 0x15, 0, 0, 0x80, 0xbf)
	if !bytes.Equal(events[1], want) {
		t.Errorf("% x\nwant\n% x", events[1], want)
	}
}

// A session that goes on tells TensorBoard which steps to forget, and leaves
// the file of another session of the same second alone.
func TestTensorBoardResumed(t *testing.T) {
	dir := t.TempDir()
	for _, step := range []int{0, 300} {
		e, err := createEventFile(dir, time.Unix(1234, 0), step)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.close(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "events.out.tfevents.0000001235.gomdcsan"))
	start := []byte{2 << 3, 0xad, 0x02, 7<<3 | 2, 2, 1 << 3, 1} // step 301, session_log{status: START}
	if err != nil || !bytes.Contains(data, start) {
		t.Errorf("%q, %v", data, err)
	}
}

// What a run's folder says is what the run says.
func TestResults(t *testing.T) {
	c := tiny(t.TempDir())
	c.TensorBoard = true
	r := train(t, c)
	res, err := ReadResults(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	steps, returns := r.Curve()
	if !reflect.DeepEqual(res.Steps, steps) || !reflect.DeepEqual(res.Mean, returns) || !res.Done() || len(steps) != 4 {
		t.Errorf("%+v, want %v %v", res, steps, returns)
	}
	if m := res.Manifest; m.Config.Coding != "pop+poi" || len(m.Sessions) != 1 || m.Sessions[0].Commit == "" || m.Sessions[0].Machine.Processor == "" {
		t.Errorf("manifest %+v", m)
	}
	status, err := ReadStatus(c.Dir)
	if err != nil || status.Running || status.Step != c.Steps {
		t.Errorf("status %+v %v", status, err)
	}
	if files, _ := filepath.Glob(filepath.Join(c.Dir, "events.out.tfevents.*")); len(files) != 1 {
		t.Errorf("event files: %v", files)
	}
	best, err := r.BestActor()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadActor(c.Dir, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	obs := []float64{0.5, 0.2, -1}
	// What Record shows is what Act does, the normaliser included (its spikes
	// are drawn, so that the coding without chance must do).
	plain := tiny("")
	plain.Coding = "pop"
	trained := train(t, plain).Actor()
	z := []float32{0.5, 0.2, -1}
	trained.Agent().Normaliser().Apply(z, z)
	if rec, err := trained.Record(obs); err != nil || float64(rec.Action[0]) != trained.Act(obs)[0] || !reflect.DeepEqual(rec.Obs, z) {
		t.Errorf("recorded %v for %v (want %v), acted %v, %v", rec.Action, rec.Obs, z, trained.Act(obs), err)
	}
	c2 := best.Config
	if c2.Coding != c.Coding || best.ParamCount() != loaded.ParamCount() {
		t.Errorf("best actor %v", best)
	}
	if a, b := best.Act(obs), loaded.Act(obs); a[0] != b[0] {
		t.Errorf("the best actor of the run says %v, the one of its folder %v", a, b)
	}
}
