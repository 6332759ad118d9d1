package session

import (
	"strings"
	"time"
	"unicode/utf8"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/wire"
)

// How long front-ends are kept waiting for help about code: jupyter_console
// gives up on is_complete for good after a second.
const (
	completeWithin   = 5 * time.Second
	inspectWithin    = 5 * time.Second
	isCompleteWithin = 800 * time.Millisecond
)

// replyTo answers everything that is not executed.
func (s *Session) replyTo(r *request) (string, any) {
	switch r.msg.Header.MsgType {
	case wire.KernelInfoRequest:
		return wire.KernelInfoReply, s.kernelInfo()
	case wire.CompleteRequest:
		return s.complete(r)
	case wire.InspectRequest:
		return s.inspect(r)
	case wire.IsCompleteRequest:
		return s.isComplete(r)
	case wire.HistoryRequest:
		return s.history(r)
	case wire.CommInfoRequest:
		return s.commInfo(r)
	case wire.ConnectRequest:
		return s.connect()
	case wire.InterruptRequest:
		s.Interrupt()
		return wire.InterruptReply, map[string]string{"status": wire.StatusOK}
	case wire.UsageRequest:
		return wire.UsageReply, usage()
	}
	msgType := r.msg.Header.MsgType
	if base, ok := strings.CutSuffix(msgType, "_request"); ok {
		return base + "_reply", failed(errUnsupported(msgType))
	}
	s.opts.Logf("message of unknown type %q on %s", msgType, r.ch)
	return "", nil
}

type errUnsupported string

func (e errUnsupported) Error() string { return "this kernel does not support " + string(e) }

func failed(err error) any {
	return struct {
		Status string `json:"status"`
		wire.ErrorContent
	}{wire.StatusError, wire.ErrorContent{Name: "request failed", Value: err.Error(), Traceback: []string{}}}
}

func (s *Session) kernelInfo() any {
	return map[string]any{
		"status":                 wire.StatusOK,
		"protocol_version":       wire.ProtocolVersion,
		"implementation":         "gomdcsan",
		"implementation_version": s.opts.Version,
		"banner":                 "gomdcsan " + s.opts.Version + ": Go for spiking actors. %help lists what there is beyond Go.",
		"debugger":               false,
		"supported_features":     []string{},
		"language_info": map[string]any{
			"name": "go", "version": goVersion(), "mimetype": "text/x-go", "file_extension": ".go",
			"pygments_lexer": "go", "codemirror_mode": "go", "nbconvert_exporter": "script",
		},
		"help_links": []map[string]string{
			{"text": "Go standard library", "url": "https://pkg.go.dev/std"},
			{"text": "Gonum", "url": "https://pkg.go.dev/gonum.org/v1/gonum"},
			{"text": "Gonum plot", "url": "https://pkg.go.dev/gonum.org/v1/plot"},
		},
	}
}

// within asks f, but not for longer than most.
func within[T any](s *Session, most time.Duration, f func() T) (answer T, ok bool) {
	c := make(chan T, 1)
	go func() { c <- f() }() // ends with the engine's answer, or with the engine
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case answer = <-c:
		return answer, true
	case <-timer.C:
	case <-s.ctx.Done():
	}
	return answer, false
}

func (s *Session) complete(r *request) (string, any) {
	var req wire.Complete
	if err := r.msg.Decode(&req); err != nil {
		return wire.CompleteReply, failed(err)
	}
	pos := byteOffset(req.Code, req.CursorPos)
	c, ok := within(s, completeWithin, func() engine.Completion { return s.engine.Complete(req.Code, pos) })
	if !ok || c.Start < 0 || c.End < c.Start || c.End > len(req.Code) {
		c = engine.Completion{Start: pos, End: pos}
	}
	start, end := utf8.RuneCountInString(req.Code[:c.Start]), utf8.RuneCountInString(req.Code[:c.End])
	type typed struct {
		Text      string `json:"text"`
		Type      string `json:"type"`
		Signature string `json:"signature,omitempty"`
		Start     int    `json:"start"`
		End       int    `json:"end"`
	}
	matches, types := []string{}, []typed{}
	for _, m := range c.Matches {
		matches = append(matches, m.Text)
		types = append(types, typed{m.Text, m.Kind, m.Signature, start, end})
	}
	return wire.CompleteReply, map[string]any{
		"status": wire.StatusOK, "matches": matches, "cursor_start": start, "cursor_end": end,
		"metadata": map[string]any{"_jupyter_types_experimental": types},
	}
}

func (s *Session) inspect(r *request) (string, any) {
	var req wire.Inspect
	if err := r.msg.Decode(&req); err != nil {
		return wire.InspectReply, failed(err)
	}
	pos := byteOffset(req.Code, req.CursorPos)
	i, _ := within(s, inspectWithin, func() engine.Inspection { return s.engine.Inspect(req.Code, pos, req.DetailLevel) })
	return wire.InspectReply, map[string]any{
		"status": wire.StatusOK, "found": i.Found, "data": object(i.Data), "metadata": map[string]any{},
	}
}

func (s *Session) isComplete(r *request) (string, any) {
	var req wire.Execute
	if err := r.msg.Decode(&req); err != nil {
		return wire.IsCompleteReply, failed(err)
	}
	c, ok := within(s, isCompleteWithin, func() engine.Completeness { return s.engine.IsComplete(req.Code) })
	if !ok || c.Status == "" {
		c = engine.Completeness{Status: "unknown"}
	}
	return wire.IsCompleteReply, c
}

func (s *Session) history(r *request) (string, any) {
	var req wire.History
	if err := r.msg.Decode(&req); err != nil {
		return wire.HistoryReply, failed(err)
	}
	return wire.HistoryReply, map[string]any{"status": wire.StatusOK, "history": s.opts.History.Find(req)}
}

func (s *Session) connect() (string, any) {
	c := s.opts.Connection
	return wire.ConnectReply, map[string]any{
		"status": wire.StatusOK, "shell_port": c.ShellPort, "iopub_port": c.IOPubPort,
		"stdin_port": c.StdinPort, "hb_port": c.HBPort, "control_port": c.ControlPort,
	}
}

// byteOffset converts Jupyter's cursor position, in code points and the end
// when it is missing, to bytes.
func byteOffset(code string, codePoints *int) int {
	if codePoints == nil {
		return len(code)
	}
	n := *codePoints
	if n <= 0 {
		return 0
	}
	for i := range code {
		if n == 0 {
			return i
		}
		n--
	}
	return len(code)
}
