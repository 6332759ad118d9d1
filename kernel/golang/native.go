package golang

import (
	"errors"
	"reflect"
)

type unit struct {
	id    string
	types map[string]reflect.Type
}

type native struct{}

func newNative(Options) *native { return &native{} }

func (n *native) ready() bool     { return false }
func (n *native) missing() string { return "there is no Go toolchain" }
func (n *native) compile(s *session, c *compiled) error {
	return errors.New("not yet")
}
