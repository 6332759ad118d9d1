package notebook

import (
	"bytes"
	"encoding/json"
	"maps"

	"gomdcsan/kernel/wire"
)

// output adds what a cell shows to the notebook, as a front-end does.
func (r *runner) output(x *running, m *wire.Message) {
	content := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(m.Content))
	dec.UseNumber() // numbers stay as they were written
	if dec.Decode(&content) != nil {
		return
	}
	id := ""
	if transient, ok := content["transient"].(map[string]any); ok {
		id, _ = transient["display_id"].(string)
	}
	delete(content, "transient")
	switch m.Header.MsgType {
	case wire.ClearOutput:
		if wait, _ := content["wait"].(bool); wait {
			x.clear = true
		} else {
			x.cell.Outputs = nil
		}
		return
	case wire.UpdateDisplayData:
		for _, o := range r.displays[id] {
			o["data"], o["metadata"] = content["data"], content["metadata"]
		}
		return
	case wire.Stream, wire.DisplayData, wire.ExecuteResult, wire.Error:
		content["output_type"] = m.Header.MsgType
	default:
		return
	}
	if x.clear {
		x.clear, x.cell.Outputs = false, nil
	}
	if n := len(x.cell.Outputs); n > 0 && m.Header.MsgType == wire.Stream && x.cell.Outputs[n-1].stream() == content["name"] {
		last := x.cell.Outputs[n-1]
		before, _ := last["text"].(string)
		more, _ := content["text"].(string)
		last["text"] = before + more
		return
	}
	x.cell.Outputs = append(x.cell.Outputs, Output(content))
	if id != "" {
		r.displays[id] = append(r.displays[id], Output(content))
	}
}

// stream returns the name of a stream output, nil for others.
func (o Output) stream() any {
	if o["output_type"] == wire.Stream {
		return o["name"]
	}
	return nil
}

// widgetTarget is the comm target of ipywidgets.
const widgetTarget = "jupyter.widget"

// widget follows the state of widgets, which is saved with the notebook.
func (r *runner) widget(m *wire.Message) {
	var c struct {
		wire.Comm
		Data struct {
			Method string         `json:"method"`
			State  map[string]any `json:"state"`
		} `json:"data"`
	}
	if json.Unmarshal(m.Content, &c) != nil {
		return
	}
	switch m.Header.MsgType {
	case wire.CommOpen:
		if c.Target == widgetTarget && c.Data.State != nil {
			r.widgets[c.ID] = c.Data.State
		}
	case wire.CommMsg:
		if state := r.widgets[c.ID]; state != nil && c.Data.Method == "update" {
			maps.Copy(state, c.Data.State)
		}
	case wire.CommClose:
		delete(r.widgets, c.ID)
	}
}

// saveWidgets puts the widgets' state where front-ends look for it when they
// show a saved notebook.
func (r *runner) saveWidgets() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.widgets) == 0 {
		return
	}
	states := map[string]any{}
	for id, state := range r.widgets {
		states[id] = map[string]any{
			"model_name": state["_model_name"], "model_module": state["_model_module"],
			"model_module_version": state["_model_module_version"], "state": state,
		}
	}
	r.nb.Metadata["widgets"] = map[string]any{
		"application/vnd.jupyter.widget-state+json": map[string]any{"version_major": 2, "version_minor": 0, "state": states},
	}
}
