package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment"
)

func TestCampaignCountsWhatIsDone(t *testing.T) {
	s := &mdcsan.Sweep{Grids: []map[string]any{
		{"task": []string{"Hopper-v3", "Ant-v3"}, "normalise": []bool{true, false}, "steps": []int{300_000}, "seed": []int{0, 1}},
		{"task": []string{"Hopper-v3"}, "actor": []string{"dan"}, "steps": []int{1_000_000}, "seed": []int{0}},
	}}
	raw := fake("Ant-v3", "mdcsan", 1, constant(30, 1)...)
	raw.Manifest.Config.Normalise = false
	short := fake("Hopper-v3", "dan", 0, constant(30, 1)...)
	got, err := Campaign(s, []*mdcsan.Results{raw, short, fake("Hopper-v3", "mdcsan", 0, constant(30, 1)...), fake("Hopper-v3", "mdcsan", 7, constant(30, 1)...)})
	if err != nil {
		t.Fatal(err)
	}
	want := `| runs | steps | Ant-v3 | HalfCheetah-v3 | Walker2d-v3 | Hopper-v3 |
|---|---|---|---|---|---|
| mdcsan pop dn | 300,000 | 0 of 2 | | | 1 of 2 |
| mdcsan pop dn, normalise false | 300,000 | 1 of 2 | | | 0 of 2 |
| dan | 1,000,000 | | | | 0 of 1 |
`
	if table := string(CampaignTable(got)); table != want {
		t.Errorf("got\n%s\nwant\n%s", table, want)
	}
}

// TestReadmeSaysHowFarTheCampaignIs: the table in the README is that of the
// stored results.
func TestReadmeSaysHowFarTheCampaignIs(t *testing.T) {
	root := filepath.Join("..", "..")
	sweep, err := experiment.ReadSweep(filepath.Join(root, "notebooks", "campaign.toml"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := Open(filepath.Join(root, "notebooks", "results"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Campaign(sweep, results)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := string(CampaignTable(rows)); !strings.Contains(string(readme), want) {
		t.Errorf("README.md is behind the stored results; its table of the campaign should be\n\n%s", want)
	}
}
