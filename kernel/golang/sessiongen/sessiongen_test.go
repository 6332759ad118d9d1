package sessiongen

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryHeadingHasAForm holds the forms against the headings of the Go spec,
// as the toolchain brings it.
func TestEveryHeadingHasAForm(t *testing.T) {
	forms := map[string]string{}
	for _, f := range Forms() {
		for h := range strings.SplitSeq(f.Headings, ",") {
			forms[h] = f.Name
		}
	}
	headings := specHeadings(t, "Types", "Declarations and scope", "Expressions", "Statements")
	if len(headings) < 80 {
		t.Fatalf("the spec has only %d headings", len(headings))
	}
	for _, h := range headings {
		if forms[h] == "" {
			t.Errorf("no form for %q", h)
		}
	}
	all := specHeadings(t)
	for h, name := range forms {
		if !slices.Contains(all, h) {
			t.Errorf("form %q is for %q, which is no heading of the spec", name, h)
		}
	}
}

// specHeadings returns the headings of sections of the spec, or of all.
func specHeadings(t *testing.T, sections ...string) (out []string) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "doc", "go_spec.html"))
	if err != nil {
		t.Skip("the toolchain comes without the spec: ", err)
	}
	within := false
	for _, m := range regexp.MustCompile(`<h([2-4]) id="([^"]+)"`).FindAllStringSubmatch(string(data), -1) {
		name := strings.ReplaceAll(m[2], "_", " ")
		if m[1] == "2" {
			within = len(sections) == 0 || slices.Contains(sections, name)
		}
		if within {
			out = append(out, name)
		}
	}
	return out
}

// TestEveryFormIsUsed looks for each form in as many sessions as there are.
func TestEveryFormIsUsed(t *testing.T) {
	used := map[string]int{}
	for _, s := range Sessions(1, len(Forms())) {
		for _, name := range s.Forms {
			used[name]++
		}
		if n := len(s.Cells); n < minCells || n > maxCells+4 {
			t.Errorf("seed %d: %d cells", s.Seed, n)
		}
	}
	for _, f := range Forms() {
		if used[f.Name] == 0 {
			t.Errorf("form %q is in no session", f.Name)
		}
	}
}

func TestSameSeedSameSession(t *testing.T) {
	for seed := range 50 {
		if a, b := New(seed).String(), New(seed).String(); a != b {
			t.Fatalf("seed %d gives\n%s\nand\n%s", seed, a, b)
		}
	}
	if New(1).String() == New(2).String() {
		t.Error("two seeds give the same session")
	}
}

// TestTruth compiles a session of each form.
func TestTruth(t *testing.T) {
	sessions := Sessions(1, len(Forms()))
	results, err := Truth(t.TempDir(), sessions)
	if err != nil {
		t.Fatal(err)
	}
	seen := Result{}
	for i, s := range sessions {
		for j := range s.Cells {
			r := results[i][j]
			seen.Output += r.Output
			seen.Value += r.Value
			seen.Panic += r.Panic
			seen.Refused += r.Refused
		}
	}
	if seen.Output == "" || seen.Value == "" || seen.Panic == "" || seen.Refused == "" {
		t.Errorf("among %d sessions nothing prints, shows, panics or is refused", len(sessions))
	}
	if m := mark.FindString(seen.Output + seen.Value + seen.Panic); m != "" {
		t.Errorf("a mark of the program's names is left: %q", m)
	}
}

// TestDeclaredAgain has what refers to a name that is declared again follow it.
func TestDeclaredAgain(t *testing.T) {
	s := &Session{Seed: 7, Cells: []*Cell{
		{again: -1, decls: []string{"const c = 1", "func f() int { return c }", "func g() int { return f() }"}, value: "g()"},
		{again: -1, decls: []string{"const c = 20"}, value: "g()"},
		{again: 0},
	}}
	results, err := Truth(t.TempDir(), []*Session{s})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1", "20", "1"} {
		if got := results[0][i].Value; got != want {
			t.Errorf("cell %d shows %q, want %q", i, got, want)
		}
	}
}
