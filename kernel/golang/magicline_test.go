package golang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
)

// TestMagicsAmongGo runs magics wherever a statement could begin.
func TestMagicsAmongGo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	s := newTestSession(t)
	defer s.close()
	for _, c := range []struct{ code, printed, value string }{
		{"n := 1\n!echo hi", "hi\n", ""},
		{"n\n!echo hi", "hi\n", ""},
		{"n = 2\n!echo 'its' '`'\nfmt.Println(n)\n%env ZZ_AMONG=on\n!echo $ZZ_AMONG\nn", "its `\n2\non\n", "2"},
		{"// a comment\n!echo hi\n// another", "hi\n", ""},
		{"n = 3;\n!echo one \\\n  two \\\n  three\nn + 1", "one two three\n", "4"},
		{"func among() int {\n\treturn n\n}\n%time among()", "took ", "3"},
		{"s := `\n!echo no\n%cd /\n`\nlen(s)", "", "16"},
		{"m := []bool{\n!true,\n!false}\nm[1]", "", "true"},
		{"/*\n!echo no\n*/\nn", "", "3"},
		{"ok := true\n!ok", "", "false"},
		{"!ok", "", "false"},
		{"%cd \"" + dir + "\"", dir + "\n", ""},
		{"%cd ..\n%cd -", dir + "\n", ""},
		{"%cd ..\n%cd 'a b'", dir + "\n", ""},
		{"%cd ..\n%cd a\\ b", dir + "\n", ""},
		{"n = 5\n%%bash\necho rest\necho of it", "rest\nof it\n", ""},
		{"%%time\n!echo in\nn", "in\n", "5"},
		{"%%interpret\nfunc twice(i int) int { return 2 * i }\n!echo between\ntwice(n)", "between\n", "10"},
		{"%timeit n\nn", " each", "5"},
	} {
		before := len(s.printed())
		s.value = ""
		s.must(c.code)
		late := time.Now().Add(5 * time.Second)
		for !strings.Contains(s.printed()[before:], c.printed) && time.Now().Before(late) {
			time.Sleep(time.Millisecond)
		}
		if got := s.printed()[before:]; !strings.Contains(got, c.printed) || strings.Contains(got, "no\n") {
			t.Errorf("%q printed %q, want %q", c.code, got, c.printed)
		}
		if s.value != c.value {
			t.Errorf("%q shows %q, want %q", c.code, s.value, c.value)
		}
	}
	if err := s.run("a := 1\n!exit 3\na = 2"); err == nil || !strings.Contains(err.Value, "exit status 3") {
		t.Errorf("%v, want exit status 3", err)
	}
	if s.must("a"); s.value != "1" {
		t.Errorf("after a command that failed: a is %s", s.value)
	}
	err := s.run("b := 1\n!echo x\nb := \"wrong")
	if err == nil || !strings.Contains(strings.Join(err.Traceback, "\n"), ":3:6") {
		t.Errorf("the error does not name line 3: %v", err)
	}
	for code, want := range map[string]string{"n\n!ls \\": "incomplete", "n\n!ls": "complete", "func f() {\n!ls": "incomplete", "%time f(": "incomplete", "!it's": "complete"} {
		if got := s.e.IsComplete(code).Status; got != want {
			t.Errorf("%q is %s, want %s", code, got, want)
		}
	}
	file := filepath.Join(t.TempDir(), "saved.go")
	s.must("%save " + file)
	if data, _ := os.ReadFile(file); !strings.Contains(string(data), "n = 3;\n!echo one \\\n  two \\\n  three\nn + 1\n") {
		t.Errorf("saved %s", data)
	}
}

func (s *testSession) printed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// FuzzQuestions asks about whatever text at whatever place: an answer lies
// within the text, and nothing panics.
func FuzzQuestions(f *testing.F) {
	for _, code := range []string{"!x", "%t", "%cd \"a", "n\n!x \\\n", "%env ", "x?", "?", "??x", "import \"", "fmt.Pri", "f(\"", "%%bash\nl", "%", "!", "%%", "a\n%", "日本.", "`", "\xff!\xfe", "x := struct{", "%time fmt.", "!\n!"} {
		for _, pos := range []int{0, 1, len(code) / 2, len(code)} {
			f.Add(code, pos)
		}
	}
	s := newSessionWith(f, Options{NoNative: true})
	f.Cleanup(s.close)
	s.must("x := []struct{ N int }{{1}}")
	f.Fuzz(func(t *testing.T, code string, pos int) {
		c := s.e.Complete(code, pos)
		if c.Start < 0 || c.Start > c.End || c.End > len(code) {
			t.Errorf("%q at %d: replaces [%d, %d)", code, pos, c.Start, c.End)
		}
		s.e.Inspect(code, pos, 1)
		s.e.IsComplete(code)
	})
}

// TestCompleteEverywhere puts the cursor everywhere in cells with magics.
func TestCompleteEverywhere(t *testing.T) {
	s := newSessionWith(t, Options{NoNative: true})
	defer s.close()
	for _, code := range []string{"!x", "  !x  y", "%cd  a", "%time  x", "x := 1\n!ls \\\n -l\nx?", "%%bash\nls x", "?x", "%nothing x", "%env A=b\n%who"} {
		for pos := -1; pos <= len(code)+1; pos++ {
			if c := s.e.Complete(code, pos); c.Start < 0 || c.Start > c.End || c.End > len(code) {
				t.Errorf("%q at %d: %+v", code, pos, engine.Completion{Start: c.Start, End: c.End})
			}
		}
	}
}
