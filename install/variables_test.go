package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestVariablesAreDocumented compares the table of CONTRIBUTING.md with the
// variables that the sources name.
func TestVariablesAreDocumented(t *testing.T) {
	name := regexp.MustCompile(`GOMDCSAN_[A-Z0-9_]*[A-Z0-9]`)
	table, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, v := range regexp.MustCompile("`"+name.String()+"`").FindAllString(string(table), -1) {
		documented[v[1:len(v)-1]] = false // until a source names it
	}
	for _, f := range tracked(t) {
		if !slices.Contains([]string{".go", ".py", ".mjs", ".sh"}, filepath.Ext(f)) {
			continue
		}
		source, err := os.ReadFile(filepath.Join("..", f))
		if err != nil {
			continue // deleted but not yet committed
		}
		for _, v := range name.FindAllString(string(source), -1) {
			if _, ok := documented[v]; !ok {
				t.Errorf("%s names %s, which CONTRIBUTING.md does not explain", f, v)
			}
			documented[v] = true
		}
	}
	for v, named := range documented {
		if !named {
			t.Errorf("CONTRIBUTING.md explains %s, which no source names", v)
		}
	}
}
