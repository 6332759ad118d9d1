package rtype

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"unsafe"
)

// Releases are the releases of Go whose layout this package knows, and with that
// those that the program supports.
const Releases = "go1.26 go1.27"

// compiled are the releases whose linker and loader Mend knows. Go 1.27 keeps
// the list of a module's types in another way.
const compiled = "go1.26"

// Compiled says why types of compiled cells cannot be mended, nil if they can.
func Compiled() error {
	if !oneOf(runtime.Version(), compiled) {
		return fmt.Errorf("gomdcsan was built with %s, and cells are compiled with %s only, so all are interpreted: build it with that for functions at full speed", runtime.Version(), compiled)
	}
	return nil
}

// Release says what is wrong with the release that built this program, nil if
// it is supported.
func Release() error { return releaseError(runtime.Version()) }

func releaseError(version string) error {
	if oneOf(version, Releases) {
		return nil
	}
	return fmt.Errorf("built with %s, but types of cells are made as %s have them: methods of types in cells may be missing; build it with one of these", version, strings.ReplaceAll(Releases, " ", " and "))
}

// oneOf reports whether a version of Go is of one of the releases.
func oneOf(version, releases string) bool {
	for r := range strings.FieldsSeq(releases) {
		if rest, ok := strings.CutPrefix(version, r); ok && (rest == "" || strings.ContainsAny(rest[:1], ".- r")) {
			return true
		}
	}
	return false
}

// Supported says what keeps this program from making types, nil if nothing.
var Supported = sync.OnceValue(func() error {
	if err := Release(); err != nil {
		return err
	}
	for _, k := range []reflect.Type{reflect.TypeFor[float64](), reflect.TypeFor[map[string]int](), reflect.TypeFor[[]int](), reflect.TypeFor[struct{ a, b int }]()} {
		n := New(Shape{PkgPath: "main", Name: "T", Kind: k.Kind(), Size: k.Size(), Align: uintptr(k.Align()), Value: 1, Ptr: 1})
		n.Define(k, nil)
		m := []Method{{Name: "String", Type: reflect.TypeFor[func() string](), Call: func(p unsafe.Pointer, _ []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf("T of " + reflect.NewAt(k, p).Elem().Type().Kind().String())}
		}}}
		if err := n.Methods(m, m); err != nil {
			return err
		}
		if got, want := fmt.Sprintf("%v %T", reflect.Zero(n.Type()).Interface(), reflect.New(n.Type()).Interface()), "T of "+k.Kind().String()+" *main.T"; got != want {
			return errors.New("types made at run time do not work here: " + got)
		}
	}
	return nil
})
