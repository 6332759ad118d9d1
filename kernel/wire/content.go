package wire

import "encoding/json"

// Execute is the content of an execute_request. StopOnError and StoreHistory
// are pointers because their defaults are true.
type Execute struct {
	Code            string            `json:"code"`
	Silent          bool              `json:"silent"`
	StoreHistory    *bool             `json:"store_history,omitempty"`
	UserExpressions map[string]string `json:"user_expressions,omitempty"`
	AllowStdin      bool              `json:"allow_stdin"`
	StopOnError     *bool             `json:"stop_on_error,omitempty"`
}

// Complete is the content of a complete_request; CursorPos counts code points.
type Complete struct {
	Code      string `json:"code"`
	CursorPos *int   `json:"cursor_pos"`
}

// Inspect is the content of an inspect_request; CursorPos counts code points.
type Inspect struct {
	Code        string `json:"code"`
	CursorPos   *int   `json:"cursor_pos"`
	DetailLevel int    `json:"detail_level"`
}

// History is the content of a history_request.
type History struct {
	Output     bool   `json:"output"`
	Raw        bool   `json:"raw"`
	AccessType string `json:"hist_access_type"` // "range", "tail" or "search"
	Session    int    `json:"session"`          // of a range: 0 is this one, -1 the one before
	Start      int    `json:"start"`
	Stop       *int   `json:"stop"`
	N          int    `json:"n"`
	Pattern    string `json:"pattern"`
	Unique     bool   `json:"unique"`
}

// Comm is the content of comm_open, comm_msg and comm_close.
type Comm struct {
	ID     string          `json:"comm_id"`
	Target string          `json:"target_name,omitempty"`
	Data   json.RawMessage `json:"data"`
}

// DisplayContent is the content of display_data, update_display_data and,
// with ExecutionCount, execute_result. Data and Metadata are always objects.
type DisplayContent struct {
	ExecutionCount int            `json:"execution_count,omitempty"`
	Data           map[string]any `json:"data"`
	Metadata       map[string]any `json:"metadata"`
	Transient      *Transient     `json:"transient,omitempty"`
}

// Transient is what front-ends need but do not save.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// ErrorContent is a failure, in an error message and in replies.
type ErrorContent struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// ExecuteReplyContent is the content of an execute_reply; the count and the
// expressions are present whatever the status.
type ExecuteReplyContent struct {
	Status          string                     `json:"status"`
	ExecutionCount  int                        `json:"execution_count"`
	UserExpressions map[string]json.RawMessage `json:"user_expressions"`
	Payload         []json.RawMessage          `json:"payload"`
	*ErrorContent
}

// StreamContent is text printed by a cell; Name is "stdout" or "stderr".
type StreamContent struct {
	Name string `json:"name"`
	Text string `json:"text"`
}
