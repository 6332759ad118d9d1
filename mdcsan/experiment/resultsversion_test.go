package experiment

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestResultsVersionCountsItsEntries: every entry under "Results changed" has
// its number, and the program the highest.
func TestResultsVersionCountsItsEntries(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	var entries, numbered int
	for _, part := range regexp.MustCompile(`(?s)### Results changed\n(.*?)(\n#|$)`).FindAllSubmatch(text, -1) {
		entries += len(regexp.MustCompile(`(?m)^- `).FindAll(part[1], -1))
		numbered += len(regexp.MustCompile(`(?m)^- \d+: `).FindAll(part[1], -1))
	}
	if entries != ResultsVersion || numbered != entries {
		t.Errorf("%d entries, of which %d are numbered, and the program is version %d", entries, numbered, ResultsVersion)
	}
}

func TestSessionsKeepTheResultsVersion(t *testing.T) {
	r := train(t, tiny(t.TempDir()))
	m, err := ReadManifest(r.Config.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.ResultsVersions(); !slices.Equal(got, []int{ResultsVersion}) {
		t.Errorf("a new run's versions are %v", got)
	}
	m.Sessions = append(m.Sessions, Session{Commit: "2c9f70e"}, Session{Commit: "9ef4d4782898"})
	if got := m.ResultsVersions(); !slices.Equal(got, []int{0, 5}) {
		t.Errorf("versions %v, want 0 and 5", got)
	}
}
