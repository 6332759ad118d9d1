package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/experiment"
)

// tinyRun is a run of a fraction of a second.
func tinyRun(dir string, seed uint64) experiment.Config {
	c := experiment.DefaultConfig("Pendulum-v1")
	c.Hidden, c.CriticHidden, c.Population, c.OutputPopulation, c.T = []int{8}, []int{8}, 3, 2, 2
	c.Batch, c.Replay = 8, 300
	c.Steps, c.StartSteps, c.UpdateAfter, c.UpdateEvery, c.EvalEvery, c.EvalEpisodes = 500, 100, 50, 50, 100, 2
	c.CheckpointEvery, c.Dir, c.Seed, c.Threads = 70, dir, seed, 1
	return c
}

// trainTiny trains a run and copies its folder as it is at each evaluation.
func trainTiny(t *testing.T, dir string, seed uint64) (copies []string) {
	t.Helper()
	r, err := experiment.New(tinyRun(dir, seed), experiment.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Train(context.Background(), func(p experiment.Progress) {
		if p.Kind == experiment.Evaluated {
			copies = append(copies, copyTo(t, dir, filepath.Join(t.TempDir(), "run")))
		}
	})
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return copies
}

func copyTo(t *testing.T, from, to string) string {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// outcome is what the commands make of a folder: numbers, and what they say.
type outcome struct {
	numbers map[string]string // by command
	said    map[string]string // errors and notices
}

var noticed = regexp.MustCompile(`(?m)^(note|warning): .*|damaged`)

// outcomeOf runs the commands over copies of a folder.
func outcomeOf(t *testing.T, dir string) outcome {
	o := outcome{map[string]string{}, map[string]string{}}
	put := func(command, numbers, printed string, err error) {
		o.numbers[command] = strings.ReplaceAll(numbers, dir, "DIR")
		o.said[command] = strings.Join(noticed.FindAllString(printed, -1), "\n")
		if err != nil {
			o.said[command] += err.Error()
		}
	}
	out, err := gomdcsan("watch", dir, "--once")
	put("watch", strings.Join(strings.Fields(out), " "), out, err)

	out, err = gomdcsan("eval", dir, "--episodes", "1", "--json")
	number := regexp.MustCompile(`"mean":[^,}]*`).FindString(out)
	put("eval", number, out, err)

	runs, err := experiment.ReadRuns(dir) // what report draws
	text, notes := "", ""
	for _, r := range runs {
		c := r.Config()
		c.Dir = ""
		text += fmt.Sprint(c, r.Steps, r.Mean, r.Std, c.Seed, c.Gamma, c.Settings())
		for _, n := range r.Notes {
			notes += "note: " + n + "\n"
		}
	}
	put("report", text, notes, err)

	into := filepath.Join(t.TempDir(), "stored")
	out, err = gomdcsan("collect", dir, "-o", into, "--unfinished", "--policies")
	stored := filepath.Join(into, filepath.Base(dir))
	text = filesIn(stored, "progress.csv", "evaluations.csv", "best.ckpt")
	if strings.HasPrefix(out, "left out") {
		out = "note: " + out
	}
	put("collect", text, out, err)

	again := copyTo(t, dir, filepath.Join(t.TempDir(), "again"))
	_, err = gomdcsan("train", "--resume", again, "--steps", "600", "--threads", "1")
	o.numbers["resume"], o.said["resume"] = filesIn(again, "progress.csv", "evaluations.csv", "episodes.csv", "best.ckpt"), ""
	if err != nil {
		o.said["resume"] = err.Error() // a notice is not enough: what goes on must go on rightly
	}
	return o
}

func filesIn(dir string, names ...string) string {
	text := ""
	for _, name := range names {
		if ck, err := checkpoint.ReadFile(filepath.Join(dir, name)); err == nil {
			ck.SetBytes("config", nil) // which names how long the run was to be when it was made
			text += string(ck.Marshal())
			continue
		}
		data, _ := os.ReadFile(filepath.Join(dir, name)) // none is a result too
		text += string(data)
	}
	return text
}

// damage is one way to spoil a folder; it says what it did.
type damage func(r *rand.Rand, dir string, others []string) string

func anyFile(r *rand.Rand, dir string) string {
	entries, _ := os.ReadDir(dir)
	for {
		if e := entries[r.IntN(len(entries))]; e.Name() != "lock" {
			return filepath.Join(dir, e.Name())
		}
	}
}

// rewriting makes a damage of a change to the bytes of a file.
func rewriting(what string, pick func(r *rand.Rand, dir string) string, change func(r *rand.Rand, b []byte) []byte) damage {
	return func(r *rand.Rand, dir string, _ []string) string {
		path := pick(r, dir)
		data, err := os.ReadFile(path)
		if err == nil && len(data) > 0 {
			os.WriteFile(path, change(r, bytes.Clone(data)), 0o644)
		}
		return what + " " + filepath.Base(path)
	}
}

func anyTable(r *rand.Rand, dir string) string {
	tables, _ := filepath.Glob(filepath.Join(dir, "*s.csv")) // not timing.csv
	return tables[r.IntN(len(tables))]
}

func manifestOf(_ *rand.Rand, dir string) string { return filepath.Join(dir, "manifest.json") }

var damages = []damage{
	rewriting("a bit of", anyFile, func(r *rand.Rand, b []byte) []byte { b[r.IntN(len(b))] ^= 1 << r.IntN(8); return b }),
	rewriting("a digit of", anyTable, func(r *rand.Rand, b []byte) []byte {
		for i := r.IntN(len(b)); ; i = (i + 1) % len(b) {
			if b[i] >= '0' && b[i] <= '9' {
				b[i] = '0' + (b[i]-'0'+byte(1+r.IntN(9)))%10
				return b
			}
		}
	}),
	rewriting("the tail of", anyFile, func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b))] }),
	rewriting("whole rows at the end of", anyTable, func(r *rand.Rand, b []byte) []byte {
		rows := bytes.SplitAfter(b, []byte("\n"))
		return bytes.Join(rows[:1+r.IntN(len(rows)-1)], nil)
	}),
	rewriting("zeros in", anyFile, func(r *rand.Rand, b []byte) []byte {
		at := r.IntN(len(b))
		clear(b[at:min(len(b), at+1+r.IntN(4096))])
		return b
	}),
	rewriting("line ends of", anyTable, func(_ *rand.Rand, b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }),
	rewriting("a byte-order mark in", anyTable, func(_ *rand.Rand, b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }),
	rewriting("a row twice in", anyTable, func(r *rand.Rand, b []byte) []byte {
		rows := bytes.SplitAfter(b, []byte("\n"))
		i := r.IntN(len(rows))
		return bytes.Join(slices.Insert(rows, i, rows[i]), nil)
	}),
	rewriting("nothing left of", anyFile, func(*rand.Rand, []byte) []byte { return nil }),
	rewriting("a setting in", manifestOf, editSetting),
	func(r *rand.Rand, dir string, _ []string) string {
		path := anyFile(r, dir)
		os.Remove(path)
		return "deleted " + filepath.Base(path)
	},
	func(r *rand.Rand, dir string, others []string) string {
		from := others[r.IntN(len(others))]
		path := anyFile(r, from)
		data, _ := os.ReadFile(path)
		os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o644)
		return fmt.Sprintf("%s of another time or run (%s)", filepath.Base(path), from)
	},
	func(r *rand.Rand, dir string, _ []string) string {
		path := anyFile(r, dir)
		os.Rename(path, path+".bak")
		os.Mkdir(path, 0o755)
		return "a folder instead of " + filepath.Base(path)
	},
}

