package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// linters report what is wrong, deprecated or never used. Each must print
// nothing; an exception stands in the code, with its reason (//lint:ignore).
var linters = []struct{ name, version string }{
	{"honnef.co/go/tools/cmd/staticcheck", "v0.8.2"},
	{"golang.org/x/tools/cmd/deadcode", "v0.52.0"},
}

// lint runs the linters over the whole module.
func (m *machine) lint() error {
	for _, l := range linters {
		args := []string{"run", l.name + "@" + l.version}
		if strings.HasSuffix(l.name, "deadcode") {
			args = append(args, "-test")
		}
		c := m.command("go", append(args, "./...")...)
		c.Env = append(os.Environ(), "GOFLAGS=")
		found, err := c.CombinedOutput()
		if findings := lintFindings(found); findings != "" || err != nil {
			return fmt.Errorf("%s: %v\n%s", l.name, err, findings)
		}
		m.say("  %s finds nothing", l.name)
	}
	return nil
}

// lintFindings is a linter's output without what the go command says.
func lintFindings(output []byte) string {
	var out strings.Builder
	for line := range bytes.Lines(output) {
		if !bytes.HasPrefix(line, []byte("go: ")) {
			out.Write(line)
		}
	}
	return strings.TrimSpace(out.String())
}
