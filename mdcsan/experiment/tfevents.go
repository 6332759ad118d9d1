package experiment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// eventFile writes TensorBoard's event files: TFRecords of Event messages in
// protocol-buffer encoding (tensorflow/core/util/event.proto). Only scalars
// are needed, so the few fields are written by hand.
type eventFile struct{ f *os.File }

// createEventFile starts an event file of a session that goes on after a step.
// TensorBoard reads all files of a folder in the order of their names, and at
// a SessionLog START forgets what came after its step. A second session within
// a second takes the next free number.
func createEventFile(dir string, now time.Time, step int) (*eventFile, error) {
	var f *os.File
	err := os.ErrExist
	for second := now.Unix(); errors.Is(err, os.ErrExist); second++ {
		name := fmt.Sprintf("events.out.tfevents.%010d.gomdcsan", second)
		f, err = os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: tensorboard: %w", err)
	}
	e := &eventFile{f}
	b := appendDouble(nil, 1, seconds(now))
	if err := e.record(appendBytes(b, 3, []byte("brain.Event:2"))); err != nil || step == 0 {
		return e, err
	}
	// The first step that TensorBoard is to forget. Event: 7 session_log;
	// SessionLog: 1 status, START is 1.
	b = appendDouble(nil, 1, seconds(now))
	b = binary.AppendUvarint(append(b, 2<<3), uint64(step+1))
	return e, e.record(appendBytes(b, 7, []byte{1 << 3, 1}))
}

// scalars writes one event with a value per tag.
func (e *eventFile) scalars(now time.Time, step int, values map[string]float64) error {
	var summary []byte
	tags := make([]string, 0, len(values))
	for tag := range values {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		v := appendBytes(nil, 1, []byte(tag))
		v = binary.LittleEndian.AppendUint32(append(v, 2<<3|5), math.Float32bits(float32(values[tag])))
		summary = appendBytes(summary, 1, v)
	}
	b := appendDouble(nil, 1, seconds(now))
	b = binary.AppendUvarint(append(b, 2<<3), uint64(step))
	return e.record(appendBytes(b, 5, summary))
}

// record writes a TFRecord: length, its masked CRC, data, their masked CRC.
func (e *eventFile) record(data []byte) error {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, maskedCRC(b))
	b = append(b, data...)
	b = binary.LittleEndian.AppendUint32(b, maskedCRC(data))
	if _, err := e.f.Write(b); err != nil {
		return fmt.Errorf("experiment: tensorboard: %w", err)
	}
	return nil
}

func (e *eventFile) close() error {
	if e == nil {
		return nil
	}
	return errors.Join(e.f.Sync(), e.f.Close())
}

func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return (c>>15 | c<<17) + 0xa282ead8
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

func appendDouble(b []byte, field int, x float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, byte(field<<3|1)), math.Float64bits(x))
}

func appendBytes(b []byte, field int, data []byte) []byte {
	b = binary.AppendUvarint(append(b, byte(field<<3|2)), uint64(len(data)))
	return append(b, data...)
}
