//go:build cgo && (linux || darwin)

package mujoco

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"
)

// field is a Field with its place in a simulation's io.
type field struct {
	id     Field
	size   int
	values []float64
}

// layout measures fields; size is that of all.
func (m *Model) layout(ids []Field) (fields []field, size int) {
	for _, id := range ids {
		n := int(C.gm_field(m.p, nil, C.int(id), nil))
		fields = append(fields, field{id: id, size: n})
		size += n
	}
	return fields, size
}

// readFields copies the fields out after a Reset or a step.
func (s *Sim) readFields() {
	if s.bad != nil {
		return
	}
	for i := range s.fields {
		if f := &s.fields[i]; f.size > 0 {
			C.gm_field(s.m.p, s.d, C.int(f.id), (*C.double)(unsafe.SliceData(f.values)))
		}
	}
	runtime.KeepAlive(s)
}

// Field returns the values of a field that NewSim was asked for, which every
// Reset and Step overwrites; nil for another.
func (s *Sim) Field(id Field) []float64 {
	for i := range s.fields {
		if s.fields[i].id == id {
			return s.fields[i].values
		}
	}
	return nil
}

// kind is the shim's number of a kind, and how many parts of it there are.
func (m *Model) kind(k Kind) (number C.int, count int) {
	switch k {
	case Body:
		return C.GM_BODY, m.body
	case Joint:
		return C.GM_JOINT, m.size("njnt")
	case Geom:
		return C.GM_GEOM, m.geom
	case Site:
		return C.GM_SITE, m.size("nsite")
	case Actuator:
		return C.GM_ACTUATOR, m.size("nactuator")
	case Sensor:
		return C.GM_SENSOR, m.size("nsensor")
	}
	return -1, 0
}

// ID is the number of the part with a name; the error lists the names there are.
func (m *Model) ID(kind Kind, name string) (int, error) {
	cs := C.CString(name)
	defer C.free(unsafe.Pointer(cs))
	number, _ := m.kind(kind)
	id := int(C.gm_name2id(m.p, number, cs))
	runtime.KeepAlive(m)
	if id < 0 {
		return 0, fmt.Errorf("mujoco: the model has no %s named %q; it has %s", kind, name, list(m.Names(kind)))
	}
	return id, nil
}

func list(names []string) string {
	if len(names) == 0 {
		return "none with a name"
	}
	return strings.Join(names, ", ")
}

// Names lists the names of a kind of parts in MuJoCo's order; a part without a
// name is left out.
func (m *Model) Names(kind Kind) []string {
	var names []string
	number, count := m.kind(kind)
	for i := range count {
		if cs := C.gm_id2name(m.p, number, C.int(i)); cs != nil && C.GoString(cs) != "" {
			names = append(names, C.GoString(cs))
		}
	}
	runtime.KeepAlive(m)
	return names
}

// LoadFiles compiles the model in the file main, which may include the others
// and use their meshes; the names are paths relative to one folder. They stand
// in a temporary folder while MuJoCo reads them.
func LoadFiles(files map[string][]byte, main string) (*Model, error) {
	if err := library(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "gomdcsan-model")
	if err != nil {
		return nil, fmt.Errorf("mujoco: load %s: %w", main, err)
	}
	defer os.RemoveAll(dir)
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("mujoco: load %s: %w", main, err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, fmt.Errorf("mujoco: load %s: %w", main, err)
		}
	}
	loading.Lock()
	defer loading.Unlock()
	cs := C.CString(filepath.Join(dir, filepath.FromSlash(main)))
	defer C.free(unsafe.Pointer(cs))
	text := newText()
	p := C.gm_load_file(cs, text.ptr(), text.len())
	if p == nil {
		return nil, fmt.Errorf("mujoco: load model: %w: %s", ErrSim, strings.ReplaceAll(text.String(), dir+string(filepath.Separator), ""))
	}
	return newModel(p), nil
}
