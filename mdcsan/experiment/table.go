package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"gomdcsan/mdcsan/checkpoint"
)

// table is an append-only CSV file. All of it is in memory, and in every
// checkpoint: the file is written from there, appended to where it is as it
// was left, and anew where it is not.
type table struct {
	folder  *folder
	name    string
	text    []byte
	written int // bytes of text that are in the file
	reach   int // the file may be as long as this: an attempt to append failed
	synced  int // bytes known to be on the disk
	self    fs.FileInfo
}

var tableColumns = map[string]string{
	progressName:    "step,episodes,eval_mean,eval_std,eval_min,eval_max,eval_length,train_return,critic_loss,actor_loss,updates",
	evaluationsName: "step,episode,return,length",
	episodesName:    "step,episode,return,length",
}

// tableNames are the run's tables in the order in which they are written: a
// row of progress.csv follows those of evaluations.csv that it sums up.
var tableNames = []string{evaluationsName, progressName, episodesName}

// newTable starts a table with its header line.
func newTable(f *folder, name string) *table {
	return &table{folder: f, name: name, text: []byte(tableColumns[name] + "\n")}
}

// add appends a row. Cells are int, float64 or string; floats are written with
// the digits that give them back exactly, NaN as an empty cell.
func (t *table) add(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			t.text = append(t.text, ',')
		}
		switch x := c.(type) {
		case int:
			t.text = strconv.AppendInt(t.text, int64(x), 10)
		case float64:
			if x == x {
				t.text = strconv.AppendFloat(t.text, x, 'g', -1, 64)
			}
		case string:
			t.text = append(t.text, x...)
		default:
			panic(fmt.Sprintf("experiment: table cell %T", c))
		}
	}
	t.text = append(t.text, '\n')
}

// addEvaluation appends a row per episode.
func (t *table) addEvaluation(ev *Evaluation) {
	for i, x := range ev.Returns {
		t.add(ev.Step, i, x, ev.Lengths[i])
	}
}

// flush writes what the file lacks; durable also syncs it.
func (t *table) flush(durable bool) error {
	if t.written == len(t.text) && (!durable || t.synced == t.written) {
		return nil
	}
	if err := t.folder.claim(t.name); err != nil {
		return err
	}
	err := t.append(durable)
	if errors.Is(err, errChanged) {
		return t.rewrite()
	}
	if err != nil {
		t.reach = len(t.text)
		return fmt.Errorf("experiment: %w", err)
	}
	t.written, t.reach = len(t.text), len(t.text)
	if durable {
		t.synced = t.written
	}
	return nil
}

// errChanged means that a table's file is not as the run left it.
var errChanged = errors.New("changed by another program")

// append adds to the file what it lacks.
func (t *table) append(durable bool) error {
	info, err := os.Lstat(t.folder.path(t.name))
	if err != nil || !t.asLeft(info) || checkpoint.Links(info) > 1 {
		return errChanged
	}
	f, err := os.OpenFile(t.folder.path(t.name), os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(t.text[t.written:], int64(t.written))
	if err == nil && durable {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// asLeft reports whether a file is the one that the run wrote last.
func (t *table) asLeft(info fs.FileInfo) bool {
	return t.written > 0 && os.SameFile(info, t.self) && int64(t.written) <= info.Size() && info.Size() <= int64(t.reach)
}

// rewrite writes the whole table. A file that the run has written, and that
// somebody else has changed since, is kept beside it.
func (t *table) rewrite() error {
	if err := t.folder.gone(); err != nil {
		return err
	}
	info, err := os.Lstat(t.folder.path(t.name))
	if err == nil && t.written > 0 && !t.asLeft(info) {
		aside, err := t.folder.setAside(t.name)
		if err != nil {
			return err
		}
		t.folder.note("%s was changed by another program while the run trained; it is written anew, and what was there is in %s", t.folder.path(t.name), aside)
	}
	if err := t.folder.write(t.name, t.text); err != nil {
		return err
	}
	return t.isWritten()
}

// isWritten notes that the file holds the whole table.
func (t *table) isWritten() (err error) {
	t.written, t.reach, t.synced = len(t.text), len(t.text), len(t.text)
	if t.self, err = os.Lstat(t.folder.path(t.name)); err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	return nil
}

// tablePrefix begins the names of the tables in a checkpoint.
const tablePrefix = "table/"

// restore takes up the table as the checkpoint has it.
func (t *table) restore(ck *checkpoint.File) (err error) {
	if ck.Has(tablePrefix + t.name) {
		t.text, err = ck.Bytes(tablePrefix + t.name)
		return err
	}
	if err := t.restoreOld(ck); err != nil || t.name != evaluationsName {
		return err
	}
	history, _, err := readEvaluations(ck)
	t.text = evaluationsText(history)
	return err
}

// restoreOld is for a checkpoint that has only how many bytes of the file
// belong to it: they must be in order.
func (t *table) restoreOld(ck *checkpoint.File) error {
	lengths, err := ck.Int64("run/tables", len(tableNames))
	if err != nil {
		return err
	}
	length := lengths[slices.Index([]string{progressName, evaluationsName, episodesName}, t.name)]
	if t.name == evaluationsName {
		return nil // the checkpoint has its numbers
	}
	path := t.folder.path(t.name)
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("experiment: the checkpoint belongs to a table that cannot be read: %w", err)
	}
	if int64(len(data)) < length {
		return fmt.Errorf("experiment: %s has %d of the %d bytes that belong to the checkpoint: %w", path, len(data), length, checkpoint.ErrTruncated)
	}
	t.text = data[:length:length]
	if !bytes.HasSuffix(t.text, []byte("\n")) || bytes.ContainsRune(t.text, '\r') {
		return fmt.Errorf("experiment: %s: other line ends or rows than the checkpoint's %d bytes: %w", path, length, errTable)
	}
	if err := checkEpisodes(t.text); t.name == episodesName && err != nil {
		return fmt.Errorf("experiment: %s: %w", path, err)
	}
	return nil
}

// mend makes the file what the checkpoint says. What somebody else has changed
// is kept beside it.
func (t *table) mend() error {
	path := t.folder.path(t.name)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("experiment: %w", err)
	}
	switch {
	case err == nil && bytes.Equal(data, t.text):
		return t.isWritten()
	case err != nil && string(t.text) == tableColumns[t.name]+"\n":
		return nil // no row yet
	}
	if plain := normalised(data); err == nil && !bytes.HasPrefix(plain, t.text) {
		aside, err := t.folder.setAside(t.name)
		if err != nil {
			return err
		}
		t.folder.note("%s differed from the checkpoint in %s: it is written anew from there, and what was there is in %s", path, firstDifference(plain, t.text), aside)
	}
	return t.rewrite()
}
