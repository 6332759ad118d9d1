package display

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"math"
	"strings"
	"sync"
)

// Widget is a control or a part of the screen that ipywidgets draws: made by
// Slider, IntSlider, Checkbox, Dropdown, Button, TextField, Output, Gauge, Row
// and Column. It is shown by being a cell's last value, by Show, or within a
// Row or Column. Its methods are safe for concurrent use.
//
// Where a front-end has no widgets, what stands there is the outputs' figures
// as they are and, in words, the controls' values.
type Widget struct {
	model string // JavaScript's name of the model, without "Model"
	style string // of the style's model, likewise; "" for none

	mu       sync.Mutex
	state    map[string]any // what the front-end sees, style and layout aside
	children []*Widget
	content  any // of an output
	options  []string
	clicks   int
	change   []func()
	comm     *Comm
}

// The modules and versions of ipywidgets 8, whose outputs have their own.
const (
	widgetTarget   = "jupyter.widget"
	widgetProtocol = "2.1.0"
	widgetVersion  = "2.0.0"
	widgetBase     = "@jupyter-widgets/base"
	widgetControls = "@jupyter-widgets/controls"
	widgetOutput   = "@jupyter-widgets/output"
	widgetView     = "application/vnd.jupyter.widget-view+json"
)

// Slider chooses a number between min and max.
func Slider(name string, min, max, step, value float64) *Widget {
	digits := 0
	for s := step; digits < 6 && math.Abs(s-math.Round(s)) > 1e-9; digits++ {
		s *= 10
	}
	return &Widget{model: "FloatSlider", style: "SliderStyle", state: map[string]any{"description": name, "min": min, "max": max,
		"step": step, "value": value, "readout_format": fmt.Sprintf(".%df", digits), "continuous_update": true}}
}

// IntSlider chooses a whole number from min to max.
func IntSlider(name string, min, max, value int) *Widget {
	return &Widget{model: "IntSlider", style: "SliderStyle", state: map[string]any{"description": name, "min": min, "max": max,
		"step": 1, "value": value, "continuous_update": true}}
}

// Checkbox is on or off.
func Checkbox(name string, on bool) *Widget {
	return &Widget{model: "Checkbox", style: "CheckboxStyle", state: map[string]any{"description": name, "value": on, "indent": false}}
}

// Dropdown chooses one of the options; chosen counts from 0.
func Dropdown(name string, options []string, chosen int) *Widget {
	return &Widget{model: "Dropdown", style: "DescriptionStyle", options: options,
		state: map[string]any{"description": name, "_options_labels": options, "index": chosen}}
}

// Button calls what OnChange has set; Int counts its clicks.
func Button(name string) *Widget {
	return &Widget{model: "Button", style: "ButtonStyle", state: map[string]any{"description": name}}
}

// TextField takes a line of text.
func TextField(name, value string) *Widget {
	return &Widget{model: "Text", style: "TextStyle", state: map[string]any{"description": name, "value": value, "continuous_update": false}}
}

// Output shows a value of any kind; Set shows another in its place.
func Output(v any) *Widget {
	return &Widget{model: "Output", content: v, state: map[string]any{"outputs": outputs(v), "msg_id": ""}}
}

// Gauge is a bar filled to value between 0 and max.
func Gauge(name string, max, value float64) *Widget {
	return &Widget{model: "FloatProgress", style: "ProgressStyle",
		state: map[string]any{"description": name, "min": 0, "max": max, "value": value}}
}

// Row puts widgets side by side.
func Row(widgets ...*Widget) *Widget {
	return &Widget{model: "HBox", children: widgets, state: map[string]any{}}
}

// Column puts widgets one below the other.
func Column(widgets ...*Widget) *Widget {
	return &Widget{model: "VBox", children: widgets, state: map[string]any{}}
}

// Interact shows controls above what draw returns, and calls draw again when
// the user moves one:
//
//	i := display.Slider("I", -0.5, 0.5, 0.01, 0.15)
//	display.Interact(func() any { return plotting.FlowPlot(flow(i.Float())) }, i)
func Interact(draw func() any, controls ...*Widget) *Widget {
	out := Output(safely(draw))
	for _, c := range controls {
		c.OnChange(func() { out.Set(safely(draw)) })
	}
	return Column(append(append([]*Widget{}, controls...), out)...)
}

