package rtype

import (
	"fmt"
	"reflect"
	"testing"
	"unsafe"
)

type measured interface {
	Name() string
	scale(by int, rest ...string) (string, error)
}

type ruler struct{ length float64 }

func (r ruler) Name() string { return "ruler" }
func (r ruler) scale(by int, rest ...string) (string, error) {
	return fmt.Sprint(r.length*float64(by), rest), nil
}

type cell int

func (c *cell) Name() string { return "cell" }
func (c *cell) scale(by int, rest ...string) (string, error) {
	*c *= cell(by)
	return fmt.Sprint(*c, rest), nil
}

func TestUnexported(t *testing.T) {
	c := cell(3)
	for _, m := range []measured{ruler{1.5}, &ruler{1.5}, &c} {
		v := reflect.ValueOf(&m).Elem()
		known, _ := v.Type().MethodByName("scale")
		f, recv := Unexported(v, known.Index)
		out := f.CallSlice([]reflect.Value{recv, reflect.ValueOf(2), reflect.ValueOf([]string{"a", "b"})})
		want, _ := ruler{1.5}.scale(2, "a", "b")
		if m == measured(&c) {
			other := cell(3)
			want, _ = other.scale(2, "a", "b")
		}
		if out[0].String() != want || !out[1].IsNil() {
			t.Errorf("%T: %v", m, out)
		}
	}
}

func TestReleases(t *testing.T) {
	for version, want := range map[string]bool{
		"go1.26": true, "go1.26.8": true, "go1.27rc1": true, "go1.27.4": true, "go1.26.1 X:boringcrypto": true, "go1.27-custom": true,
		"go1.25.3": false, "go1.28": false, "go1.260": false, "devel go1.28-abc": false,
	} {
		if err := releaseError(version); (err == nil) != want {
			t.Errorf("%s: %v", version, err)
		}
	}
}

// The descriptions here are as long as the running release has them: a map
// type with methods has its method table behind them.
type table map[string]int

func (t table) Rows() int { return len(t) }

func TestHeadOfMapTypes(t *testing.T) {
	p := pointer(reflect.TypeFor[table]())
	u := (*uncommon)(unsafe.Add(p, headSize(reflect.Map)))
	if u.mcount != 1 || u.xcount != 1 {
		t.Errorf("%d methods, %d exported, where 1 is", u.mcount, u.xcount)
	}
}
