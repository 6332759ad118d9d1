// Package engine is the boundary between what speaks Jupyter and what runs Go.
//
// An Engine runs cells one at a time and answers questions about code while a
// cell runs. What a cell prints and shows comes back as Events, each naming
// the cell that caused it, also when it comes late from a goroutine that
// outlived its cell. The session (kernel/session) knows an Engine only by this
// package; the interpreter (kernel/golang) implements it in the worker
// process, and kernel/worker carries it across the process boundary.
//
// Positions are byte offsets into UTF-8 code; the session converts them to the
// code points that Jupyter counts. MIME bundles map a MIME type to JSON: a
// string for text and base64 for binary types, any JSON value for
// application/json.
package engine

import (
	"context"
	"encoding/json"
)

// Engine runs Go cells. Execute is called for one cell at a time; all other
// methods may be called concurrently with it and with each other.
type Engine interface {
	// Execute runs a cell to its end. Its events have been emitted before it
	// returns, except those of goroutines that live on. The end of ctx
	// interrupts the cell, also before it has begun.
	Execute(ctx context.Context, c Cell) Outcome
	// Interrupt stops the running cell, if any; Execute then returns an
	// Outcome with the error name "Interrupted" and the session intact. Asked
	// again it insists.
	Interrupt()
	Complete(code string, pos int) Completion
	Inspect(code string, pos, detail int) Inspection
	IsComplete(code string) Completeness
	// Input answers the InputRequest of the running cell.
	Input(InputReply)
	// Comm delivers a front-end's comm message to the session.
	Comm(CommMessage)
	Close() error
}

// Sink receives events. It must be safe for concurrent use and keep the order
// of one goroutine's calls.
type Sink interface{ Emit(Event) }

// Cell is a piece of code to run. ID is unique in the engine's life; Count is
// the number shown as In[Count], and 0 for a silent cell.
type Cell struct {
	ID         string            `json:"id"`
	Count      int               `json:"count"`
	Code       string            `json:"code"`
	Silent     bool              `json:"silent,omitempty"`
	AllowStdin bool              `json:"allow_stdin,omitempty"`
	Evaluate   map[string]string `json:"evaluate,omitempty"` // Jupyter's user_expressions, evaluated after the cell
}

// Outcome is how a cell ended. Err is nil when it succeeded. The value of a
// cell's last expression is emitted as a Result event before.
type Outcome struct {
	Err       *Error             `json:"err,omitempty"`
	Payload   []json.RawMessage  `json:"payload,omitempty"`   // set_next_input, page
	Evaluated map[string]Display `json:"evaluated,omitempty"` // the successful ones of Cell.Evaluate
	Failed    map[string]Error   `json:"failed,omitempty"`    // the others
}

// Error is a failed cell as the user sees it: Traceback lines may carry ANSI
// colours and name cell, line and column.
type Error struct {
	Name      string   `json:"ename"` // "compile error", "panic", "Interrupted", "worker died", ...
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

func (e *Error) Error() string { return e.Name + ": " + e.Value }

// Kind says what an Event carries.
type Kind string

// The kinds of events, with the fields of Event that each uses.
const (
	Stream        Kind = "stream"         // Name ("stdout" or "stderr"), Text
	Result        Kind = "execute_result" // Display
	Show          Kind = "display"        // Display, DisplayID
	Update        Kind = "update_display" // Display, DisplayID
	Clear         Kind = "clear_output"   // Wait
	InputRequest  Kind = "input_request"  // Text is the prompt, Password
	CommOpen      Kind = "comm_open"      // Comm
	CommMsg       Kind = "comm_msg"       // Comm
	CommClose     Kind = "comm_close"     // Comm
	WorkerStarted Kind = "worker_started" // Text tells the user why, empty if a cell's outcome does, and at the first start
)

// Event is something a cell caused.
type Event struct {
	Kind      Kind         `json:"kind"`
	Cell      string       `json:"cell,omitempty"` // ID of the cell that caused it
	Name      string       `json:"name,omitempty"`
	Text      string       `json:"text,omitempty"`
	Display   *Display     `json:"display,omitempty"`
	DisplayID string       `json:"display_id,omitempty"`
	Wait      bool         `json:"wait,omitempty"`
	Password  bool         `json:"password,omitempty"`
	Comm      *CommMessage `json:"comm,omitempty"`
}

// Display is a MIME bundle with its metadata.
type Display struct {
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

// InputReply is the user's answer to an InputRequest; Closed says that there
// will be none.
type InputReply struct {
	Text   string `json:"text"`
	Closed bool   `json:"closed,omitempty"`
}

// CommMessage is a message of a comm channel, either way.
type CommMessage struct {
	Kind     Kind            `json:"kind"`
	ID       string          `json:"comm_id"`
	Target   string          `json:"target_name,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
	Buffers  [][]byte        `json:"buffers,omitempty"`
}

// Completion offers Matches for the bytes [Start, End) of the code.
type Completion struct {
	Matches    []Match `json:"matches"`
	Start, End int
}

// Match is one completion; Kind is Jupyter's word (function, instance, type,
// module, keyword, ...), Signature may be empty.
type Match struct {
	Text      string `json:"text"`
	Kind      string `json:"type"`
	Signature string `json:"signature,omitempty"`
}

// Inspection is help about the code at a position.
type Inspection struct {
	Found bool           `json:"found"`
	Data  map[string]any `json:"data,omitempty"`
}

// Completeness is the answer to is_complete: Status is "complete",
// "incomplete", "invalid" or "unknown"; Indent goes with "incomplete".
type Completeness struct {
	Status string `json:"status"`
	Indent string `json:"indent,omitempty"`
}
