package display

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gonum.org/v1/plot"

	"gomdcsan/kernel/engine"
	"gomdcsan/plotting"
)

// fromUser is a message as ipywidgets sends it.
func fromUser(id, data string) {
	Deliver(engine.CommMessage{Kind: engine.CommMsg, ID: id, Data: json.RawMessage(data)})
}

func TestInteract(t *testing.T) {
	r := record(t)
	i := Slider("I − U", -1, 1, 0.05, 0.25)
	drawn := []float64{}
	w := Interact(func() any { drawn = append(drawn, i.Float()); return plotting.New("now") }, i)
	b := Bundle(w)
	view := b.Data[widgetView].(map[string]any)
	opened := map[string]map[string]any{} // by model ID
	for _, e := range r.events {
		if e.Kind != engine.CommOpen || e.Comm.Target != "jupyter.widget" || string(e.Comm.Metadata) != `{"version":"2.1.0"}` {
			t.Fatalf("event %+v %s", e, e.Comm.Metadata)
		}
		var d struct {
			State map[string]any `json:"state"`
		}
		if err := json.Unmarshal(e.Comm.Data, &d); err != nil {
			t.Fatal(err)
		}
		for k, v := range d.State { // models must exist before they are named
			if s, ok := v.(string); ok && strings.HasPrefix(s, "IPY_MODEL_") && opened[strings.TrimPrefix(s, "IPY_MODEL_")] == nil {
				t.Errorf("%s names a model that is not open", k)
			}
		}
		opened[e.Comm.ID] = d.State
	}
	box := opened[view["model_id"].(string)]
	if box["_model_name"] != "VBoxModel" || len(box["children"].([]any)) != 2 {
		t.Fatalf("shown is %v", box)
	}
	for _, child := range box["children"].([]any) {
		if opened[strings.TrimPrefix(child.(string), "IPY_MODEL_")] == nil {
			t.Errorf("child %v is not open", child)
		}
	}
	if !strings.Contains(b.Data["text/html"].(string), "<svg") || !strings.Contains(b.Data["text/plain"].(string), "I − U: 0.25") {
		t.Errorf("without widgets: %v", b.Data["text/plain"])
	}

	before := len(r.events)
	fromUser(i.comm.ID, `{"method":"update","state":{"value":0.5},"buffer_paths":[]}`)
	if len(drawn) != 2 || drawn[1] != 0.5 {
		t.Errorf("drawn for %v", drawn)
	}
	update := r.events[len(r.events)-1].Comm
	if len(r.events) != before+1 || !strings.Contains(string(update.Data), `"method":"update"`) || !strings.Contains(string(update.Data), "svg") {
		t.Errorf("%d events, the last %.200s", len(r.events)-before, update.Data)
	}
	fromUser(i.comm.ID, `{"method":"update","state":{"value":0.5}}`)
	fromUser(i.comm.ID, `{"method":"update","state":{"value":"x"}}`)
	fromUser(i.comm.ID, `nonsense`)
	if len(drawn) != 2 {
		t.Errorf("drawn again for nothing: %v", drawn)
	}
	fromUser(i.comm.ID, `{"method":"request_state"}`)
	if s := string(r.events[len(r.events)-1].Comm.Data); !strings.Contains(s, `"FloatSliderModel"`) || !strings.Contains(s, `"value":0.5`) {
		t.Errorf("state asked for: %s", s)
	}
}

func TestWidgetValues(t *testing.T) {
	r := record(t)
	n, on, pick, press, text := IntSlider("n", 0, 9, 3), Checkbox("on", false), Dropdown("pick", []string{"a", "b"}, 0), Button("go"), TextField("name", "x")
	Bundle(Row(n, on, pick, press, text, Gauge("done", 10, 4), Output("plain")))
	calls := 0
	for _, w := range []*Widget{n, on, pick, press, text} {
		w.OnChange(func() { calls++ })
	}
	fromUser(n.comm.ID, `{"method":"update","state":{"value":7}}`)
	fromUser(on.comm.ID, `{"method":"update","state":{"value":true}}`)
	fromUser(pick.comm.ID, `{"method":"update","state":{"index":1}}`)
	fromUser(press.comm.ID, `{"method":"custom","content":{"event":"click"}}`)
	fromUser(text.comm.ID, `{"method":"update","state":{"value":"y"}}`)
	if n.Int() != 7 || n.Float() != 7 || !on.Bool() || pick.Text() != "b" || pick.Int() != 1 || press.Int() != 1 || text.Text() != "y" || calls != 5 {
		t.Errorf("%v %v %v %v %v, %d calls", n.Int(), on.Bool(), pick.Text(), press.Int(), text.Text(), calls)
	}
	n.Set(2)
	if s := string(r.events[len(r.events)-1].Comm.Data); !strings.Contains(s, `"value":2`) || n.Int() != 2 {
		t.Errorf("set: %s", s)
	}
}

// Models and views have the names and modules that ipywidgets has them under.
func TestModelNames(t *testing.T) {
	r := record(t)
	out := Output(Markdown("*a*"))
	Bundle(Column(Gauge("done", 10, 4), out))
	found := map[string]string{}
	for _, e := range r.events {
		var d struct {
			State map[string]any `json:"state"`
		}
		if err := json.Unmarshal(e.Comm.Data, &d); err != nil {
			t.Fatal(err)
		}
		found[d.State["_model_name"].(string)] = fmt.Sprint(d.State["_view_module"], " ", d.State["_view_module_version"], " ", d.State["_view_name"])
	}
	for model, view := range map[string]string{
		"FloatProgressModel": "@jupyter-widgets/controls 2.0.0 ProgressView", "ProgressStyleModel": "@jupyter-widgets/base 2.0.0 StyleView",
		"OutputModel": "@jupyter-widgets/output 1.0.0 OutputView", "LayoutModel": "@jupyter-widgets/base 2.0.0 LayoutView",
	} {
		if found[model] != view {
			t.Errorf("%s has the view %q, want %q", model, found[model], view)
		}
	}
	out.Set(Latex("x"))
	if s := string(r.events[len(r.events)-1].Comm.Data); !strings.Contains(s, `"outputs":[{"data":{"text/latex"`) {
		t.Errorf("set: %s", s)
	}
}

func TestInteractSurvivesPanic(t *testing.T) {
	record(t)
	on := Checkbox("bad", false)
	w := Interact(func() any {
		if on.Bool() {
			panic("no data")
		}
		return plot.New()
	}, on)
	Bundle(w)
	fromUser(on.comm.ID, `{"method":"update","state":{"value":true}}`)
	if s := Bundle(w).Data["text/plain"].(string); !strings.Contains(s, "drawing panicked: no data") {
		t.Errorf("%s", s)
	}
}
