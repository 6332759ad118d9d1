package interpret

import (
	"go/types"
	"reflect"
	"strings"

	"github.com/traefik/yaegi/interp"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/symbols"
)

// tables have what compiled packages export, for interpreted code to use.
type tables struct {
	own     map[string]map[string]reflect.Value // by path, of packages in this program; nil where there is none
	foreign map[string]interp.Exports           // of packages that cells brought in
}

func newTables() *tables {
	return &tables{own: map[string]map[string]reflect.Value{}, foreign: map[string]interp.Exports{}}
}

// add makes a package known that a cell brought in.
func (x *tables) add(path, name string, exports map[string]reflect.Value) {
	x.own[path] = exports
	x.foreign[path] = interp.Exports{path + "/" + name: exports}
}

// export returns what a package exports under a name, nil if nothing.
func (x *tables) export(path, name string) *reflect.Value {
	t, ok := x.own[path]
	if !ok {
		for key, table := range symbols.Exports(path) {
			if rest, within := strings.CutPrefix(key, path+"/"); within && !strings.Contains(rest, "/") {
				t = table
			}
		}
		x.own[path] = t
	}
	if v, ok := t[name]; ok {
		return &v
	}
	return nil
}

// ReflectType returns the run-time type for a static one, nil if only compiled
// code can make it.
func (x *tables) ReflectType(w cell.Declarations, t types.Type) (out reflect.Type) {
	defer func() {
		if recover() != nil { // a map of an incomparable key and the like
			out = nil
		}
	}()
	sub := func(t types.Type) reflect.Type { return x.ReflectType(w, t) }
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return basicTypes[types.Default(t).(*types.Basic).Kind()]
	case *types.Named:
		return x.namedType(w, t)
	case *types.Pointer:
		if e := sub(t.Elem()); e != nil {
			return reflect.PointerTo(e)
		}
	case *types.Slice:
		if e := sub(t.Elem()); e != nil {
			return reflect.SliceOf(e)
		}
	case *types.Array:
		if e := sub(t.Elem()); e != nil && t.Len() < 1<<20 {
			return reflect.ArrayOf(int(t.Len()), e)
		}
	case *types.Map:
		if k, e := sub(t.Key()), sub(t.Elem()); k != nil && e != nil {
			return reflect.MapOf(k, e)
		}
	case *types.Chan:
		if e := sub(t.Elem()); e != nil {
			return reflect.ChanOf(map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}[t.Dir()], e)
		}
	case *types.Signature:
		return x.funcType(w, t)
	case *types.Interface:
		if t.Empty() {
			return reflect.TypeFor[any]()
		}
	}
	return nil
}

func (x *tables) funcType(w cell.Declarations, t *types.Signature) reflect.Type {
	var in, out []reflect.Type
	for v := range t.Params().Variables() {
		in = append(in, x.ReflectType(w, v.Type()))
	}
	for v := range t.Results().Variables() {
		out = append(out, x.ReflectType(w, v.Type()))
	}
	for _, t := range append(in[:len(in):len(in)], out...) {
		if t == nil {
			return nil
		}
	}
	return reflect.FuncOf(in, out, t.Variadic())
}

func (x *tables) namedType(w cell.Declarations, t *types.Named) reflect.Type {
	switch {
	case t.TypeArgs().Len() > 0:
		return nil
	case t.Obj().Pkg() == nil:
		if t.Obj().Name() == "error" {
			return reflect.TypeFor[error]()
		}
		return nil
	case cell.SessionType(t.Obj()):
		if d := w.Decl(t.Obj().Name()); d != nil && d.Unit != nil {
			return d.Unit.Types[t.Obj().Name()]
		}
		return nil
	}
	v := x.export(t.Obj().Pkg().Path(), t.Obj().Name())
	if v == nil || v.Kind() != reflect.Pointer {
		return nil
	}
	return v.Type().Elem()
}

var basicTypes = map[types.BasicKind]reflect.Type{
	types.Bool: reflect.TypeFor[bool](), types.String: reflect.TypeFor[string](),
	types.Int: reflect.TypeFor[int](), types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](), types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](),
	types.Uint: reflect.TypeFor[uint](), types.Uint8: reflect.TypeFor[uint8](), types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](), types.Uint64: reflect.TypeFor[uint64](),
	types.Uintptr: reflect.TypeFor[uintptr](), types.Float32: reflect.TypeFor[float32](), types.Float64: reflect.TypeFor[float64](),
	types.Complex64: reflect.TypeFor[complex64](), types.Complex128: reflect.TypeFor[complex128](),
}