// safely calls draw; a panic becomes the picture.
func safely(draw func() any) (v any) {
	defer func() {
		if r := recover(); r != nil {
			v = fmt.Errorf("drawing panicked: %v", r)
		}
	}()
	return draw()
}

// outputs is a value as the model of an Output holds it.
func outputs(v any) []any {
	d := Bundle(v)
	meta := d.Metadata
	if meta == nil {
		meta = map[string]any{}
	}
	return []any{map[string]any{"output_type": "display_data", "data": d.Data, "metadata": meta}}
}

// Float returns the number a widget stands at.
func (w *Widget) Float() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch v := w.state["value"].(type) {
	case float64:
		return v
	case int:
		return float64(v)
	}
	return math.NaN()
}

// Int returns the whole number, the chosen option's index or the clicks.
func (w *Widget) Int() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch w.model {
	case "Button":
		return w.clicks
	case "Dropdown":
		i, _ := w.state["index"].(int)
		return i
	}
	switch v := w.state["value"].(type) {
	case int:
		return v
	case float64:
		return int(math.Round(v))
	}
	return 0
}

// Bool tells whether a checkbox is on.
func (w *Widget) Bool() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	on, _ := w.state["value"].(bool)
	return on
}

// Text returns the text of a field, or the chosen option.
func (w *Widget) Text() string {
	if w.model == "Dropdown" {
		if i := w.Int(); i >= 0 && i < len(w.options) {
			return w.options[i]
		}
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s, _ := w.state["value"].(string)
	return s
}

// OnChange adds a function that is called when the user changes or clicks the
// widget.
func (w *Widget) OnChange(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change = append(w.change, f)
}

// Set changes a widget's value, an Output's content, a Dropdown's index.
func (w *Widget) Set(v any) {
	key, value := "value", v
	switch w.model {
	case "Output":
		key, value = "outputs", outputs(v)
	case "Dropdown":
		key = "index"
	}
	w.mu.Lock()
	if w.model == "Output" {
		w.content = v
	}
	w.state[key] = value
	c := w.comm
	w.mu.Unlock()
	if c != nil {
		c.Send(widgetUpdate(map[string]any{key: value})) // a closed widget changes nothing
	}
}

func widgetUpdate(state map[string]any) map[string]any {
	return map[string]any{"method": "update", "state": state, "buffer_paths": []any{}}
}

// open makes the widget known to the front-end and returns its model's ID.
func (w *Widget) open() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.comm != nil {
		return w.comm.ID, nil
	}
	layout, err := openModel(widgetBase, "Layout", map[string]any{}, nil)
	if err != nil {
		return "", err
	}
	state := map[string]any{"layout": "IPY_MODEL_" + layout.ID}
	if w.style != "" {
		s := map[string]any{}
		if w.style != "ButtonStyle" {
			s["description_width"] = ""
		}
		style, err := openModel(widgetControls, w.style, s, nil)
		if err != nil {
			return "", err
		}
		state["style"] = "IPY_MODEL_" + style.ID
	}
	if w.children != nil {
		ids := []string{}
		for _, c := range w.children {
			id, err := c.open()
			if err != nil {
				return "", err
			}
			ids = append(ids, "IPY_MODEL_"+id)
		}
		state["children"] = ids
	}
	maps.Copy(w.state, state)
	w.comm, err = openModel(w.module(), w.model, w.state, w.receive)
	if err != nil {
		return "", err
	}
	return w.comm.ID, nil
}

// module is where the front-end finds the widget's model.
func (w *Widget) module() string {
	if w.model == "Output" {
		return widgetOutput
	}
	return widgetControls
}

// modelState is what a front-end is told of a model of ipywidgets.
func modelState(module, name string, state map[string]any) map[string]any {
	version := widgetVersion
	if module == widgetOutput {
		version = "1.0.0"
	}
	full := map[string]any{"_model_module": module, "_model_module_version": version, "_model_name": name + "Model",
		"_view_module": module, "_view_module_version": version, "_view_name": name + "View"}
	switch {
	case strings.HasSuffix(name, "Style"): // all styles have one view
		full["_view_module"], full["_view_name"] = widgetBase, "StyleView"
	case name == "FloatProgress":
		full["_view_name"] = "ProgressView"
	}
	maps.Copy(full, state)
	return full
}

