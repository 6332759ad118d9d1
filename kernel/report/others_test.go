package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan"
)

// Runs that the paper has no curve of are on the page, with what is other
// about them.
func TestOtherRuns(t *testing.T) {
	small := fake("Hopper-v3", "mdcsan", 1, constant(20, 300)...)
	small.Manifest.Config.Hidden = []int{64, 64}
	again := fake("Hopper-v3", "mdcsan", 0, constant(10, 500)...)
	again.Manifest.Config.Hidden = []int{64, 64}
	runs := []*mdcsan.Results{fake("Hopper-v3", "dan", 3, constant(20, 700)...), small, fake("Ant-v4", "lif", 0, constant(20, 900)...), again}
	others := Others(runs)
	if len(others) != 3 {
		t.Fatalf("%d others of %d runs", len(others), len(runs))
	}
	rows := OtherRows(others)
	if len(rows) != 2 || rows[0].Task != "Hopper-v3" || !strings.Contains(rows[0].Run, "hidden 64,64") || rows[0].Seeds != "0, 1" ||
		rows[0].Steps != "100,000 to 200,000" || rows[0].Last != "400" || rows[1].Run != "lif pop" {
		t.Errorf("%+v", rows)
	}
	dir := t.TempDir()
	if err := Write(dir, runs); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 runs of 4 stand under none", "hidden 64,64", "Ant-v4"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "figures", "others.pdf")); err != nil {
		t.Error(err)
	}
}

// A run without an evaluation is listed, and nothing is drawn of it.
func TestOtherRunWithoutEvaluation(t *testing.T) {
	r := fake("Pendulum-v1", "mdcsan", 0)
	r.Manifest.Config.Steps = 100
	rows := OtherRows([]*mdcsan.Results{r})
	if len(rows) != 1 || rows[0].Steps != "0" || rows[0].Best != "" {
		t.Errorf("%+v", rows)
	}
	if OtherFigure([]*mdcsan.Results{r}) != nil {
		t.Error("a figure of nothing")
	}
}

// TestReadmeHasTheFieldsTable: the table of today's tasks in the README is that
// of the stored results.
func TestReadmeHasTheFieldsTable(t *testing.T) {
	root := filepath.Join("..", "..")
	results, err := Open(filepath.Join(root, "notebooks", "results"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := string(FieldTable(results)); !strings.Contains(string(readme), want) {
		t.Errorf("README.md is behind the stored results; its table of today's tasks should be\n\n%s", want)
	}
}
