// Casegen fills in what cells must print: it makes a program of each case of a
// suite, has the Go compiler build them, runs them, and writes their output
// into the suite's file.
//
// A case is a list of cells: imports, declarations, and last the statements
// that become main's body. New ones are added to the file by hand, without
// stdout, and then
//
//	go run ./kernel/golang/casegen kernel/golang/testdata/corner_cases.json
//
// With -check nothing is written: outputs that differ from the file's end it
// with an error.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// suite is a file of cases.
type suite struct {
	Format string      `json:"format"`
	Cases  []*testCase `json:"cases"`
}

type testCase struct {
	Name   string   `json:"name"`
	Cells  []string `json:"cells"`
	Stdout string   `json:"stdout"`
}

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "compare the outputs with the file's instead of writing them")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("casegen: name the files of cases")
	}
	for _, file := range flag.Args() {
		if err := update(file, *check); err != nil {
			log.Fatalf("casegen: %s: %v", file, err)
		}
	}
}

// update fills in, or checks, the outputs of a file's cases.
func update(file string, check bool) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var s suite
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	command, remove, err := build(s.Cases)
	if err != nil {
		return err
	}
	defer remove()
	var differ []error
	for i, c := range s.Cases {
		out, err := run(command, i)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if check && out != c.Stdout {
			differ = append(differ, fmt.Errorf("%s prints %q, the file says %q", c.Name, out, c.Stdout))
		}
		c.Stdout = out
	}
	if check {
		return errors.Join(differ...)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// build makes one program that runs the case whose number it is given: a
// package for each, so that their names do not meet.
func build(cases []*testCase) (command string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "casegen-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	var imports, calls strings.Builder
	for i, c := range cases {
		name := packageName(i)
		last := len(c.Cells) - 1
		text := fmt.Sprintf("package %s\n\n%s\n\nfunc Run() {\n%s\n}\n", name, strings.Join(c.Cells[:last], "\n\n"), c.Cells[last])
		if err = write(filepath.Join(dir, name, "case.go"), text); err != nil {
			return "", nil, err
		}
		fmt.Fprintf(&imports, "\t\"cases/%s\"\n", name)
		fmt.Fprintf(&calls, "%s.Run, ", name)
	}
	program := fmt.Sprintf("package main\n\nimport (\n\t\"os\"\n\t\"strconv\"\n%s)\n\nfunc main() {\n\ti, _ := strconv.Atoi(os.Args[1])\n\t[]func(){%s}[i]()\n}\n", imports.String(), calls.String())
	err = errors.Join(write(filepath.Join(dir, "main.go"), program), write(filepath.Join(dir, "go.mod"), "module cases\n\ngo 1.26\n"))
	if err != nil {
		return "", nil, err
	}
	command = filepath.Join(dir, "cases.exe")
	c := exec.Command("go", "build", "-o", command, ".")
	c.Dir, c.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, e := c.CombinedOutput(); e != nil {
		err = fmt.Errorf("go build: %w\n%s", e, out)
	}
	return command, remove, err
}

// packageName cannot be mistaken for anything that a case prints.
func packageName(i int) string { return fmt.Sprintf("qz%03d", i) }

func write(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

// run returns what a case prints. Its types are main's to it, as a cell's are.
func run(command string, i int) (string, error) {
	var out, stderr bytes.Buffer
	c := exec.Command(command, fmt.Sprint(i))
	c.Stdout, c.Stderr = &out, &stderr
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, stderr.String())
	}
	name := packageName(i)
	return strings.NewReplacer("cases/"+name+".", "main.", name+".", "main.").Replace(out.String()), nil
}
