package slurm

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseTasks(t *testing.T) {
	got, err := parseTasks("sweep-1|12|0|RUNNING\nsweep-1|12|13|OUT_OF_MEMORY\n")
	want := []Task{{"sweep-1", 0, "12_0", "RUNNING"}, {"sweep-1", 13, "12_13", "OUT_OF_MEMORY"}}
	if err != nil || !reflect.DeepEqual(got, want) || got[0].Ended() || !got[1].Ended() {
		t.Errorf("%v, %v", got, err)
	}
	for _, line := range []string{"x|1|2\n", "x|1|N/A|RUNNING\n"} {
		if _, err := parseTasks(line); err == nil {
			t.Errorf("%q was understood", line)
		}
	}
}

// Without Slurm the user hears what is missing, and where to go.
func TestWithoutSlurm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Submit(context.Background(), Array{Name: "x", Size: 1})
	if err == nil || !strings.Contains(err.Error(), "there is no sbatch on this machine") {
		t.Errorf("%v", err)
	}
}

// What sbatch complains of reaches the user.
func TestComplaint(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sbatch"), []byte("#!/bin/sh\necho invalid partition: $* >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	_, err := Submit(context.Background(), Array{Name: "x", Size: 3, AtOnce: 2, Script: "job.sh", Options: []string{"--partition=gone"}})
	if err == nil || !strings.Contains(err.Error(), "invalid partition") || !strings.Contains(err.Error(), "--array=0-2%2 --partition=gone job.sh") {
		t.Errorf("%v", err)
	}
}
