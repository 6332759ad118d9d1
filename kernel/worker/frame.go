package worker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gomdcsan/kernel/engine"
)

// A frame is a length (4 bytes, big endian, of all that follows), a kind (1
// byte), the number of the request it belongs to (4 bytes) and a payload:
// JSON, except for the output of cells, which is most of the traffic.
const (
	frameHead = 4 + 1 + 4
	maxFrame  = 128 << 20 // bytes; a larger one is damage, or a display that no notebook can hold
)

type frameKind byte

// The kinds of frames, with their payloads.
const (
	// front to worker; the first four are answered by a frameReply
	frameExecute    frameKind = iota + 1 // engine.Cell
	frameComplete                        // question
	frameInspect                         // question
	frameIsComplete                      // question
	frameInterrupt                       // nothing
	frameInput                           // engine.InputReply
	frameComm                            // engine.CommMessage
	frameClose                           // nothing
	// worker to front
	frameHello  // hello: the engine is ready, or why it is not
	frameReply  // engine.Outcome, Completion, Inspection or Completeness
	frameEvent  // engine.Event
	frameStream // cell and stream name, each after its length in one byte or more, then the text as it is
	frameLast   // no frame: the end of the list
)

// question is what Complete, Inspect and IsComplete ask.
type question struct {
	Code   string `json:"code"`
	Pos    int    `json:"pos"`
	Detail int    `json:"detail,omitempty"`
}

// hello is the worker's first frame.
type hello struct {
	Version int    `json:"version"` // frameVersion
	Error   string `json:"error,omitempty"`
}

// frameVersion is raised when what the frames say changes: front and worker
// are two programs, of which one may be left over from another build.
const frameVersion = 1

type frame struct {
	kind    frameKind
	id      uint32
	payload []byte
}

var errFrame = errors.New("not a frame")

// appendFrame appends the encoded frame to dst.
func appendFrame(dst []byte, f frame) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.payload)+frameHead-4))
	dst = append(dst, byte(f.kind))
	dst = binary.BigEndian.AppendUint32(dst, f.id)
	return append(dst, f.payload...)
}

// readFrame reads a frame. The memory it takes grows with what arrives, not
// with what the length claims.
func readFrame(r *bufio.Reader) (frame, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := int64(binary.BigEndian.Uint32(head[:])) - (frameHead - 4)
	f := frame{kind: frameKind(head[4]), id: binary.BigEndian.Uint32(head[5:])}
	if n < 0 || n > maxFrame || f.kind == 0 || f.kind >= frameLast {
		return frame{}, fmt.Errorf("%w: length %d, kind %d", errFrame, n, f.kind)
	}
	if n <= 1<<20 {
		f.payload = make([]byte, n)
		_, err := io.ReadFull(r, f.payload)
		return f, cut(err)
	}
	var b bytes.Buffer
	_, err := io.CopyN(&b, r, n)
	f.payload = b.Bytes()
	return f, cut(err)
}

// cut says that a stream ended within a frame.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// jsonFrame encodes v, which must be encodable.
func jsonFrame(kind frameKind, id uint32, v any) (frame, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return frame{}, fmt.Errorf("worker: encode a message: %w", err)
	}
	if len(data) > maxFrame {
		return frame{}, fmt.Errorf("worker: a message of %d MB is too large, the limit is %d MB", len(data)>>20, maxFrame>>20)
	}
	return frame{kind, id, data}, nil
}

// streamFrame encodes output of a cell.
func streamFrame(cell, name string, text []byte) frame {
	b := make([]byte, 0, len(cell)+len(name)+len(text)+8)
	b = binary.AppendUvarint(b, uint64(len(cell)))
	b = append(b, cell...)
	b = binary.AppendUvarint(b, uint64(len(name)))
	b = append(b, name...)
	return frame{kind: frameStream, payload: append(b, text...)}
}

func parseStream(b []byte) (engine.Event, error) {
	var parts [2]string
	for i := range parts {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			return engine.Event{}, fmt.Errorf("%w: damaged output", errFrame)
		}
		parts[i] = string(b[k : k+int(n)])
		b = b[k+int(n):]
	}
	return engine.Event{Kind: engine.Stream, Cell: parts[0], Name: parts[1], Text: string(bytes.ToValidUTF8(b, []byte("\uFFFD")))}, nil
}
