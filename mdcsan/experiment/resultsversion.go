package experiment

import (
	"slices"
	"strings"
)

// ResultsVersion counts the entries under "Results changed" in CHANGELOG.md:
// each raises it, and programs of one version give runs of the same settings,
// seed and kernels the same bits. Every session of a run keeps that of its
// program in the manifest.
const ResultsVersion = 5

// ResultsVersion is that of the program that ran the session; 0 stands for
// those before version 5, which did not keep it.
func (s Session) ResultsVersion() int {
	if s.Results == 0 && strings.HasPrefix(s.Commit, "9ef4d47") { // the first of version 5, which did not keep it either
		return 5
	}
	return s.Results
}

// ResultsVersions are those of a run's sessions, each once, the oldest first.
func (m *Manifest) ResultsVersions() []int {
	var all []int
	for _, s := range m.Sessions {
		all = append(all, s.ResultsVersion())
	}
	slices.Sort(all)
	return slices.Compact(all)
}
