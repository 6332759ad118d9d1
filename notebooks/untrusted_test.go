package notebooks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestFiguresShowUntrusted: what is shown as SVG is there as PNG too, with a
// description, for readers that show no SVG: notebooks that are not trusted.
func TestFiguresShowUntrusted(t *testing.T) {
	files, err := filepath.Glob("*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d notebooks, %v", len(files), err)
	}
	figures := 0
	for _, file := range files {
		var nb struct {
			Cells []struct {
				Outputs []struct {
					Data     map[string]any            `json:"data"`
					Metadata map[string]map[string]any `json:"metadata"`
				} `json:"outputs"`
			} `json:"cells"`
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &nb); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, c := range nb.Cells {
			for _, o := range c.Outputs {
				if o.Data["image/svg+xml"] == nil {
					continue
				}
				figures++
				if alt, _ := o.Metadata["image/png"]["alt"].(string); o.Data["image/png"] == nil || alt == "" {
					t.Errorf("%s: cell %d: a figure without PNG or description", file, i+1)
				}
			}
		}
	}
	if figures < 20 {
		t.Errorf("only %d figures", figures)
	}
}
