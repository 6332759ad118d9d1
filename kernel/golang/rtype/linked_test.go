package rtype

import (
	"fmt"
	"reflect"
	"testing"
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
		want := "3 [a b]"
		if m == measured(&c) {
			want = "6 [a b]"
		}
		if out[0].String() != want || !out[1].IsNil() {
			t.Errorf("%T: %v", m, out)
		}
	}
}
