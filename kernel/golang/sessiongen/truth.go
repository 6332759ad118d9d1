package sessiongen

import (
	"bytes"
	"context"
	_ "embed" // for the program's runtime
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed runtime.txt
var runner string

// Truth has the Go compiler build one program of sessions in an empty folder,
// runs it, and returns what each cell of each session does.
func Truth(dir string, sessions []*Session) ([][]Result, error) {
	results := make([][]Result, len(sessions))
	index := map[int]int{}
	var calls strings.Builder
	for i, s := range sessions {
		results[i], index[s.Seed] = make([]Result, len(s.Cells)), i
		files, of, err := files(s)
		if err != nil {
			return nil, err
		}
		for name, text := range files {
			if err := write(dir, name, text); err != nil {
				return nil, err
			}
		}
		calls.WriteString(of)
	}
	err := errors.Join(write(dir, "go.mod", "module cells\n\ngo 1.26\n"), write(dir, "runtime.go", runner),
		write(dir, "main.go", "package main\n\nfunc main() {\n"+calls.String()+"}\n"))
	if err != nil {
		return nil, err
	}
	if out, err := goCommand(dir, "build", "-gcflags=-e", "-o", "cells.exe", "."); err != nil {
		return nil, fmt.Errorf("sessiongen: go build: %w\n%s", err, out)
	}
	out, err := run(filepath.Join(dir, "cells.exe"))
	if err != nil {
		return nil, err
	}
	results, err = parse(out, results, index)
	if err != nil {
		return nil, err
	}
	return results, refusals(dir, sessions, results)
}

// run runs the program, which should end within moments.
func run(command string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out, stderr bytes.Buffer
	c := exec.CommandContext(ctx, command)
	c.Stdout, c.Stderr = &out, &stderr
	if err := c.Run(); err != nil {
		at := out.String()
		return "", fmt.Errorf("sessiongen: the program ends in the cell of %q: %w\n%s", at[strings.LastIndex(at, "\x00C ")+1:], errors.Join(err, ctx.Err()), stderr.String())
	}
	return out.String(), nil
}

func write(dir, name, text string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
}

// goCommand runs the go command in the program's folder.
func goCommand(dir string, args ...string) (string, error) {
	c := exec.Command("go", args...)
	c.Dir, c.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := c.CombinedOutput()
	return string(out), err
}

// parse takes what the program prints apart.
func parse(out string, results [][]Result, index map[int]int) ([][]Result, error) {
	var at *Result
	for i, part := range strings.Split(mark.ReplaceAllString(out, ""), "\x00mark\x00") {
		if i%2 == 0 {
			if at != nil {
				at.Output += part
			}
			continue
		}
		switch part[0] {
		case 'C':
			var seed, cell int
			if _, err := fmt.Sscanf(part, "C %d %d", &seed, &cell); err != nil {
				return nil, fmt.Errorf("sessiongen: the program prints %q: %w", part, err)
			}
			at = &results[index[seed]][cell]
		case 'V':
			at.Value = part[1:]
		case 'P':
			at.Panic, at.Value, at.Failed = part[1:], "", true
		}
	}
	return results, nil
}

// refusals adds what the compiler says of the cells that it is to refuse, each
// the body of a function of a package.
func refusals(dir string, sessions []*Session, results [][]Result) error {
	sub := filepath.Join(dir, "refused")
	if err := os.Mkdir(sub, 0o755); err != nil {
		return err
	}
	missing := 0
	for i, s := range sessions {
		for j, c := range s.Cells {
			if c.refused == "" {
				continue
			}
			missing++
			t := &translation{s: s, imports: preloaded, files: map[string]string{}}
			if err := t.write(0, "func _() {\n"+c.refused+"\n}\n"); err != nil {
				return fmt.Errorf("sessiongen: %w in %q", err, c.refused)
			}
			if err := write(sub, fmt.Sprintf("r_%d_%d_.go", i, j), t.files[t.file(0)]); err != nil {
				return err
			}
		}
	}
	if missing == 0 {
		return nil
	}
	if err := write(sub, "main.go", "package main\n\nfunc main() {}\n"); err != nil {
		return err
	}
	out, err := goCommand(dir, "build", "-gcflags=-e", "-o", os.DevNull, "./refused")
	if err == nil {
		return errors.New("sessiongen: the compiler refuses nothing")
	}
	for line := range strings.SplitSeq(out, "\n") {
		parts := strings.SplitN(line, ":", 4)
		name := strings.Split(filepath.Base(parts[0]), "_")
		if len(parts) < 4 || len(name) != 4 {
			continue
		}
		i, _ := strconv.Atoi(name[1])
		j, _ := strconv.Atoi(name[2])
		if r := &results[i][j]; r.Refused == "" {
			r.Refused, r.Failed = strings.TrimSpace(parts[3]), true
			missing--
		}
	}
	if missing > 0 {
		return fmt.Errorf("sessiongen: the compiler does not refuse %d cells that it should\n%s", missing, out)
	}
	return nil
}
