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
	state       LogState
	dirty       []segment // segments with unwritten bytes, the open one last
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
// that prefix are removed.
func NewLog(dir, prefix string, perSegment int) (*Log, error) {
	return OpenLog(dir, prefix, LogState{PerSegment: perSegment})
}

// OpenLog goes on with a log at a state that Flush returned: what was appended
// later is cut off.
func OpenLog(dir, prefix string, s LogState) (*Log, error) {
	if s.PerSegment < 1 || s.First < 0 || s.Records < 0 || int64(s.First+len(s.Segments)) != (s.Records+int64(s.PerSegment)-1)/int64(s.PerSegment) {
		return nil, fmt.Errorf("checkpoint: log %s: impossible state %+v: %w", prefix, s, ErrCorrupt)
	}
	l := &Log{dir: dir, prefix: prefix, state: s}
	l.state.Segments = append([]SegmentState(nil), s.Segments...)
	if err := l.removeSegments(func(n int) bool { return n < s.First || n >= s.First+len(s.Segments) }); err != nil {
		return nil, err
	}
	for i, g := range s.Segments {
		info, err := os.Stat(l.path(s.First + i))
		if err != nil {
			return nil, fmt.Errorf("checkpoint: log %s: %w", prefix, err)
		}
		if info.Size() < g.Bytes {
			return nil, fmt.Errorf("checkpoint: %s has %d of %d bytes: %w", l.path(s.First+i), info.Size(), g.Bytes, ErrTruncated)
		}
		if info.Size() > g.Bytes {
			if err := os.Truncate(l.path(s.First+i), g.Bytes); err != nil {
				return nil, fmt.Errorf("checkpoint: log %s: %w", prefix, err)
			}
		}
	}
	return l, nil
}

func (l *Log) path(n int) string {
	return filepath.Join(l.dir, fmt.Sprintf("%s-%06d.log", l.prefix, n))
}

// removeSegments deletes the segment files whose number fits.
func (l *Log) removeSegments(fits func(n int) bool) error {
	paths, err := filepath.Glob(filepath.Join(l.dir, l.prefix+"-*.log"))
	if err != nil {
		return fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
	}
	for _, p := range paths {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(p), l.prefix+"-%06d.log", &n); err != nil || p != l.path(n) || !fits(n) {
			continue
		}
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
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
	f, err := os.OpenFile(l.path(g.number), os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("checkpoint: log %s: %w", l.prefix, err)
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
