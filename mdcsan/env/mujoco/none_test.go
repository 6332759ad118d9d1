//go:build !cgo || (!linux && !darwin)

package mujoco_test

import (
	"errors"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
)

// TestUnavailable: the error of a build without C is one paragraph that
// names the cause and the remedies.
func TestUnavailable(t *testing.T) {
	_, err := mujoco.Load("<mujoco/>")
	if !errors.Is(err, env.ErrUnavailable) {
		t.Fatalf("error %v does not wrap env.ErrUnavailable", err)
	}
	for _, want := range []string{"go run ./install build", "CGO_ENABLED", "Pendulum-v1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Error("the error is longer than a paragraph")
	}
}
