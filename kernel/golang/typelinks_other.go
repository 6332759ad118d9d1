//go:build !linux

package golang

import (
	"reflect"

	"gomdcsan/kernel/golang/rt"
)

func linkedType(reflect.Type) bool { return false }

func modules() int { return 0 }

func mendModules(int) error { return nil }

func namePlaces(*rt.Unit, []*source) error { return nil }
