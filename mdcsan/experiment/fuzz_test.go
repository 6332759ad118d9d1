package experiment

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/pendulum"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
)

// What a valid config file says survives being written and read again.
func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("task = 'Ant-v3'\nsteps = 20_000\nhidden = [64, 32]\ntheta = [0.1, 1e-3, 0, -1]\n"))
	f.Add([]byte("coding = 'Cpop+Cdet'\nnormalise = false\nseed = 18446744073709551615"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data, DefaultConfig)
		if err != nil || c.Validate() != nil {
			return
		}
		text, err := c.WriteTOML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseConfig(text, QuickConfig)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%+v became %+v: %v", c, again, err)
		}
	})
}

func FuzzSweep(f *testing.F) {
	f.Add([]byte(sweepText))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1000 {
			return // a grid grows with the product of its lists
		}
		s, err := ParseSweep(data)
		if err != nil {
			return
		}
		runs, err := s.Runs()
		if err != nil {
			return
		}
		for _, c := range runs {
			if err := c.Validate(); err != nil {
				t.Errorf("%s: %v", c.Dir, err)
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	data, err := json.Marshal(Manifest{Format: 1, Config: DefaultConfig("Ant-v3"), Sessions: []Session{currentSession(0, nil)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, []byte("step,eval_mean,eval_std\n1,2,3\n2,,"))
	f.Fuzz(func(t *testing.T, manifest, progress []byte) {
		columns, err := columnsOf(progress, "step", "eval_mean", "eval_std")
		if err == nil && (len(columns[0]) != len(columns[1]) || len(columns[0]) != len(columns[2])) {
			t.Errorf("columns of different lengths: %v", columns)
		}
		m, err := parseManifest(manifest)
		if err != nil || columns == nil {
			return
		}
		r := &Results{Manifest: m, Steps: columns[0], Mean: columns[1], Std: columns[2]}
		_ = r.String()
		_ = r.Done()
	})
}

// Whatever is written over one entry of a run's checkpoint, restoring it is
// an error or works, but never a crash.
func FuzzRestore(f *testing.F) {
	c := tiny("")
	c.Steps = 320
	r, err := New(c, Parts{})
	if err != nil {
		f.Fatal(err)
	}
	if err := r.Train(f.Context()); err != nil {
		f.Fatal(err)
	}
	good, err := r.checkpoint()
	if err != nil {
		f.Fatal(err)
	}
	names := good.Names()
	for i := range names {
		f.Add(uint8(i), []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f})
		f.Add(uint8(i), []byte(`{"task":"Ant-v3"}`))
	}
	marshalled := good.Marshal()
	f.Fuzz(func(t *testing.T, i uint8, data []byte) {
		ck, err := checkpoint.Unmarshal(marshalled)
		if err != nil {
			t.Fatal(err)
		}
		name := names[int(i)%len(names)]
		switch typ, shape, _ := ck.Stat(name); typ {
		case checkpoint.Bytes:
			ck.SetBytes(name, data)
		case checkpoint.Int64:
			v, _ := ck.Int64(name, shape[0])
			for k := range min(len(v), len(data)) {
				v[k] = int64(int8(data[k]))
			}
			ck.SetInt64(name, v...)
		default:
			ck.SetFloat32(name, []int{len(data)}, make([]float32, len(data)))
		}
		fresh, err := build(c, Parts{})
		if err != nil {
			t.Fatal(err)
		}
		defer fresh.Close()
		if err := fresh.restore(ck); err == nil {
			_ = fresh.String()
		}
		if cfg, spec, _, err := PolicyFrom(ck, Parts{NewEnv: func() (env.Env, error) { return pendulum.New(), nil }}); err == nil && (cfg.Validate() != nil || spec.ObsDim < 1) {
			t.Error("accepted an impossible policy")
		}
	})
}

// Whatever state of the replay log a checkpoint claims, and whatever the log's
// file holds, taking it up is an error or gives a buffer that can be sampled.
func FuzzReplayLog(f *testing.F) {
	dir := f.TempDir()
	b := replay.New(8, 2, 1)
	for i := range 11 {
		x := float32(i)
		if err := b.Add([]float32{x, 0}, []float32{0.5}, x, []float32{x + 1, 0}, i%4 == 3); err != nil {
			f.Fatal(err)
		}
	}
	var log replayLog
	log.log, _ = checkpoint.NewLog(dir, replayPrefix, chunksPerSegment, nil)
	state, err := log.save(b)
	if err != nil {
		f.Fatal(err)
	}
	good, _ := json.Marshal(state)
	path := filepath.Join(dir, replayPrefix+"-000000.log")
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, data)
	f.Add([]byte(`{"log":{"per_segment":8},"added":5}`), []byte{})
	f.Fuzz(func(t *testing.T, state, data []byte) {
		var s replayState
		if json.Unmarshal(state, &s) == nil && len(s.Log.Segments) == 1 { // as if the file were the right one
			s.Log.Segments[0] = checkpoint.SegmentState{Bytes: int64(len(data)), CRC: crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))}
			state, _ = json.Marshal(s)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		ck := checkpoint.New()
		ck.SetBytes("replay/log", state)
		l, err := openReplayLog(&files{folder: folder{dir: dir, manifest: Manifest{Files: map[string]string{filepath.Base(path): ""}}}}, ck)
		if err != nil {
			return
		}
		b, err := l.load(8, 2, 1)
		if err != nil || b.Len() == 0 {
			return
		}
		if err := b.Sample(replay.NewBatch(3, 2, 1), rng.New(1, "fuzz")); err != nil {
			t.Error(err)
		}
	})
}

func FuzzStatus(f *testing.F) {
	dir := f.TempDir()
	f.Add([]byte(`{"step":5,"steps":10,"steps_per_second":3.5,"seconds_left":2,"train_return":-1,"unix_time":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, statusName), data, 0o644); err != nil {
			t.Fatal(err)
		}
		if s, err := ReadStatus(dir); err == nil && s.Running {
			t.Error("nobody is at work, but the run is said to be running")
		}
	})
}

// Whatever two tables of evaluations hold, comparing them is an error that names
// the table, or gives rows of finite steps that ascend.
func FuzzTables(f *testing.F) {
	f.Add([]byte("step,eval_mean,eval_std,eval_min,eval_max,eval_length\n10,1,0,1,1,5\n"), []byte("step,episode,return,length\n10,0,1,5\n"), 0)
	f.Add([]byte("step,eval_mean,eval_std,eval_min,eval_max,eval_length\r\n10,1,0,1,1,5\r\n"), []byte("step\n"), 1)
	f.Add([]byte("\xef\xbb\xbfstep\n\"10"), []byte(nil), -3)
	f.Fuzz(func(t *testing.T, progress, evaluations []byte, exactFrom int) {
		rows, err := compareTables(progress, evaluations, exactFrom)
		if err != nil {
			if !errors.Is(err, errTable) {
				t.Errorf("an error that is not the tables': %v", err)
			}
			return
		}
		for i, step := range rows.steps {
			if !(step >= 1) || i > 0 && step <= rows.steps[i-1] {
				t.Errorf("steps %v", rows.steps)
			}
		}
	})
}
