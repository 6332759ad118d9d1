package experiment

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestRunThatIsAboutToBegin: who looks at a run while its tables get their
// header lines, one after the other, sees a run without evaluations.
func TestRunThatIsAboutToBegin(t *testing.T) {
	c := tiny(t.TempDir())
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Train(&countdown{context.Background(), 1}); err == nil {
		t.Fatal("the run was not stopped")
	}
	if err := os.Remove(filepath.Join(c.Dir, latestName)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, name := range []string{episodesName, progressName} {
		if err := os.Truncate(filepath.Join(c.Dir, name), 0); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadResults(c.Dir); err != nil || len(got.Steps) != 0 {
			t.Errorf("%s is still empty: %v, %v", name, got, err)
		}
	}
}
