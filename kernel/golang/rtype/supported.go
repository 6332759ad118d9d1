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

// layoutOf is the release of Go whose layout this package knows.
const layoutOf = "go1.26"

// Supported says what keeps this program from making types, nil if nothing.
var Supported = sync.OnceValue(func() error {
	if v := runtime.Version(); !strings.HasPrefix(v, layoutOf) {
		return fmt.Errorf("types are made as %s has them, and this program was built with %s", layoutOf, v)
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
