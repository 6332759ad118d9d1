// Package notebooks_test checks the notebooks without a kernel: their cells,
// put together as one Go program, must pass the compiler. The kernel's own
// tests execute them.
package notebooks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	execute = flag.String("execute", "", "also run the notebook of this name as a compiled program")
	figures = flag.String("figures", "", "folder into which -execute writes what is shown")
	tags    = flag.String("buildtags", "", "build tags for -execute")
)

// preloaded are the packages that every cell has; see the kernel's manual.
var preloaded = []string{"fmt", "math", "math/rand/v2", "context", "time", "os", "strings", "gomdcsan/mdcsan", "gomdcsan/plotting", "gomdcsan/kernel/display",
	"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/stat", "gonum.org/v1/gonum/floats", "gonum.org/v1/plot"}

type notebook struct {
	Cells []struct {
		ID     string `json:"id"`
		Type   string `json:"cell_type"`
		Source any    `json:"source"`
	} `json:"cells"`
	Metadata struct {
		Kernelspec struct {
			Name string `json:"name"`
		} `json:"kernelspec"`
	} `json:"metadata"`
	Format int `json:"nbformat"`
	Minor  int `json:"nbformat_minor"`
}

func source(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var b strings.Builder
	for _, line := range v.([]any) {
		b.WriteString(line.(string))
	}
	return b.String()
}

func TestNotebooksCompile(t *testing.T) {
	files, err := filepath.Glob("*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var nb notebook
			if err := json.Unmarshal(data, &nb); err != nil {
				t.Fatal(err)
			}
			if nb.Format != 4 || nb.Minor != 5 || nb.Metadata.Kernelspec.Name != "gomdcsan" {
				t.Errorf("nbformat %d.%d, kernel %q", nb.Format, nb.Minor, nb.Metadata.Kernelspec.Name)
			}
			if m := regexp.MustCompile(`/(home|root|tmp|work|Users)/[\w/.-]*`).Find(data); m != nil {
				t.Errorf("it names a place on somebody's machine: %s", m)
			}
			program, err := translate(&nb)
			if err != nil {
				t.Fatal(err)
			}
			main := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(main, program, 0o666); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("go", "vet", "-composites=false", "-copylocks=false", main).CombinedOutput(); err != nil {
				t.Fatalf("%s\n%s", out, number(program))
			}
			if *execute == file {
				run(t, main)
			}
		})
	}
}

// run runs a notebook's program.
func run(t *testing.T, main string) {
	args := []string{"run", "-tags", *tags, main}
	if *figures != "" {
		host := filepath.Join(filepath.Dir(main), "host.go")
		if err := os.WriteFile(host, []byte(fileHost), 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, host)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "FIGURES="+*figures)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}

// fileHost is a display.Host that writes figures to a folder and prints texts.
const fileHost = `package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
)

type files struct{ n map[string]int }

func init() { display.Attach(files{map[string]int{}}) }

func (f files) Emit(e engine.Event) {
	if e.Display == nil {
		return
	}
	n, ok := f.n[e.DisplayID]
	if !ok {
		n = len(f.n)
		f.n[e.DisplayID] = n
	}
	write := func(ext string, data []byte) { os.WriteFile(filepath.Join(os.Getenv("FIGURES"), fmt.Sprintf("%02d.%s", n, ext)), data, 0o666) }
	if s, ok := e.Display.Data["image/svg+xml"].(string); ok {
		write("svg", []byte(s))
	}
	if s, ok := e.Display.Data["image/png"].(string); ok {
		b, _ := base64.StdEncoding.DecodeString(s)
		write("png", b)
	}
	if !ok {
		fmt.Printf("[%02d] %v\n", n, e.Display.Data["text/plain"])
	}
}

func (files) Context() context.Context              { return context.Background() }
func (files) Input(string, bool) (string, error) { return "", nil }
`

// translate makes a program of a notebook: declarations at the top level, all
// statements in main, last values shown.
func translate(nb *notebook) ([]byte, error) {
	imports := map[string]bool{}
	var decls, body strings.Builder
	for _, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		code := source(c.Source)
		fset := token.NewFileSet()
		text := func(src string, n ast.Node) string {
			return src[fset.Position(n.Pos()).Offset:fset.Position(n.End()).Offset]
		}
		src := "package p\n" + code
		if f, err := parser.ParseFile(fset, "", src, parser.ParseComments); err == nil { // declarations only
			for _, i := range f.Imports {
				imports[i.Path.Value] = true
			}
			for _, d := range f.Decls {
				if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
					decls.WriteString(text(src, d) + "\n\n")
				}
			}
			continue
		}
		for strings.HasPrefix(code, "import ") {
			line, rest, _ := strings.Cut(code, "\n")
			imports[strings.TrimPrefix(line, "import ")] = true
			code = strings.TrimLeft(rest, "\n")
		}
		src = "package p\nfunc _() {\n" + code + "\n}"
		f, err := parser.ParseFile(fset, "", src, 0)
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", c.ID, err)
		}
		list := f.Decls[0].(*ast.FuncDecl).Body.List
		last := list[len(list)-1]
		fmt.Fprintf(&body, "\t// %s\n", c.ID)
		if e, ok := last.(*ast.ExprStmt); ok && !void(text(src, e)) {
			cut := len(code) - (len(src) - 2 - fset.Position(e.Pos()).Offset)
			fmt.Fprintf(&body, "%s\ndisplay.Show(%s)\n\n", code[:cut], text(src, e))
			continue
		}
		body.WriteString(code + "\n\n")
	}
	var b bytes.Buffer
	b.WriteString("package main\n\nimport (\n")
	for _, p := range preloaded {
		imports[fmt.Sprintf("%q", p)] = true
	}
	for p := range imports {
		name := path.Base(strings.TrimSuffix(strings.Trim(p, `"`), "/v2"))
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(decls.String() + body.String() + "display.") {
			fmt.Fprintf(&b, "\t%s\n", p)
		}
	}
	fmt.Fprintf(&b, ")\n\n%sfunc main() {\n%s}\n", decls.String(), body.String())
	return format.Source(b.Bytes())
}

// void reports whether an expression statement is a call for its effect.
func void(s string) bool {
	for _, prefix := range []string{"display.Show(", "display.Must(", "fmt.Print", "display.ClearOutput(", "copy("} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return strings.HasSuffix(s, ".Close()") || strings.HasSuffix(s, ".Redraw()") || strings.Contains(s, ".Update(")
}

func number(program []byte) string {
	var b strings.Builder
	for i, line := range strings.Split(string(program), "\n") {
		fmt.Fprintf(&b, "%4d %s\n", i+1, line)
	}
	return b.String()
}
