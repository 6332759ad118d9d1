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

// TestRelease runs the tests of the environments with other MuJoCos:
// MUJOCO_DIR names folders of releases (with lib) as PATH does, such as those
// that install unpacks.
func TestRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute")
	}
	dirs := filepath.SplitList(os.Getenv("MUJOCO_DIR"))
	if len(dirs) == 0 {
		if slices.Contains(strings.Split(os.Getenv("GOMDCSAN_REQUIRE"), ","), "mujoco3") {
			t.Fatal("MUJOCO_DIR does not name the folder of a MuJoCo release, and GOMDCSAN_REQUIRE wants mujoco3")
		}
		t.Skip("MUJOCO_DIR does not name the folder of a MuJoCo release")
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { testRelease(t, dir) })
	}
}

// testRelease runs the tests of the environments with the MuJoCo of a folder.
func testRelease(t *testing.T, dir string) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-v", "../mujoco", "../tasks", "../batch")
	cmd.Env = append(os.Environ(), "MUJOCO_DIR=", "GOMDCSAN_REQUIRE=", "GOMDCSAN_MUJOCO="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("with the MuJoCo of %s: %v\n%s", dir, err, out)
	}
	for _, test := range []string{"TestAgreement", "TestGoldenGymnasium"} {
		if !strings.Contains(string(out), "--- PASS: "+test) {
			t.Errorf("%s did not compare rollouts (is it 2.2.2 in %s?):\n%s", test, dir, out)
		}
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "agree to") || strings.Contains(line, "files compared") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