// openModel opens a model; messages go to on, or, for models that only answer
// for their state, to nil.
func openModel(module, name string, state map[string]any, on func(CommData)) (*Comm, error) {
	full := modelState(module, name, state)
	c, err := OpenComm(widgetTarget, map[string]any{"state": full, "buffer_paths": []any{}}, map[string]any{"version": widgetProtocol}, nil, on)
	if c != nil && on == nil {
		c.OnMessage(func(d CommData) { answerState(c, d, full) })
	}
	return c, err
}

// answerState answers a front-end that asks for a model's state anew, as one
// does after the page was loaded again.
func answerState(c *Comm, d CommData, state map[string]any) bool {
	var m struct {
		Method string `json:"method"`
	}
	if json.Unmarshal(d.Data, &m) != nil || m.Method != "request_state" {
		return false
	}
	c.Send(widgetUpdate(state)) // a closed comm asks no more
	return true
}

// receive takes what the user did.
func (w *Widget) receive(d CommData) {
	w.mu.Lock()
	full := modelState(w.module(), w.model, w.state)
	c := w.comm
	w.mu.Unlock()
	if answerState(c, d, full) {
		return
	}
	var m struct {
		Method  string         `json:"method"`
		State   map[string]any `json:"state"`
		Content struct {
			Event string `json:"event"`
		} `json:"content"`
	}
	if json.Unmarshal(d.Data, &m) != nil {
		return // not a message of ipywidgets
	}
	w.mu.Lock()
	changed := m.Method == "custom" && m.Content.Event == "click"
	if changed {
		w.clicks++
	}
	for _, key := range []string{"value", "index"} {
		if v, ok := m.State[key]; ok && w.accept(key, v) {
			changed = true
		}
	}
	calls := append([]func(){}, w.change...)
	w.mu.Unlock()
	if changed {
		for _, f := range calls {
			f()
		}
	}
}

// accept takes a new value if it is of the kind that the widget holds.
func (w *Widget) accept(key string, v any) bool {
	switch old := w.state[key].(type) {
	case int:
		f, ok := v.(float64)
		if !ok || !w.inRange(key, f) || int(f) == old {
			return false
		}
		w.state[key] = int(f)
	case float64:
		f, ok := v.(float64)
		if !ok || !w.inRange(key, f) || f == old {
			return false
		}
		w.state[key] = f
	case bool:
		b, ok := v.(bool)
		if !ok || b == old {
			return false
		}
		w.state[key] = b
	case string:
		s, ok := v.(string)
		if !ok || s == old {
			return false
		}
		w.state[key] = s
	default:
		return false
	}
	return true
}

// inRange reports whether a number is one that the widget can stand at.
func (w *Widget) inRange(key string, f float64) bool {
	number := func(name string, otherwise float64) float64 {
		switch v := w.state[name].(type) {
		case float64:
			return v
		case int:
			return float64(v)
		}
		return otherwise
	}
	if key == "index" {
		return f >= 0 && f < float64(len(w.options))
	}
	return f >= number("min", math.Inf(-1)) && f <= number("max", math.Inf(1))
}

// MimeBundle shows the widget, and beside it what stands there without
// widgets.
func (w *Widget) MimeBundle() map[string]any {
	static := BundleAll(w.static()...)
	if _, terminal := host().(*terminal); terminal {
		return static.Data
	}
	id, err := w.open()
	if err != nil {
		return failure(err).Data
	}
	static.Data[widgetView] = map[string]any{"model_id": id, "version_major": 2, "version_minor": 0}
	return static.Data
}

// static lists what the widget shows without a front-end that draws it.
func (w *Widget) static() []any {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.model == "Output":
		return []any{w.content}
	case w.children != nil:
		var out []any
		for _, c := range w.children {
			out = append(out, c.static()...)
		}
		return out
	}
	name, _ := w.state["description"].(string)
	value := w.state["value"]
	if w.model == "Dropdown" {
		value = ""
		if i, _ := w.state["index"].(int); i >= 0 && i < len(w.options) {
			value = w.options[i]
		}
	}
	if value == nil {
		return nil
	}
	s := fmt.Sprintf("%s: %v", name, value)
	return []any{Merge(textual(s), HTML("<code>"+html.EscapeString(s)+"</code>"))}
}
