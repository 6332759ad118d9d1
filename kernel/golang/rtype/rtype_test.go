package rtype

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sort"
	"testing"
	"unsafe"
)

func needSupport(t *testing.T) {
	if err := Supported(); err != nil {
		t.Skip(err)
	}
}

// celsius makes a float64 with methods.
func celsius(t *testing.T) reflect.Type {
	needSupport(t)
	k := reflect.TypeFor[float64]()
	n := New(Shape{PkgPath: "main", Name: "Celsius", Kind: reflect.Float64, Size: 8, Align: 8, Comparable: true, Value: 2, Ptr: 3})
	n.Define(k, nil)
	str := Method{Name: "String", Type: reflect.TypeFor[func() string](), Call: func(p unsafe.Pointer, _ []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(fmt.Sprintf("%.1f C", *(*float64)(p)))}
	}}
	plus := Method{Name: "Plus", Type: reflect.FuncOf([]reflect.Type{k, reflect.TypeFor[int8]()}, []reflect.Type{n.Type()}, false), Call: func(p unsafe.Pointer, a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(*(*float64)(p) + a[0].Float() + float64(a[1].Int())).Convert(n.Type())}
	}}
	set := Method{Name: "Set", Type: reflect.TypeFor[func(float64)](), Call: func(p unsafe.Pointer, a []reflect.Value) []reflect.Value {
		*(*float64)(p) = a[0].Float()
		return nil
	}}
	if err := n.Methods([]Method{str, plus}, []Method{set, str, plus}); err != nil {
		t.Fatal(err)
	}
	return n.Type()
}

func TestNamed(t *testing.T) {
	c := celsius(t)
	v := reflect.ValueOf(21.5).Convert(c)
	if got := fmt.Sprintf("%v %T %v %d", v.Interface(), v.Interface(), []any{v.Interface()}, c.NumMethod()); got != "21.5 C main.Celsius [21.5 C] 2" {
		t.Error(got)
	}
	p := reflect.New(c)
	p.Interface().(interface{ Set(float64) }).Set(3)
	if got := fmt.Sprint(p.Interface()); got != "3.0 C" {
		t.Error(got)
	}
	if got := fmt.Sprint(p.Elem().MethodByName("Plus").Call([]reflect.Value{reflect.ValueOf(1.0), reflect.ValueOf(int8(-2))})[0].Interface()); got != "2.0 C" {
		t.Error(got)
	}
	m, _ := c.MethodByName("Plus")
	if got := fmt.Sprint(m.Func.Call([]reflect.Value{v, reflect.ValueOf(1.0), reflect.ValueOf(int8(-2))})[0].Interface()); got != "20.5 C" {
		t.Error(got)
	}
	if _, ok := v.Interface().(interface{ Set(float64) }); ok {
		t.Error("the value has the pointer's method")
	}
	if v.Interface() == any(21.5) || v.Interface() != v.Interface() {
		t.Error("identity")
	}
}

// TestRecursive has a type in what it stands for, as list, map and function.
func TestRecursive(t *testing.T) {
	needSupport(t)
	n := New(Shape{PkgPath: "main", Name: "Node", Kind: reflect.Struct, Size: 24, Align: 8, Pointers: []bool{true, true, false}, Comparable: false, Ptr: 0})
	self := n.Type()
	n.Define(reflect.StructOf([]reflect.StructField{
		{Name: "Next", Type: reflect.PointerTo(self)},
		{Name: "By", Type: reflect.MapOf(reflect.TypeFor[string](), self)},
		{Name: "v", PkgPath: "main", Type: reflect.TypeFor[int]()},
	}), nil)
	v := reflect.New(self).Elem()
	v.Field(0).Set(reflect.New(self))
	m := reflect.MakeMap(v.Field(1).Type())
	for i := range 100 {
		m.SetMapIndex(reflect.ValueOf(fmt.Sprint(i)), v)
	}
	v.Field(1).Set(m)
	runtime.GC()
	if got := fmt.Sprintf("%T %d", v.Interface(), v.Field(1).Len()); got != "main.Node 100" {
		t.Error(got)
	}
	if b, err := json.Marshal(reflect.New(self).Interface()); string(b) != `{"Next":null,"By":null}` {
		t.Error(string(b), err)
	}
}

func TestInterface(t *testing.T) {
	c := celsius(t)
	i := Interface("interface { String() string }", "main", []Method{{Name: "String", Type: reflect.TypeFor[func() string]()}})
	if !c.Implements(i) || !i.Implements(reflect.TypeFor[fmt.Stringer]()) || i.Implements(reflect.TypeFor[error]()) {
		t.Error("implements")
	}
	v := reflect.New(i).Elem()
	v.Set(reflect.ValueOf(1.5).Convert(c))
	if got := v.Method(0).Call(nil)[0].String(); got != "1.5 C" {
		t.Error(got)
	}
	if v.Interface().(fmt.Stringer).String() != "1.5 C" {
		t.Error("as Stringer")
	}
}

// TestError has errors.As find a made type, and sort call one, while the
// collector runs and stacks grow.
func TestError(t *testing.T) {
	needSupport(t)
	n := New(Shape{PkgPath: "main", Name: "E", Kind: reflect.Slice, Size: 24, Align: 8, Pointers: []bool{true, false, false}, Value: 4, Ptr: 4})
	n.Define(reflect.TypeFor[[]string](), nil)
	self := n.Type()
	at := func(p unsafe.Pointer) []string { return *(*[]string)(p) }
	list := []Method{
		{Name: "Error", Type: reflect.TypeFor[func() string](), Call: func(p unsafe.Pointer, _ []reflect.Value) []reflect.Value {
			runtime.GC()
			return []reflect.Value{reflect.ValueOf(fmt.Sprint(at(p)))}
		}},
		{Name: "Len", Type: reflect.TypeFor[func() int](), Call: func(p unsafe.Pointer, _ []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(len(at(p)))}
		}},
		{Name: "Less", Type: reflect.TypeFor[func(i, j int) bool](), Call: func(p unsafe.Pointer, a []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(at(p)[a[0].Int()] < at(p)[a[1].Int()])}
		}},
		{Name: "Swap", Type: reflect.TypeFor[func(i, j int)](), Call: func(p unsafe.Pointer, a []reflect.Value) []reflect.Value {
			s, i, j := at(p), a[0].Int(), a[1].Int()
			s[i], s[j] = s[j], s[i]
			return nil
		}},
	}
	if err := n.Methods(list, list); err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	for range 4 {
		go func() {
			defer func() { done <- true }()
			for i := range 20 {
				v := reflect.ValueOf([]string{"c", "b", fmt.Sprint(i)}).Convert(self)
				sort.Sort(v.Interface().(sort.Interface))
				err := fmt.Errorf("wrapped: %w", v.Interface().(error))
				target := reflect.New(self)
				if !errors.As(err, target.Interface()) || target.Elem().Index(2).String() != "c" {
					t.Error("errors.As", target.Elem())
				}
				_ = err.Error()
			}
		}()
	}
	for range 4 {
		<-done
	}
}
