package display

import (
	"encoding/json"
	"testing"

	"gomdcsan/kernel/engine"
)

// Whatever a front-end says of a widget, or of one that is not there, the
// slider keeps a value of its range and the session goes on.
func FuzzWidgetState(f *testing.F) {
	f.Add("comm_msg", `{"method":"update","state":{"value":0.5},"buffer_paths":[]}`, true)
	f.Add("comm_msg", `{"method":"update","state":{"value":"x"}}`, true)
	f.Add("comm_msg", `{"method":"update","state":{"value":1e400}}`, true)
	f.Add("comm_msg", `{"method":"request_state"}`, true)
	f.Add("comm_open", `null`, false)
	f.Add("comm_close", `[]`, true)
	f.Fuzz(func(t *testing.T, kind, data string, known bool) {
		r := &recorder{ctx: t.Context()}
		defer Attach(r)()
		s := Slider("x", -1, 1, 0.25, 0.5)
		Bundle(Interact(func() any { return s.Float() }, s))
		m := engine.CommMessage{Kind: engine.Kind(kind), ID: "stranger", Target: "jupyter.widget", Data: json.RawMessage(data)}
		if known {
			m.ID = s.comm.ID
		}
		Deliver(m)
		if v := s.Float(); !(v >= -1 && v <= 1) {
			t.Errorf("the slider is at %v", v)
		}
	})
}
