package experiment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"gomdcsan/mdcsan/checkpoint"
)

// errTable is what a table's rows or their comparison found wrong.
var errTable = errors.New("damaged table")

// readText reads a table as the program wrote it, whatever a spreadsheet or
// git have done to its line ends. A last line without an end, which is still
// being written, is left out. A file that is not there gives nil.
func readText(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: %w", err)
	}
	data = normalised(data)
	return data[:bytes.LastIndexByte(data, '\n')+1], nil
}

func normalised(data []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
}

// firstDifference names the row in which two tables differ; the header is row 1.
func firstDifference(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range a {
		if i >= len(b) || !bytes.Equal(a[i], b[i]) {
			return fmt.Sprintf("row %d", i+1)
		}
	}
	return fmt.Sprintf("row %d", len(a)+1)
}

// columnsOf returns the named columns of a CSV file's text as numbers; empty
// cells are NaN. Every cell of the file must be a number.
func columnsOf(text []byte, columns ...string) ([][]float64, error) {
	r := csv.NewReader(bytes.NewReader(text))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("no header line: %w", err)
	}
	header = slices.Clone(header)
	at := make([]int, len(columns))
	for i, c := range columns {
		if at[i] = slices.Index(header, c); at[i] < 0 {
			return nil, fmt.Errorf("no column %q among %s", c, strings.Join(header, ", "))
		}
	}
	out := make([][]float64, len(columns))
	for line := 2; ; line++ {
		row, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", line, err)
		}
		numbers := make([]float64, len(row))
		for k, cell := range row {
			if numbers[k], err = parseCell(cell); err != nil {
				return nil, fmt.Errorf("row %d, column %s: %w", line, header[k], err)
			}
		}
		for i, k := range at {
			out[i] = append(out[i], numbers[k])
		}
	}
}

func parseCell(s string) (float64, error) {
	if s == "" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(s, 64)
}

// evaluationRows are a run's two tables of evaluations, read and compared:
// every row of progress.csv must be the mean and the deviation of the episodes
// in evaluations.csv.
type evaluationRows struct {
	steps, mean, std []float64
	missing          bool // evaluations.csv is not there: nothing to compare with
	ahead, behind    bool // it has rows of an evaluation that progress.csv lacks; it lacks those of the last
	episodes         int  // rows of it that belong to the evaluations
}

// compareTables reads both tables. From the row exactFrom on (0 is the first
// evaluation) the bits must be equal; numbers that another processor or an
// earlier program has summed may differ in the last.
func compareTables(progress, evaluations []byte, exactFrom int) (*evaluationRows, error) {
	p, err := columnsOf(progress, "step", "eval_mean", "eval_std", "eval_min", "eval_max", "eval_length")
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", progressName, errTable, err)
	}
	rows := &evaluationRows{steps: p[0], mean: p[1], std: p[2], missing: evaluations == nil}
	for i, step := range rows.steps {
		if step < 1 || step != math.Trunc(step) || i > 0 && step <= rows.steps[i-1] {
			return nil, fmt.Errorf("%s, row %d: step %v after step %v: %w", progressName, i+2, step, rows.steps[max(i-1, 0)], errTable)
		}
	}
	if rows.missing {
		return rows, nil
	}
	e, err := columnsOf(evaluations, "step", "episode", "return", "length")
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", evaluationsName, errTable, err)
	}
	at := 0
	for i, step := range rows.steps {
		first := at
		for at < len(e[0]) && e[0][at] == step && e[1][at] == float64(at-first) {
			at++
		}
		if at == first && at == len(e[0]) && i == len(rows.steps)-1 {
			rows.steps, rows.mean, rows.std, rows.behind = rows.steps[:i], rows.mean[:i], rows.std[:i], true
			break
		}
		if at == first {
			return nil, fmt.Errorf("%s, row %d: expected episode 0 of step %v, which %s has in row %d: %w", evaluationsName, at+2, step, progressName, i+2, errTable)
		}
		mean, std := stat.PopMeanStdDev(e[2][first:at], nil)
		exact := i >= exactFrom
		for k, x := range []float64{mean, std, slices.Min(e[2][first:at]), slices.Max(e[2][first:at]), stat.Mean(e[3][first:at], nil)} {
			if !same(x, p[1+k][i], exact) {
				return nil, fmt.Errorf("%s, row %d: %s is %v at step %v, but rows %d to %d of %s give %v: %w", progressName, i+2,
					[]string{"eval_mean", "eval_std", "eval_min", "eval_max", "eval_length"}[k], p[1+k][i], step, first+2, at+1, evaluationsName, x, errTable)
			}
		}
	}
	rows.ahead, rows.episodes = at < len(e[0]), at
	if rows.ahead && (e[0][at] != math.Trunc(e[0][at]) || at > 0 && e[0][at] <= e[0][at-1]) {
		return nil, fmt.Errorf("%s, row %d: episode %v of step %v is not expected there: %w", evaluationsName, at+2, e[1][at], e[0][at], errTable)
	}
	return rows, nil
}

func same(a, b float64, exact bool) bool {
	if exact || a != a || b != b || math.IsInf(a, 0) {
		return a == b || a != a && b != b
	}
	return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a))
}

// witness is what a folder says of itself beside its tables.
type witness struct {
	manifest *Manifest
	tables   map[string][]byte // from the checkpoint; nil if it holds none
	history  []*Evaluation     // from a checkpoint that holds no tables
	vouched  int               // rows of progress.csv that somebody vouches for
	notes    []string
}

