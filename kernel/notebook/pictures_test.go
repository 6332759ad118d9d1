package notebook

import "testing"

// TestWritePictures: every picture in its best format, in the order of the
// notebook, and a damaged one named by its cell.
func TestWritePictures(t *testing.T) {
	show := func(bundle map[string]any) Output { return Output{"output_type": "display_data", "data": bundle} }
	nb := &Notebook{Cells: []*Cell{
		{Type: "code", Outputs: []Output{show(map[string]any{"text/plain": "no picture"}), {"output_type": "stream", "text": "x"}}},
		{Type: "code", Outputs: []Output{show(map[string]any{"image/png": "UE5H", "image/svg+xml": []any{"<svg>", "</svg>"}})}},
		{Type: "code", Outputs: []Output{show(map[string]any{"image/gif": "R0lG\nODk=", "image/png": "UE5H"})}},
	}}
	wrote := map[string]string{}
	write := func(name string, data []byte) error { wrote[name] = string(data); return nil }
	names, err := nb.WritePictures("fig", write)
	if err != nil || len(names) != 2 {
		t.Fatalf("wrote %v, %v; want 2 pictures", names, err)
	}
	for name, want := range map[string]string{"fig-1.svg": "<svg></svg>", "fig-2.gif": "GIF89"} {
		if got := wrote[name]; got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	nb.Cells[0].Outputs = []Output{show(map[string]any{"image/png": "***"})}
	if _, err := nb.WritePictures("fig", write); err == nil {
		t.Error("a damaged picture was written")
	}
}
