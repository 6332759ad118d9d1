package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// Log is an append-only series of records, kept in segment files
// PREFIX-000000.log, PREFIX-000001.log, ... of a fixed number of records each.
// Records are opaque and may differ in length.
//
// Append only buffers. Flush makes everything durable and returns the state to
// put into the checkpoint; what lies in the files beyond the state of the last
// durable checkpoint is cut off by OpenLog. A failed Flush (full disk) loses
// nothing: call it again.
type Log struct {
	dir, prefix string
	owner       Owner
	state       LogState
	dirty       []segment // segments with unwritten bytes, the open one last
}

// Owner says which files of a folder a Log may write and remove.
type Owner interface {
	Claim(name string) error // before a file is made or written; an error refuses it
	Owned() []string         // the names that were claimed, in this process or before
}

// everything is the Owner of a folder that holds nothing but logs.
type everything string

func (everything) Claim(string) error { return nil }

func (dir everything) Owned() (names []string) {
	entries, _ := os.ReadDir(string(dir)) // what cannot be listed cannot be removed either
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// LogState says which part of the files belongs to a checkpoint.
type LogState struct {
	PerSegment int            `json:"per_segment"` // records in a full segment
	Records    int64          `json:"records"`     // appended since the log began
	First      int            `json:"first"`       // number of the first kept segment
	Segments   []SegmentState `json:"segments"`    // First, First+1, ...
}

// SegmentState is the part of one segment file that counts.
type SegmentState struct {
	Bytes int64  `json:"bytes"`
	CRC   uint32 `json:"crc"` // CRC-32C of those bytes
}

type segment struct {
	number  int
	written int64 // bytes in the file
	tail    []byte
}

// NewLog begins a log in dir, which must exist; segments of an older log of
// that prefix are removed, as far as they are the owner's. A nil owner owns
// every file of the folder.
func NewLog(dir, prefix string, perSegment int, owner Owner) (*Log, error) {
	return OpenLog(dir, prefix, LogState{PerSegment: perSegment}, owner)
}

// OpenLog goes on with a log at a state that Flush returned: what was appended
// later is cut off.
func OpenLog(dir, prefix string, s LogState, owner Owner) (*Log, error) {
	if s.PerSegment < 1 || s.First < 0 || s.Records < 0 || int64(s.First+len(s.Segments)) != (s.Records+int64(s.PerSegment)-1)/int64(s.PerSegment) {
		return nil, fmt.Errorf("checkpoint: log %s: impossible state %+v: %w", prefix, s, ErrCorrupt)
	}
	if owner == nil {
		owner = everything(dir)
	}
	l := &Log{dir: dir, prefix: prefix, owner: owner, state: s}
	l.state.Segments = append([]SegmentState(nil), s.Segments...)
	for i, g := range s.Segments { // before anything is changed
		if err := l.check(s.First+i, g.Bytes); err != nil {
			return nil, err
		}
	}
	if err := l.removeSegments(func(n int) bool { return n < s.First || n >= s.First+len(s.Segments) }); err != nil {
		return nil, err
	}
	for i, g := range s.Segments {
		if err := cut(l.path(s.First+i), g.Bytes); err != nil {
			return nil, fmt.Errorf("checkpoint: log %s: %w", prefix, err)
		}
	}
	return l, nil
}

// check makes sure that a segment is there, long enough and the owner's.
func (l *Log) check(n int, size int64) error {
	if err := l.owner.Claim(l.name(n)); err != nil {
		return err
	}
	info, err := os.Stat(l.path(n))
	if err != nil {
		return fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
	}
	if info.Size() < size {
		return fmt.Errorf("checkpoint: %s has %d of %d bytes: %w", l.path(n), info.Size(), size, ErrTruncated)
	}
	return nil
}

// cut shortens a file. A file that has another name too, in a backup made of
// hard links, is replaced by a copy instead: the backup stays as it is.
func cut(path string, size int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if Links(info) > 1 {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return WriteAtomic(path, data[:size])
	}
	if info.Size() == size {
		return nil
	}
	return os.Truncate(path, size)
}

func (l *Log) name(n int) string { return fmt.Sprintf("%s-%06d.log", l.prefix, n) }

func (l *Log) path(n int) string { return filepath.Join(l.dir, l.name(n)) }

// removeSegments deletes the owner's segment files whose number fits.
func (l *Log) removeSegments(fits func(n int) bool) error {
	for _, name := range l.owner.Owned() {
		var n int
		if _, err := fmt.Sscanf(name, l.prefix+"-%06d.log", &n); err != nil || name != l.name(n) || !fits(n) {
			continue
		}
		if err := os.Remove(l.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
		}
	}
	return nil
}

// Records returns the number of records appended since the log began.
func (l *Log) Records() int64 { return l.state.Records }

// State returns the state that includes what is not flushed yet.
func (l *Log) State() LogState {
	s := l.state
	s.Segments = append([]SegmentState(nil), s.Segments...)
	return s
}

// Append adds one record to the buffer. It keeps no reference to rec.
func (l *Log) Append(rec []byte) {
	s := &l.state
	n := int(s.Records / int64(s.PerSegment))
	if i := n - s.First; i == len(s.Segments) {
		s.Segments = append(s.Segments, SegmentState{})
	}
	g := &s.Segments[n-s.First]
	if k := len(l.dirty); k == 0 || l.dirty[k-1].number != n {
		l.dirty = append(l.dirty, segment{number: n, written: g.Bytes})
	}
	d := &l.dirty[len(l.dirty)-1]
	from := len(d.tail)
	d.tail = binary.AppendUvarint(d.tail, uint64(len(rec)))
	d.tail = append(d.tail, rec...)
	g.Bytes += int64(len(d.tail) - from)
	g.CRC = crc32.Update(g.CRC, castagnoli, d.tail[from:])
	s.Records++
}

// Flush writes and syncs what was appended and returns the state that belongs
// into the checkpoint.
func (l *Log) Flush() (LogState, error) {
	for len(l.dirty) > 0 {
		if err := l.writeSegment(l.dirty[0]); err != nil {
			return LogState{}, err
		}
		if len(l.dirty) == 1 { // keep the buffer of the open segment
			l.dirty[0].written += int64(len(l.dirty[0].tail))
			l.dirty[0].tail = l.dirty[0].tail[:0]
			break
		}
		l.dirty = l.dirty[1:]
	}
	return l.State(), nil
}

func (l *Log) writeSegment(g segment) error {
	if len(g.tail) == 0 {
		return nil
	}
	f, err := l.openSegment(g)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(g.tail, g.written)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
	}
	if g.written == 0 {
		return SyncDir(l.dir)
	}
	return nil
}