// summon reads what vouches for the results in a folder. A checkpoint of other
// settings than the manifest's is an error.
func summon(dir string, m *Manifest) (*witness, error) {
	w := &witness{manifest: m}
	if m.Stored {
		return w, nil
	}
	path := filepath.Join(dir, latestName)
	ck, err := checkpoint.ReadEntries(path, "config", tablePrefix+progressName, tablePrefix+evaluationsName, tablePrefix+episodesName,
		"evaluations/sizes", "evaluations/step", "evaluations/episodes", "evaluations/returns", "evaluations/lengths")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if m.Saved && !m.sealed() {
			w.notes = append(w.notes, fmt.Sprintf("%s is gone: there is no checkpoint to compare the tables with", path))
		}
		return w, nil
	case err != nil:
		w.notes = append(w.notes, fmt.Sprintf("the checkpoint cannot vouch for the tables: %v", err))
		return w, nil
	}
	if err := sameSettings(ck, m, path); err != nil {
		return nil, err
	}
	w.tables = map[string][]byte{}
	for _, name := range tableNames {
		if text, err := ck.Bytes(tablePrefix + name); err == nil {
			w.tables[name] = text
		}
	}
	w.history, _, err = readEvaluations(ck)
	if _, ok := w.tables[evaluationsName]; !ok && err == nil {
		w.tables[evaluationsName] = evaluationsText(w.history)
	}
	return w, err
}

// evaluationsText is evaluations.csv as an older checkpoint knows it.
func evaluationsText(history []*Evaluation) []byte {
	t := newTable(nil, evaluationsName)
	for _, e := range history {
		t.addEvaluation(e)
	}
	return t.text
}

// checkOld compares progress.csv with the evaluations of an older checkpoint,
// which does not hold it.
func checkOld(dir string, m *Manifest, progress, evaluations []byte, history []*Evaluation) error {
	rows, err := compareTables(progress, evaluations, math.MaxInt)
	if err != nil {
		return fmt.Errorf("experiment: %s: %w", dir, err)
	}
	return (&witness{manifest: m, history: history}).agrees(dir, rows)
}

// sameSettings compares what a checkpoint was made with and what the manifest
// says.
func sameSettings(ck *checkpoint.File, m *Manifest, path string) error {
	var made Config
	if err := ck.JSON("config", &made); err != nil {
		return fmt.Errorf("experiment: %s: %w", path, err)
	}
	if text := differences(identity(made), identity(m.Config)); text != "" {
		return fmt.Errorf("experiment: %s belongs to a run of other settings than %s (there: the checkpoint, here: the manifest):%s", path, manifestName, text)
	}
	return nil
}

// text returns a table as far as somebody vouches for it, with what was read
// beyond the checkpoint, and notes where the file is not as it was written.
func (w *witness) text(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, name)
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	if want, ok := w.tables[name]; ok {
		if !bytes.HasPrefix(text, want) {
			w.notes = append(w.notes, fmt.Sprintf("%s differs from the checkpoint in %s; the checkpoint's rows are used (gomdcsan train --resume writes the table anew)", path, firstDifference(text, want)))
			text = want
		}
		if final := w.manifest.Files[name]; final != "" && digest(want) != final {
			w.notes = append(w.notes, fmt.Sprintf("%s is older than the run's end", filepath.Join(dir, latestName)))
		}
		if name == progressName {
			w.vouched = bytes.Count(want, []byte("\n")) - 1
		}
		return text, nil
	}
	want := w.manifest.Files[name]
	if want != "" && digest(text) != want {
		return nil, fmt.Errorf("experiment: %s is not as it was written: its digest is not that of %s, and there is no checkpoint to mend it from; put a copy back", path, manifestName)
	}
	if name == progressName && want != "" {
		w.vouched = math.MaxInt
	}
	return text, nil
}

// exactFrom is the first row of progress.csv that nobody vouches for, if it was
// summed by a processor and a program like this one.
func (w *witness) exactFrom() int {
	n := len(w.manifest.Sessions)
	if w.manifest.Format >= 2 && n > 0 && w.manifest.Sessions[n-1].Machine.Arch == runtime.GOARCH {
		return w.vouched
	}
	return math.MaxInt
}

// agrees compares the tables with the evaluations that an older checkpoint
// holds instead of them.
func (w *witness) agrees(dir string, rows *evaluationRows) error {
	for i, e := range w.history {
		switch {
		case i >= len(rows.steps):
			return fmt.Errorf("experiment: %s ends before the evaluation of step %d, which the checkpoint has: %w", filepath.Join(dir, progressName), e.Step, errTable)
		case rows.steps[i] != float64(e.Step) || !same(rows.mean[i], e.Mean, false) || !same(rows.std[i], e.Std, false):
			return fmt.Errorf("experiment: %s, row %d: %v ± %v at step %v; the checkpoint has %v ± %v at step %d: %w", filepath.Join(dir, progressName), i+2,
				rows.mean[i], rows.std[i], rows.steps[i], e.Mean, e.Std, e.Step, errTable)
		}
	}
	return nil
}

// checkEpisodes looks whether the rows of episodes.csv follow each other: an
// episode of n steps ends at least n steps after the one before.
func checkEpisodes(text []byte) error {
	rows, err := columnsOf(text, "step", "episode", "return", "length")
	if err != nil {
		return fmt.Errorf("%w: %w", errTable, err)
	}
	at := 0.0
	for i, step := range rows[0] {
		if step < at+rows[3][i] || rows[1][i] != float64(i+1) || math.IsNaN(rows[2][i]) {
			return fmt.Errorf("row %d: episode %v of %v steps ends at step %v, the one before at %v: %w", i+2, rows[1][i], rows[3][i], step, at, errTable)
		}
		at = step
	}
	return nil
}

// head returns the first n lines of a text.
func head(text []byte, n int) []byte {
	end := 0
	for range n {
		end += bytes.IndexByte(text[end:], '\n') + 1
	}
	return text[:end]
}
