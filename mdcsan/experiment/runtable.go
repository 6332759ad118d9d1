package experiment

import (
	"fmt"
	"math"
	"slices"

	"gomdcsan/mdcsan/frame"
)

// Table lists results, one run a row: task, actor, the settings in which the
// runs differ, seed, steps (trained so far), last and best (mean returns of the
// last and the best evaluation, NaN before the first) and the folder.
func Table(results []*Results) *frame.Frame {
	texts := map[string][]string{}
	var steps, last, best, seeds []float64
	differing := differingSettings(results)
	for _, r := range results {
		c := r.Config().Essence()
		texts["task"], texts["actor"], texts["dir"] = append(texts["task"], c.Task), append(texts["actor"], c.Actor), append(texts["dir"], r.Dir)
		for _, s := range c.Settings() {
			if slices.Contains(differing, s.Name) {
				texts[s.Name] = append(texts[s.Name], s.Text())
			}
		}
		seeds = append(seeds, float64(r.Config().Seed))
		done, end, top := 0.0, math.NaN(), math.NaN()
		if n := len(r.Steps); n > 0 {
			done, end = r.Steps[n-1], r.Mean[n-1]
			top, _ = r.Best()
		}
		steps, last, best = append(steps, done), append(last, end), append(best, top)
	}
	columns := []frame.Column{frame.Texts("task", texts["task"]), frame.Texts("actor", texts["actor"])}
	for _, name := range differing {
		columns = append(columns, frame.Texts(name, texts[name]))
	}
	columns = append(columns, frame.Numbers("seed", seeds), frame.Numbers("steps", steps), frame.Numbers("last", last), frame.Numbers("best", best), frame.Texts("dir", texts["dir"]))
	f, err := frame.New(columns...)
	if err != nil {
		panic("experiment: " + err.Error()) // a setting is no other column
	}
	return f
}

// differingSettings names those settings besides task, actor and seed in which
// the runs differ.
func differingSettings(results []*Results) []string {
	seen := map[string]string{}
	var names []string
	for _, r := range results {
		c := r.Config().Essence()
		for _, s := range c.Settings() {
			text := fmt.Sprint(s.Value)
			if slices.Contains([]string{"task", "actor", "seed", "steps", "threads", "checkpoint_every", "tensorboard"}, s.Name) {
				continue
			}
			if before, ok := seen[s.Name]; ok && before != text && !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
			seen[s.Name] = text
		}
	}
	return names
}
