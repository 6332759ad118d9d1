package main

import (
	"strings"
	"testing"

	"gomdcsan/mdcsan/env/tasks"
)

// TestTaskCompletion: the shell is told every task.
func TestTaskCompletion(t *testing.T) {
	out, err := gomdcsan("__complete", "train", "--task", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tasks.Names() {
		if !strings.Contains(out, name+"\n") {
			t.Errorf("%s is not offered", name)
		}
	}
}
