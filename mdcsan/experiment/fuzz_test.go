package experiment

import (
	"encoding/json"
	"reflect"
	"testing"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/pendulum"
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
	data, err := json.Marshal(Manifest{Format: 1, Config: DefaultConfig("Ant-v3"), Sessions: []Session{currentSession(0)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, []byte("step,eval_mean,eval_std\n1,2,3\n2,,"))
	f.Fuzz(func(t *testing.T, manifest, progress []byte) {
		columns, err := parseTable(string(progress), []string{"step", "eval_mean", "eval_std"})
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
