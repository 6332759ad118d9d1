package wire

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// ErrMalformed and ErrSignature are the two ways in which received frames can
// be no message.
var (
	ErrMalformed = errors.New("malformed message")
	ErrSignature = errors.New("wrong signature")
)

// Header identifies a message.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"` // ISO 8601 with microseconds, UTC
	MsgType  string `json:"msg_type"`
	Version  string `json:"version"`
}

// Message is one message of the protocol. The JSON parts are kept as bytes:
// received ones as they came, so that a parent header is returned unchanged.
type Message struct {
	Header    Header
	RawHeader json.RawMessage // Header as received; nil in a message made here
	Parent    json.RawMessage // the parent's header; nil means {}
	Metadata  json.RawMessage // nil means {}
	Content   json.RawMessage // nil means {}
	Buffers   [][]byte
	Signature []byte // as received; nil in a message made here
}

// New makes a message of type msgType whose parent is the message with the
// given raw header (nil: none). content must be encodable as a JSON object.
func New(session *Session, msgType string, parent json.RawMessage, content any) *Message {
	return &Message{Header: session.header(msgType), Parent: parent, Content: Marshal(content)}
}

// ParentID returns the msg_id of the parent, "" when there is none.
func (m *Message) ParentID() string {
	var h struct {
		MsgID string `json:"msg_id"`
	}
	if len(m.Parent) == 0 || json.Unmarshal(m.Parent, &h) != nil {
		return ""
	}
	return h.MsgID
}

// Decode decodes the message's content into v.
func (m *Message) Decode(v any) error {
	if err := json.Unmarshal(m.Content, v); err != nil {
		return fmt.Errorf("%w: content of %s: %w", ErrMalformed, m.Header.MsgType, err)
	}
	return nil
}

// Marshal encodes v as Jupyter wants it: UTF-8, "<" and "&" as they are. It
// panics when v cannot be encoded, which only a programmer can cause.
func Marshal(v any) json.RawMessage {
	if raw, ok := v.(json.RawMessage); ok {
		return raw
	}
	b, err := Encode(v)
	if err != nil {
		panic("wire: " + err.Error())
	}
	return b
}

// Encode is Marshal for values that come from a user and may not be encodable.
func Encode(v any) (json.RawMessage, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// Session is the identity under which a process sends messages. A kernel has
// one for its whole life: JupyterLab drops what waits when it changes.
type Session struct {
	ID       string
	Username string
	sent     atomic.Uint64
}

// NewSession returns a session with a random ID.
func NewSession(username string) *Session {
	return &Session{ID: randomID(), Username: username}
}

func (s *Session) header(msgType string) Header {
	return Header{
		MsgID:    s.ID + "_" + strconv.FormatUint(s.sent.Add(1), 10),
		Session:  s.ID,
		Username: s.Username,
		Date:     Timestamp(time.Now()),
		MsgType:  msgType,
		Version:  ProtocolVersion,
	}
}

// Timestamp formats t as the protocol's dates are.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func randomID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
