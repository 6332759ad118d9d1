package golang

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Absolute from the start: other tests of this package change the folder (%cd).
var readmePath, _ = filepath.Abs("../../README.md")

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestOwnTaskAndNeuron runs the README's section on parts of one's own as
// cells: a task and a neuron that train, compiled and, for fewer steps,
// interpreted.
func TestOwnTaskAndNeuron(t *testing.T) {
	readme, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## Your own ")
	section, _, _ = strings.Cut(section, "\n## ")
	cells := goBlock.FindAllStringSubmatch(section, -1)
	if len(cells) != 2 {
		t.Fatalf("the README's section has %d pieces of Go, want a task, and a neuron with the training", len(cells))
	}
	bothWays(t, func(t *testing.T, s *testSession, noNative bool) {
		for _, c := range cells {
			code := c[1]
			if noNative {
				code = strings.Replace(code, "600, 200, 300, 2", "40, 30, 40, 1", 1)
			}
			s.must(code)
		}
		s.must(`e := run.Evaluations[len(run.Evaluations)-1]
fmt.Println(run.Spec.Name, len(run.Evaluations) > 0, !math.IsNaN(e.Mean) && e.Mean < 0)`)
		if got := s.output(); !strings.Contains(got, "Cart true true\n") {
			t.Errorf("after the training: %s", got)
		}
	})
}
