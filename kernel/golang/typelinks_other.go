//go:build !linux

package golang

import "reflect"

func linkedType(reflect.Type) bool { return false }

func modules() int { return 0 }

func mendModules(int) error { return nil }
