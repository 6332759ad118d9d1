package patch

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sort"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/golang/rtype"
)

// The compiled unit has its unexported fields and methods exported, as far as
// the linker knows: unexport has changed their names in the file, but types say
// also to which package they belong and how many methods are exported, and
// reflection finds types by their sorted names. All that is mended here, in
// memory, after the unit is loaded and before anything uses its types.

//go:linkname typelinks reflect.typelinks
func typelinks() (sections []unsafe.Pointer, offset [][]int32)

// Loaded is how many modules, of Go packages linked together, are loaded.
func Loaded() int {
	sections, _ := typelinks()
	return len(sections)
}

// Linked reports whether a type without a name is part of compiled code,
// so that reflection finds it there and does not make it.
func Linked(t reflect.Type) bool {
	if t == nil { // an interface without a name: it is in no table
		return false
	}
	name := t.String()
	sections, offsets := typelinks()
	for m, types := range offsets {
		at := func(i int) reflect.Type { return rtype.TypeAt(unsafe.Add(sections[m], types[i])) }
		for i := sort.Search(len(types), func(i int) bool { return at(i).String() >= name }); i < len(types) && at(i).String() == name; i++ {
			if at(i) == t {
				return true
			}
		}
	}
	return false
}

// Mend mends the modules loaded since there were n.
func Mend(n int) error {
	sections, offsets := typelinks()
	for m := n; m < len(sections); m++ {
		var err error
		var names []string
		types := offsets[m]
		for _, off := range types {
			t := rtype.TypeAt(unsafe.Add(sections[m], off))
			names = append(names, t.String())
			err = cmp.Or(err, rtype.Mend(t, writable))
		}
		if err != nil {
			return err
		}
		if slices.IsSorted(names) {
			continue
		}
		if err := writable(unsafe.Pointer(&types[0]), uintptr(len(types))*4); err != nil {
			return err
		}
		slices.SortStableFunc(types, func(a, b int32) int {
			return cmp.Compare(rtype.TypeAt(unsafe.Add(sections[m], a)).String(), rtype.TypeAt(unsafe.Add(sections[m], b)).String())
		})
	}
	return nil
}

// writable lets a piece of a loaded file's memory be written to.
func writable(p unsafe.Pointer, size uintptr) error {
	page := uintptr(unix.Getpagesize())
	start := uintptr(p) &^ (page - 1)
	n := (uintptr(p) + size - start + page - 1) &^ (page - 1)
	back := uintptr(p) - start
	if err := unix.Mprotect(unsafe.Slice((*byte)(unsafe.Add(p, -int(back))), n), unix.PROT_READ|unix.PROT_WRITE); err != nil {
		return fmt.Errorf("preparing the compiled cell's types: %w", err)
	}
	return nil
}

// NamePlaces names the sources of a loaded unit: the name of a function's file
// is read where the linker has put it.
func NamePlaces(ru *rt.Unit, names []string) error {
	for i, name := range names {
		pc := reflect.ValueOf(ru.Places[i]).Pointer()
		file, _ := runtime.FuncForPC(pc).FileLine(pc)
		room := len(Placeholder(i)) // the name is shorter where it has been set
		p := unsafe.Pointer(unsafe.StringData(file))
		if !strings.HasPrefix(file, "cell[") || len(name) > room {
			return fmt.Errorf("the compiled cell is of a file %q: please report this", file)
		}
		if err := writable(p, uintptr(room)); err != nil {
			return err
		}
		clear(unsafe.Slice((*byte)(p), room)[copy(unsafe.Slice((*byte)(p), room), name):])
	}
	return nil
}