// editSetting changes one setting to another valid value, as with an editor.
func editSetting(r *rand.Rand, b []byte) []byte {
	setting := regexp.MustCompile(`(?m)^    "(\w+)": ("[^"]*"|[0-9.e-]+|true|false)`)
	all := setting.FindAllSubmatchIndex(b, -1)
	for {
		m := all[r.IntN(len(all))]
		//lint:ignore SA6001 the names are used again below
		name, value := string(b[m[2]:m[3]]), string(b[m[4]:m[5]])
		other := map[string]string{"task": `"Hopper-v3"`, "inertia": `"exact"`, "contact": `"rne"`, "actor": `"lif"`, "coding": `"uni"`, "neuron": `"lif"`,
			"learn": `"layer"`, "surrogate": `"arctan"`, "true": "false", "false": "true"}
		changed, ok := other[name]
		if !ok {
			changed, ok = other[value]
		}
		if x, err := strconv.ParseFloat(value, 64); !ok && err == nil {
			changed, ok = fmt.Sprint(x/2), true
			if x == float64(int(x)) {
				changed = fmt.Sprint(int(x) + 1)
			}
		}
		if ok {
			return slices.Concat(b[:m[4]], []byte(changed), b[m[5]:])
		}
	}
}

// Whatever happens to a file of a run or of a stored result, no command takes
// the folder as if nothing had happened and makes other numbers of it.
// GOMDCSAN_DAMAGES sets how many tries; the full check is 500.
func TestNoDamageIsSilent(t *testing.T) {
	tries := 60
	if s := os.Getenv("GOMDCSAN_DAMAGES"); s != "" {
		tries, _ = strconv.Atoi(s)
	}
	experiment.Commit = strings.Repeat("0123456789", 4) // collect asks for one
	defer func() { experiment.Commit = "" }()
	dir := filepath.Join(t.TempDir(), "run")
	copies := trainTiny(t, dir, 0)
	other := filepath.Join(t.TempDir(), "other")
	others := append(trainTiny(t, other, 1)[:1], other, copies[1], copies[0])
	stored := t.TempDir()
	if out, err := gomdcsan("collect", dir, "-o", stored, "--policies"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	folders := []string{dir, copies[2], filepath.Join(stored, "run")}
	var intact []outcome
	for _, f := range folders {
		intact = append(intact, outcomeOf(t, copyTo(t, f, filepath.Join(t.TempDir(), "run"))))
	}
	for command, said := range intact[0].said {
		if said != "" {
			t.Fatalf("%s complains of an intact run: %s", command, said)
		}
	}
	r := rand.New(rand.NewPCG(14, uint64(tries)))
	same, loud := 0, 0
	for try := range tries {
		k := r.IntN(len(folders))
		spoilt := copyTo(t, folders[k], filepath.Join(t.TempDir(), "run"))
		what := damages[r.IntN(len(damages))](r, spoilt, others)
		got := outcomeOf(t, spoilt)
		for command, numbers := range got.numbers {
			switch {
			case numbers == intact[k].numbers[command]:
				same++
			case got.said[command] != "":
				loud++
			default:
				t.Errorf("try %d, folder %d: %s: %s says nothing and gives\n%.1500s\ninstead of\n%.1500s", try, k, what, command, numbers, intact[k].numbers[command])
			}
		}
	}
	t.Logf("%d tries of %d commands: %d times the same numbers, %d times an error or a notice", tries, len(intact[0].numbers), same, loud)
}
