package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInlinePicture(t *testing.T) {
	png := strings.Repeat("A", 5000)
	kitty := inlinePicture("kitty", png)
	if strings.Count(kitty, "\x1b_G") != 2 || !strings.Contains(kitty, "a=T,f=100,m=1;") || !strings.Contains(kitty, "\x1b_Gm=0;"+strings.Repeat("A", 904)) {
		t.Errorf("kitty: %.80q", kitty)
	}
	if got := inlinePicture("iterm", png); !strings.HasPrefix(got, "\x1b]1337;File=inline=1:AAA") {
		t.Errorf("iterm: %.80q", got)
	}
}

func TestHistory(t *testing.T) {
	h := &history{file: filepath.Join(t.TempDir(), "deep", "history")}
	for _, l := range []string{"a", "b", "b", " ", "c"} {
		h.Add(l)
	}
	if h.Len() != 3 || h.At(0) != "c" || h.At(2) != "a" {
		t.Errorf("history %q", h.lines)
	}
	data, err := os.ReadFile(h.file)
	if err != nil || string(data) != "a\nb\nc\n" {
		t.Errorf("file %q, %v", data, err)
	}
}

func TestSearch(t *testing.T) {
	s := search{history: &history{lines: []string{"one apple", "two", "apple pie", "three"}}}
	line := "apple"
	for _, want := range []string{"apple pie", "one apple", "one apple"} {
		if line, _, _ = s.back(line, 0); line != want {
			t.Errorf("found %q, want %q", line, want)
		}
	}
	if line, _, _ = s.back("t", 1); line != "three" {
		t.Errorf("another text: %q", line)
	}
	if line, _, _ = s.back("nowhere", 3); line != "nowhere" {
		t.Errorf("nothing: %q", line)
	}
}

func TestOutdented(t *testing.T) {
	for line, want := range map[string]string{"    ": "}", "        ": "    }", "": "", "    x": ""} {
		if got, _, _ := outdented(line, len(line), '}'); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}