// openSegment opens a segment's file where g goes on. One of which somebody
// took the beginning away is an error: what is appended would not be found.
func (l *Log) openSegment(g segment) (*os.File, error) {
	if g.written > 0 {
		if err := l.check(g.number, g.written); err != nil {
			return nil, err
		}
		if err := cut(l.path(g.number), g.written); err != nil {
			return nil, fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
		}
	} else if err := l.owner.Claim(l.name(g.number)); err != nil {
		return nil, err
	}
	flags := os.O_WRONLY
	if g.written == 0 {
		flags |= os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(l.path(g.number), flags, 0o644)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
	}
	return f, nil
}

// DropBefore forgets the segments that lie wholly before the given record.
// Their files go away with the next Prune.
func (l *Log) DropBefore(record int64) {
	keep := int(max(record, 0) / int64(l.state.PerSegment))
	for l.state.First < keep && len(l.state.Segments) > 1 {
		l.state.First++
		l.state.Segments = l.state.Segments[1:]
	}
}

// Prune removes the files of dropped segments. Call it only after the
// checkpoint with the state that dropped them is durable.
func (l *Log) Prune() error {
	return l.removeSegments(func(n int) bool { return n < l.state.First })
}

// ReadSegment returns the records of the i-th kept segment and the number of
// the first of them. It reads what has been flushed.
func (l *Log) ReadSegment(i int) (records [][]byte, first int64, err error) {
	g, n := l.state.Segments[i], l.state.First+i
	data, err := os.ReadFile(l.path(n))
	if err != nil {
		return nil, 0, fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
	}
	if int64(len(data)) < g.Bytes {
		return nil, 0, fmt.Errorf("checkpoint: %s has %d of %d bytes: %w", l.path(n), len(data), g.Bytes, ErrTruncated)
	}
	data = data[:g.Bytes]
	if crc32.Checksum(data, castagnoli) != g.CRC {
		return nil, 0, fmt.Errorf("checkpoint: %s: checksum: %w", l.path(n), ErrCorrupt)
	}
	if records, err = splitRecords(data); err != nil {
		return nil, 0, fmt.Errorf("checkpoint: %s: %w", l.path(n), err)
	}
	return records, int64(n) * int64(l.state.PerSegment), nil
}

// splitRecords undoes the framing: each record follows its length (uvarint).
func splitRecords(data []byte) (records [][]byte, err error) {
	for len(data) > 0 {
		size, n := binary.Uvarint(data)
		if n <= 0 || size > uint64(len(data)-n) {
			return nil, fmt.Errorf("record %d: %w", len(records), ErrCorrupt)
		}
		end := n + int(size)
		records = append(records, data[n:end:end])
		data = data[end:]
	}
	return records, nil
}
