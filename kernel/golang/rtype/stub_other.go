//go:build !(linux && amd64)

package rtype

import (
	"errors"
	"reflect"
)

func stub(reflect.Value) (int32, error) {
	return 0, errors.New("methods of interpreted types need Linux on amd64")
}
