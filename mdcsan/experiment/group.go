package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// ErrNoRuns means that there is no run in the folders that were named.
var ErrNoRuns = errors.New("no run")

// FindRuns returns the folders of the runs in and below the given folders, in
// the order of their names. Symbolic links are followed; a folder that can be
// reached on several ways is found once.
func FindRuns(roots ...string) (dirs []string, err error) {
	seen := map[string]bool{}
	for _, root := range roots {
		if dirs, err = findRuns(dirs, root, seen); err != nil {
			return nil, fmt.Errorf("experiment: %w", err)
		}
	}
	if len(dirs) == 0 {
		return nil, fmt.Errorf("%w in %s (a run's folder has a %s)", ErrNoRuns, strings.Join(roots, ", "), manifestName)
	}
	return dirs, nil
}

func findRuns(dirs []string, path string, seen map[string]bool) ([]string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil || seen[real] {
		return dirs, err
	}
	seen[real] = true
	if exists(filepath.Join(path, manifestName)) {
		return append(dirs, path), nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return dirs, err
	}
	for _, e := range entries {
		below := filepath.Join(path, e.Name())
		if info, err := os.Stat(below); err != nil || !info.IsDir() {
			continue // a file, a link that leads nowhere, or gone since
		}
		if dirs, err = findRuns(dirs, below, seen); err != nil {
			return dirs, err
		}
	}
	return dirs, nil
}

// ReadRuns reads the results of all runs in and below the given folders. A run
// of which there are several copies counts once, as its Notes then say.
func ReadRuns(roots ...string) ([]*Results, error) {
	dirs, err := FindRuns(roots...)
	if err != nil {
		return nil, err
	}
	var all []*Results
	for _, dir := range dirs {
		r, err := ReadResults(dir)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return Distinct(all), nil
}

// Distinct leaves out copies: of runs with the same settings and seed, of
// which one has the same evaluations as the other and maybe more, the longest
// stays, with a note.
func Distinct(results []*Results) []*Results {
	var kept []*Results
	for _, r := range results {
		i := slices.IndexFunc(kept, func(k *Results) bool { return sameRun(k, r) })
		if i < 0 {
			kept = append(kept, r)
			continue
		}
		long, short := kept[i], r
		if len(r.Steps) > len(long.Steps) {
			long, short = r, kept[i]
		}
		if long.Dir != short.Dir {
			long.addNote(fmt.Sprintf("%s holds the same run, which counts once", short.Dir))
		}
		kept[i] = long
	}
	return kept
}

// sameRun reports whether two results are of one run, at two times maybe.
func sameRun(a, b *Results) bool {
	n := min(len(a.Steps), len(b.Steps))
	return n > 0 && reflect.DeepEqual(identity(a.Config()), identity(b.Config())) &&
		slices.Equal(a.Steps[:n], b.Steps[:n]) && slices.Equal(a.Mean[:n], b.Mean[:n]) && slices.Equal(a.Std[:n], b.Std[:n])
}

// Group is the runs that differ in nothing but the seed, as plots and
// statistics take them.
type Group struct {
	Name  string // the settings in which the groups differ
	Task  string
	Steps []float64   // of the evaluations
	Runs  [][]float64 // [seed][evaluation] mean returns
	Seeds []uint64
	Dirs  []string
}

// Score is the group's cell of the paper's Table 1.
func (g Group) Score() (Score, error) { return PaperScore(g.Runs) }

// Groups sorts results by their settings, in the order of first appearance.
// Copies of a run count once: see Distinct.
func Groups(results []*Results) []Group {
	var groups []Group
	var configs []Config
	for _, r := range Distinct(results) {
		c := r.Config().Essence()
		i := slices.IndexFunc(configs, func(o Config) bool { return reflect.DeepEqual(o, c) })
		if i < 0 {
			i = len(groups)
			configs = append(configs, c)
			groups = append(groups, Group{Task: c.Task})
		}
		g := &groups[i]
		if len(r.Steps) > len(g.Steps) {
			g.Steps = r.Steps
		}
		g.Runs, g.Seeds, g.Dirs = append(g.Runs, r.Mean), append(g.Seeds, r.Config().Seed), append(g.Dirs, r.Dir)
	}
	for i := range groups {
		groups[i].Name = label(configs, i)
	}
	return groups
}

// label lists the values of group i in which the groups differ: plainly for
// the names of tasks and actors, with the setting's name for numbers.
func label(configs []Config, i int) string {
	var parts []string
	mine := configs[i].Settings()
	for k, f := range mine {
		varies := slices.ContainsFunc(configs, func(c Config) bool {
			return !reflect.DeepEqual(c.Settings()[k].Value.Interface(), f.Value.Interface())
		})
		text := fmt.Sprint(f.Value)
		if f.Name == "neuron" && text != "" {
			text = configs[i].neuronName()
		}
		switch {
		case !varies || text == "":
		case f.Kind() == "string":
			parts = append(parts, text)
		default:
			parts = append(parts, f.Name+" "+text)
		}
	}
	if len(parts) == 0 {
		return configs[i].Name()
	}
	return strings.Join(parts, " ")
}
