package experiment

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Sweep is a set of runs: every combination of the lists in each grid, over
// common settings. As a file:
//
//	dir = "runs/codings"
//	parallel = 2              # runs side by side; 0: one per core
//
//	[settings]                # of every run, over the paper's defaults
//	steps = 200_000
//
//	[[grid]]                  # one or more
//	task = ["Hopper-v3", "Ant-v3"]
//	coding = ["pop", "pop+det"]
//	seed = [0, 1]
//
//	[[grid]]
//	task = ["Hopper-v3"]
//	actor = ["dan"]
//	seed = [0, 1]
//
// In Go a grid is a map: {"coding": []string{"pop", "pop+det"}, "seed": []int{0, 1}}.
type Sweep struct {
	Dir      string           `toml:"dir"`
	Parallel int              `toml:"parallel"`
	Quick    bool             `toml:"quick"` // over QuickConfig
	Settings map[string]any   `toml:"settings"`
	Grids    []map[string]any `toml:"grid"`
}

// ReadSweep reads a sweep's file. A folder that it names is relative to the
// working folder.
func ReadSweep(path string) (*Sweep, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	s, err := ParseSweep(data)
	if err != nil {
		return nil, fmt.Errorf("sweep: %s: %w", path, err)
	}
	s.Dir = cmp.Or(s.Dir, "runs/"+strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	return s, nil
}

// ParseSweep is ReadSweep for the contents of a file.
func ParseSweep(data []byte) (*Sweep, error) {
	data = normalised(data)
	var s Sweep
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&s); err != nil {
		return nil, explainTOML(err)
	}
	return &s, s.checkNames(data)
}

// checkNames refuses what is no setting, with its line in the file.
func (s *Sweep) checkNames(data []byte) error {
	var known []string
	for _, f := range new(Config).Settings() {
		known = append(known, f.Name)
	}
	for _, table := range append([]map[string]any{s.Settings}, s.Grids...) {
		for name := range table {
			if slices.Contains(known, name) {
				continue
			}
			line := 1
			if at := regexp.MustCompile(`(?m)^\s*["']?` + regexp.QuoteMeta(name) + `["']?\s*=`).FindIndex(data); at != nil {
				line += bytes.Count(data[:at[1]], []byte("\n"))
			}
			return fmt.Errorf("no such setting: %q in line %d%s; gomdcsan train --help lists them, with dashes for what a file writes with _", name, line, didYouMean(toml.Key{name}))
		}
	}
	return nil
}

// Runs returns the settings of the sweep's runs, each with its own folder in
// Dir. Combinations that differ only in settings without meaning for their
// actor, such as a DAN's coding, are one run.
func (s *Sweep) Runs() ([]Config, error) {
	if len(s.Grids) == 0 {
		return nil, errors.New("sweep: no [[grid]], so there is nothing to run")
	}
	var runs []Config
	seen := map[string]bool{}
	for i, grid := range s.Grids {
		cells, err := s.expand(grid)
		if err != nil {
			return nil, fmt.Errorf("sweep: grid %d: %w", i+1, err)
		}
		for _, c := range cells {
			if !seen[c.Dir] {
				seen[c.Dir] = true
				runs = append(runs, c)
			}
		}
	}
	return runs, nil
}

// expand returns the combinations of one grid; the last key in the order of
// Config's fields changes fastest.
func (s *Sweep) expand(grid map[string]any) ([]Config, error) {
	var blank Config
	axes := []Setting{}
	for _, f := range blank.Settings() {
		if _, ok := grid[f.Name]; ok {
			axes = append(axes, f)
		}
	}
	if len(axes) != len(grid) {
		for name := range grid {
			if !slices.ContainsFunc(axes, func(f Setting) bool { return f.Name == name }) {
				return nil, fmt.Errorf("no such setting: %q; gomdcsan train --help lists them", name)
			}
		}
	}
	cells := []map[string]any{{}}
	for _, axis := range axes {
		var next []map[string]any
		for _, cell := range cells {
			for _, value := range values(axis, grid[axis.Name]) {
				bigger := map[string]any{axis.Name: value}
				for k, v := range cell {
					bigger[k] = v
				}
				next = append(next, bigger)
			}
		}
		cells = next
	}
	var runs []Config
	for _, cell := range cells {
		c, err := s.config(cell, axes)
		if err != nil {
			return nil, err
		}
		runs = append(runs, c)
	}
	return runs, nil
}

// values are the points of an axis. A setting that is itself a list takes one
// list, or a list of lists.
func values(axis Setting, given any) []any {
	list := reflect.ValueOf(given)
	if list.Kind() != reflect.Slice || list.Len() == 0 {
		return []any{given}
	}
	if axis.Value.Kind() == reflect.Slice {
		first := list.Index(0)
		if first.Kind() == reflect.Interface {
			first = first.Elem()
		}
		if first.Kind() != reflect.Slice {
			return []any{given}
		}
	}
	points := make([]any, list.Len())
	for i := range points {
		points[i] = list.Index(i).Interface()
	}
	return points
}

// config makes the settings of one combination.
func (s *Sweep) config(cell map[string]any, axes []Setting) (Config, error) {
	task := cell["task"]
	if task == nil {
		task = s.Settings["task"]
	}
	defaults := DefaultConfig
	if s.Quick {
		defaults = QuickConfig
	}
	c := defaults(fmt.Sprint(task))
	for _, from := range []map[string]any{s.Settings, cell} {
		text, err := toml.Marshal(from)
		if err == nil {
			err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&c)
		}
		if err != nil {
			return c, explainTOML(err)
		}
	}
	c.Dir = filepath.Join(s.Dir, sweepName(c, axes))
	if err := c.Validate(); err != nil {
		return c, err
	}
	return c.WithEquations()
}

// sweepName is the run's Slug, with the axes that a Slug leaves out.
func sweepName(c Config, axes []Setting) string {
	parts := []string{c.folder()}
	without := append(c.meaningless(), "task", "actor", "coding", "neuron", "seed")
	for _, f := range c.Settings() {
		if slices.Contains(without, f.Name) || !slices.ContainsFunc(axes, func(a Setting) bool { return a.Name == f.Name }) {
			continue
		}
		value := strings.NewReplacer(" ", ",", "[", "", "]", "", "/", "").Replace(fmt.Sprint(f.Value))
		parts = append(parts, f.Name+value)
	}
	return fmt.Sprintf("%s-seed%d", strings.Join(parts, "-"), c.Seed)
}
