package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"runtime"
	"strings"
	"sync"
)

var (
	delimiter   = []byte("<IDS|MSG>")
	emptyObject = []byte("{}")
)

// Codec turns frames into messages and back, signing and checking signatures.
type Codec struct {
	macs *sync.Pool // of hash.Hash; nil when messages are not signed
}

// NewCodec returns the codec for a signature scheme such as "hmac-sha256". An
// empty key means that messages are neither signed nor checked.
func NewCodec(scheme, key string) (*Codec, error) {
	name, ok := strings.CutPrefix(scheme, "hmac-")
	var newHash func() hash.Hash
	switch {
	case key == "":
		return &Codec{}, nil
	case ok && name == "sha256":
		newHash = sha256.New
	case ok && name == "sha512":
		newHash = sha512.New
	default:
		return nil, fmt.Errorf("signature scheme %q is not supported: use hmac-sha256 (Jupyter's default) or hmac-sha512", scheme)
	}
	return &Codec{macs: &sync.Pool{New: func() any { return hmac.New(newHash, []byte(key)) }}}, nil
}

// Signed reports whether messages carry a signature.
func (c *Codec) Signed() bool { return c.macs != nil }

// signPiece is what is signed in a tenth of a millisecond or two.
const signPiece = 256 << 10

func (c *Codec) sign(parts [][]byte) []byte {
	if c.macs == nil {
		return nil
	}
	mac := c.macs.Get().(hash.Hash)
	defer c.macs.Put(mac)
	mac.Reset()
	for _, p := range parts {
		for len(p) > signPiece { // whatever its length, others get their turn
			mac.Write(p[:signPiece])
			p = p[signPiece:]
			runtime.Gosched()
		}
		mac.Write(p)
	}
	var sum [sha512.Size]byte
	return hex.AppendEncode(nil, mac.Sum(sum[:0]))
}

// Encode returns the frames of m from the delimiter on; what routes it (an
// identity, a topic) goes before them.
func (c *Codec) Encode(m *Message) [][]byte {
	header := []byte(m.RawHeader)
	if header == nil {
		header = Marshal(m.Header)
	}
	frames := make([][]byte, 0, 6+len(m.Buffers))
	frames = append(frames, delimiter, nil, header, object(m.Parent), object(m.Metadata), object(m.Content))
	frames[1] = c.sign(frames[2:6])
	return append(frames, m.Buffers...)
}

func object(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return emptyObject
	}
	return raw
}

// Decode reads the frames of a received message. Frames before the delimiter
// are skipped: they belong to the socket.
func (c *Codec) Decode(frames [][]byte) (*Message, error) {
	for i, f := range frames {
		if bytes.Equal(f, delimiter) {
			return c.decode(frames[i+1:])
		}
	}
	return nil, fmt.Errorf("%w: no delimiter in %d frames", ErrMalformed, len(frames))
}

func (c *Codec) decode(frames [][]byte) (*Message, error) {
	if len(frames) < 5 {
		return nil, fmt.Errorf("%w: %d of the 5 frames after the delimiter", ErrMalformed, len(frames))
	}
	// The signature comes first: a stranger's JSON is not even looked at.
	if c.macs != nil && !hmac.Equal(frames[0], c.sign(frames[1:5])) {
		return nil, ErrSignature
	}
	for i, part := range []string{"header", "parent header", "metadata", "content"} {
		if !isObject(frames[i+1]) {
			return nil, fmt.Errorf("%w: the %s is not a JSON object", ErrMalformed, part)
		}
	}
	m := &Message{
		RawHeader: frames[1],
		Parent:    frames[2],
		Metadata:  frames[3],
		Content:   frames[4],
		Buffers:   frames[5:],
		Signature: frames[0],
	}
	if err := json.Unmarshal(frames[1], &m.Header); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrMalformed, err)
	}
	if m.Header.MsgType == "" || m.Header.MsgID == "" {
		return nil, fmt.Errorf("%w: header without msg_type or msg_id", ErrMalformed)
	}
	return m, nil
}

func isObject(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && b[0] == '{' && json.Valid(b)
}
