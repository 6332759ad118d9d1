package notebook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
)

const sample = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "m1",
   "metadata": {},
   "source": [
    "# Title <b>\n",
    "ünïcode 𝐚"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "c1",
   "metadata": {
    "tags": [
     "parameters"
    ]
   },
   "outputs": [],
   "source": [
    "steps := 100\n",
    "var name string = \"a\"\n",
    "rate, _ := 1e-3, 2"
   ]
  },
  {
   "attachments": {
    "x": 1
   },
   "cell_type": "raw",
   "id": "r1",
   "metadata": {},
   "source": []
  }
 ],
 "future": {
  "big": 12345678901234567890,
  "small": 1.50
 },
 "metadata": {
  "kernelspec": {
   "name": "other"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

func TestWhatIsNotExecutedDoesNotChange(t *testing.T) {
	nb, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	data, err := nb.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != sample {
		t.Errorf("written as\n%s", data)
	}
}

func TestDamagedNotebooks(t *testing.T) {
	for text, want := range map[string]string{
		"":           "empty",
		"  \n":       "empty",
		sample[:200]: "ends in the middle",
		sample + "x": "behind the end",
		strings.Replace(sample, `"id": "m1",`, `"id" "m1"`, 1): "line 5 is not JSON",
		"[]":              "no object",
		"null":            "null",
		"{}":              "nbformat",
		`{"nbformat": 3}`: "nbconvert",
		`{"nbformat": 4}`: "cells",
		`{"nbformat": 4, "metadata": 1, "cells": []}`:                                   "metadata",
		`{"nbformat": 4, "cells": [1]}`:                                                 "cell 1",
		`{"nbformat": 4, "cells": [{"cell_type": "x"}]}`:                                "cell_type",
		`{"nbformat": 4, "cells": [{"cell_type": "raw", "source": [1]}]}`:               "source",
		`{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": 1}]}`: "outputs",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error %v, want one about %q", text, err, want)
		}
	}
}

func TestParameters(t *testing.T) {
	nb, _ := Parse([]byte(sample))
	var ps []Parameter
	for _, s := range []string{"steps=5_000", "name=Hopper v3", "rate=2*1e-3"} {
		p, err := ParseParameter(s)
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	for range 2 { // a second time replaces
		if err := nb.SetParameters(ps); err != nil {
			t.Fatal(err)
		}
	}
	if len(nb.Cells) != 4 || !nb.Cells[2].HasTag("injected-parameters") {
		t.Fatalf("%d cells", len(nb.Cells))
	}
	if want := "// Parameters\nsteps = 5_000\nname = \"Hopper v3\"\nrate = 2*1e-3"; nb.Cells[2].Source != want {
		t.Errorf("injected %q", nb.Cells[2].Source)
	}
	for _, bad := range []string{"step=1", "steps=1+"} {
		p, _ := ParseParameter(bad)
		if err := nb.SetParameters([]Parameter{p}); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	for _, bad := range []string{"x", "1=2", "=3"} {
		if _, err := ParseParameter(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// scripted is an engine for which each line of a cell is a command.
type scripted struct {
	engine.Engine
	sink engine.Sink
	stop chan struct{}
}

func start(sink engine.Sink) (engine.Engine, error) {
	return &scripted{sink: sink, stop: make(chan struct{}, 1)}, nil
}

func (e *scripted) Interrupt()   { e.stop <- struct{}{} }
func (e *scripted) Close() error { return nil }

func (e *scripted) Execute(ctx context.Context, c engine.Cell) engine.Outcome {
	text := func(s string) *engine.Display { return &engine.Display{Data: map[string]any{"text/plain": s}} }
	for _, line := range strings.Split(c.Code, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		ev := engine.Event{Cell: c.ID}
		switch word {
		case "print":
			ev.Kind, ev.Name, ev.Text = engine.Stream, "stdout", rest+"\n"
		case "value":
			ev.Kind, ev.Display = engine.Result, text(rest)
		case "show":
			ev.Kind, ev.DisplayID, ev.Display = engine.Show, "d", text(rest)
		case "update":
			ev.Kind, ev.DisplayID, ev.Display = engine.Update, "d", text(rest)
		case "clear":
			ev.Kind, ev.Wait = engine.Clear, true
		case "widget":
			ev.Kind, ev.Comm = engine.CommOpen, &engine.CommMessage{ID: "w", Target: widgetTarget, Data: json.RawMessage(`{"state":{"_model_name":"IntSlider","value":1}}`)}
		case "fail":
			return engine.Outcome{Err: &engine.Error{Name: "panic", Value: "boom", Traceback: []string{"at 1:1"}}}
		case "loop":
			<-e.stop
			return engine.Outcome{Err: &engine.Error{Name: "Interrupted"}}
		default:
			continue
		}
		e.sink.Emit(ev)
	}
	return engine.Outcome{}
}

func book(cells ...string) *Notebook {
	nb := &Notebook{Metadata: map[string]any{}, fields: map[string]any{"nbformat": json.Number("4"), "nbformat_minor": json.Number("5")}}
	for _, c := range cells {
		nb.Cells = append(nb.Cells, &Cell{Type: "code", Source: c, Metadata: map[string]any{}, fields: map[string]any{}})
	}
	return nb
}

func outputs(t *testing.T, c *Cell) string {
	t.Helper()
	var all []string
	for _, o := range c.Outputs {
		s, _ := o["output_type"].(string)
		if text, ok := o["text"].(string); ok {
			s += ":" + text
		}
		if data, ok := o["data"].(map[string]any); ok {
			s += ":" + data["text/plain"].(string)
		}
		all = append(all, s)
	}
	return strings.Join(all, "|")
}

func TestExecute(t *testing.T) {
	nb := book("print a\nprint b\nvalue 2", "", "show one\nprint c", "update two\nclear\nprint d", "print x\nclear\nvalue y\nwidget")
	var steps []Step
	if err := Execute(t.Context(), nb, Options{Start: start, Version: "1", Progress: func(s Step) { steps = append(steps, s) }}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"stream:a\nb\n|execute_result:2", "", "display_data:two|stream:c\n", "stream:d\n", "execute_result:y"} {
		if got := outputs(t, nb.Cells[i]); got != want {
			t.Errorf("cell %d: %q, want %q", i, got, want)
		}
	}
	if nb.Cells[0].Count != 1 || nb.Cells[1].Count != 0 || nb.Cells[2].Count != 2 {
		t.Errorf("counts %d %d %d", nb.Cells[0].Count, nb.Cells[1].Count, nb.Cells[2].Count)
	}
	if len(steps) != 8 || steps[7].Index != 4 || steps[7].Total != 4 {
		t.Errorf("progress %+v", steps)
	}
	data, err := nb.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"execution_count": 2`, `"iopub.execute_input"`, `"language_info"`, `"nbconvert_exporter": "script"`, `"IntSlider"`, `"name": "gomdcsan"`} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("%s is not in the notebook:\n%s", want, data)
		}
	}
}

func TestFailureStopsAndIsWritten(t *testing.T) {
	nb := book("print a", "print b\nfail", "print c")
	nb.Cells[2].Outputs = []Output{{"output_type": "stream", "text": "old"}}
	err := Execute(t.Context(), nb, Options{Start: start})
	var failed *CellError
	if !errors.As(err, &failed) || failed.Index != 2 || failed.Name != "panic" || len(failed.Traceback) != 1 {
		t.Fatalf("error %v", err)
	}
	if got := outputs(t, nb.Cells[1]); got != "stream:b\n|error" {
		t.Errorf("outputs %q", got)
	}
	if got := outputs(t, nb.Cells[2]); got != "" {
		t.Errorf("the cell that did not run has outputs %q", got)
	}
	nb.Cells[1].Metadata["tags"] = []any{"raises-exception"}
	if err := Execute(t.Context(), nb, Options{Start: start}); err != nil {
		t.Errorf("with raises-exception: %v", err)
	}
	delete(nb.Cells[1].Metadata, "tags")
	if err := Execute(t.Context(), nb, Options{Start: start, AllowErrors: true}); err != nil || outputs(t, nb.Cells[2]) != "stream:c\n" {
		t.Errorf("with AllowErrors: %v, %q", err, outputs(t, nb.Cells[2]))
	}
	nb.Cells[1].Metadata["tags"] = []any{"skip-execution"}
	if err := Execute(t.Context(), nb, Options{Start: start}); err != nil {
		t.Errorf("with skip-execution: %v", err)
	}
}

func TestTimeoutAndCancel(t *testing.T) {
	err := Execute(t.Context(), book("loop", "print a"), Options{Start: start, Timeout: 50 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "50ms") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := Execute(ctx, book("loop"), Options{Start: start, AllowErrors: true}); err == nil {
		t.Error("no error at the end of the context")
	}
	no := func(engine.Sink) (engine.Engine, error) { return nil, errors.New("no interpreter") }
	if err := Execute(t.Context(), book("print a"), Options{Start: no}); err == nil || !strings.Contains(err.Error(), "no interpreter") {
		t.Errorf("error %v", err)
	}
}

func TestWriteReplacesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	if err := os.WriteFile(path, []byte(sample), 0o644); err != nil {
		t.Fatal(err)
	}
	nb, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	nb.Cells = nb.Cells[:1]
	if err := nb.Write(path); err != nil {
		t.Fatal(err)
	}
	if back, err := Read(path); err != nil || len(back.Cells) != 1 {
		t.Errorf("read back: %v", err)
	}
	if err := nb.Write(filepath.Join(path, "x.ipynb")); err == nil {
		t.Error("wrote below a file")
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// Whatever can be read can be written, and reads as the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":"a\nb","outputs":[{"data":{"image/png":"x\ny"}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Parse(data)
		if err != nil {
			return
		}
		nb.SetParameters([]Parameter{{"steps", "1"}})
		once, err := nb.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, once)
		}
		twice, _ := again.Encode()
		if !bytes.Equal(once, twice) {
			t.Errorf("written twice:\n%s\n%s", once, twice)
		}
	})
}
