package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"
	"io"
	"time"
)

// signature opens every PNG file.
const signature = "\x89PNG\r\n\x1a\n"

// APNG writes the film as an animated PNG that repeats: full colours, exact
// delays; programs that know PNG alone show the first frame. The format is
// PNG's third edition: an acTL chunk, then for every frame an fcTL chunk and
// the data, which after the first frame is in fdAT chunks.
func (f *Film) APNG(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	frames, err := f.encodeFrames()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString(signature)
	chunk(&out, "IHDR", frames[0].header)
	chunk(&out, "acTL", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(len(frames))), 0))
	sequence := uint32(0)
	for i, fr := range frames {
		chunk(&out, "fcTL", f.control(sequence))
		sequence++
		if i == 0 {
			chunk(&out, "IDAT", fr.data)
			continue
		}
		chunk(&out, "fdAT", append(binary.BigEndian.AppendUint32(nil, sequence), fr.data...))
		sequence++
	}
	chunk(&out, "IEND", nil)
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("render: write APNG: %w", err)
	}
	return nil
}

// control is the content of an fcTL chunk: a frame of full size that replaces
// the one before.
func (f *Film) control(sequence uint32) []byte {
	size := f.Frames[0].Rect.Size()
	var b []byte
	for _, v := range []uint32{sequence, uint32(size.X), uint32(size.Y), 0, 0} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	const hertz = 10000
	b = binary.BigEndian.AppendUint16(b, uint16(min(f.Delay*hertz/time.Second, 1<<16-1)))
	b = binary.BigEndian.AppendUint16(b, hertz)
	return append(b, 0, 0)
}

// compressed is a frame as PNG: the header chunk and the compressed data.
type compressed struct{ header, data []byte }

// encodeFrames compresses all frames, on all cores.
func (f *Film) encodeFrames() ([]compressed, error) {
	frames, errs := make([]compressed, len(f.Frames)), make([]error, len(f.Frames))
	inRows(len(frames), func(i int, _ []int) {
		var b bytes.Buffer
		if err := png.Encode(&b, f.Frames[i]); err != nil {
			errs[i] = fmt.Errorf("render: frame %d: %w", i, err)
			return
		}
		frames[i] = split(b.Bytes())
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return frames, nil
}

// split takes the header and the data out of a PNG file that image/png wrote.
func split(file []byte) (c compressed) {
	for b := file[len(signature):]; len(b) >= 12; {
		n := binary.BigEndian.Uint32(b)
		kind, body := string(b[4:8]), b[8:8+n]
		switch kind {
		case "IHDR":
			c.header = body
		case "IDAT":
			c.data = append(c.data, body...)
		}
		b = b[12+n:]
	}
	return c
}

// chunk writes a chunk: length, kind, content, checksum.
func chunk(w *bytes.Buffer, kind string, content []byte) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, kind...), content...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	w.Write(b)
}
