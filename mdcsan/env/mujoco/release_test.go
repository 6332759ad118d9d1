package mujoco_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRelease builds the environments with another MuJoCo and runs their
// tests: MUJOCO_DIR names the folder of a release (include and lib), such as
// the one that install unpacks.
func TestRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of compiling")
	}
	dir := os.Getenv("MUJOCO_DIR")
	if dir == "" {
		if slices.Contains(strings.Split(os.Getenv("GOMDCSAN_REQUIRE"), ","), "mujoco3") {
			t.Fatal("MUJOCO_DIR does not name the folder of a MuJoCo release, and GOMDCSAN_REQUIRE wants mujoco3")
		}
		t.Skip("MUJOCO_DIR does not name the folder of a MuJoCo release")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-v", "-tags", "mujoco", "../...")
	lib := filepath.Join(dir, "lib")
	cmd.Env = append(os.Environ(), "MUJOCO_DIR=", "GOMDCSAN_REQUIRE=",
		"CGO_CFLAGS=-I"+filepath.Join(dir, "include"),
		"CGO_LDFLAGS=-Wl,-rpath,"+lib)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("with the MuJoCo of %s: %v\n%s", dir, err, out)
	}
	if !strings.Contains(string(out), "--- PASS: TestAgreement") {
		t.Errorf("the tests did not compare rollouts (is it 2.2.2 in %s?):\n%s", dir, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "agree to") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
