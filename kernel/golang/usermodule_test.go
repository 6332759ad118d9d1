package golang

import (
	"path/filepath"
	"strings"
	"testing"
)

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
}

// TestReplacedModules honours what the go.mod above the notebook replaces, by a
// version or a folder, of what it requires itself or for another.
func TestReplacedModules(t *testing.T) {
	s := newModuleSession(t)
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"go.mod":        "module lab\n\ngo 1.26\n\nrequire (\n\texample.test/pinned v1.2.0\n\tlab.test/chosen v1.2.0\n\tlab.test/user v0.0.0\n)\n\nreplace example.test/pinned => example.test/pinned v1.0.0\n\nreplace lab.test/chosen v1.2.0 => ./chosen\n\nreplace (\n\tlab.test/user => ./user\n\tlab.test/used => ./used\n)\n\nreplace gonum.org/v1/gonum => ./gonum\n",
		"chosen/go.mod": "module lab.test/chosen\n", "chosen/chosen.go": "package chosen\n\nconst Version = \"a folder's\"\n",
		"user/go.mod": "module lab.test/user\n\nrequire lab.test/used v0.0.0\n", "user/user.go": "package user\n\nimport \"lab.test/used\"\n\nvar Version = used.Version\n",
		"used/go.mod": "module lab.test/used\n", "used/used.go": "package used\n\nconst Version = \"used\"\n",
		"gonum/go.mod": "module gonum.org/v1/gonum\n", "gonum/floats/floats.go": "package floats\n\nfunc Norm([]float64, float64) float64 { return 0 }\n",
		"notebooks/x": "",
	})
	t.Chdir(filepath.Join(dir, "notebooks"))
	for code, want := range map[string]string{
		"import \"example.test/pinned\"\npinned.Version": `"old"`, "import \"lab.test/chosen\"\nchosen.Version": `"a folder's"`, "import \"lab.test/user\"\nuser.Version": `"used"`,
	} {
		if s.must(code); s.value != want {
			t.Errorf("%s\nshows %s, want %s", code, s.value, want)
		}
	}
	if err := s.run("import \"example.test/norm\""); err == nil || !strings.Contains(err.Value, "gonum.org/v1/gonum replaced by "+filepath.Join(dir, "gonum")+" and this session has v0.17.0") {
		t.Errorf("a replaced module of gomdcsan's own: %v", err)
	}
}

// TestWorkspace sees modules as a go.work says; what is wrong with it is said.
func TestWorkspace(t *testing.T) {
	s := newModuleSession(t)
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"go.work":  "go 1.26\n\nuse (\n\t./a\n\t./b\n)\n\nreplace example.test/pinned => example.test/pinned v1.0.0\n",
		"a/go.mod": "module wa\n\ngo 1.26\n\nrequire example.test/pinned v1.2.0\n", "a/a.go": "package wa\n\nimport (\n\t\"example.test/pinned\"\n\t\"wb.test/wb\"\n)\n\nvar Which = wb.Name + \" \" + pinned.Version\n",
		"b/go.mod": "module wb.test/wb\n\ngo 1.26\n", "b/b.go": "package wb\n\nconst Name = \"b\"\n",
	})
	t.Chdir(filepath.Join(dir, "a"))
	if s.must("import \"wa\"\nwa.Which"); s.value != `"b old"` {
		t.Errorf("the workspace gives %s", s.value)
	}
	writeFile(t, filepath.Join(dir, "go.work"), "go 1.26\n\nuse ./gone\n")
	if err := s.run("import \"example.test/stats\""); err == nil || !strings.Contains(err.Value, "go.work uses ./gone") {
		t.Errorf("a go.work that names no module: %v", err)
	}
}

// TestLocalModulesOfEachOther takes two folders of which one imports the other,
// required in either order.
func TestLocalModulesOfEachOther(t *testing.T) {
	for _, order := range [][]string{{"./one", "./two"}, {"./two", "./one"}} {
		s := newModuleSession(t)
		dir := t.TempDir()
		id := strings.Trim(strings.Join(order, ""), "./")[:3]
		writeFiles(t, dir, map[string]string{
			"one/go.mod": "module " + id + ".test/one\n\nrequire " + id + ".test/two v0.1.0\n", "one/one.go": "package one\n\nimport \"" + id + ".test/two\"\n\nvar Sum = 1 + two.Two\n",
			"two/go.mod": "module " + id + ".test/two\n", "two/two.go": "package two\n\nconst Two = 2\n",
		})
		t.Chdir(dir)
		for _, o := range order {
			s.must("%require " + o)
		}
		if s.must("import \"" + id + ".test/one\"\none.Sum"); s.value != "3" {
			t.Errorf("%q: the sum is %s", order, s.value)
		}
		if s.must("import \"" + id + ".test/two\"\ntwo.Two"); s.value != "2" {
			t.Errorf("%q: two is %s", order, s.value)
		}
	}
}

// TestEditedModules says that code which has been imported stays, also after
// %reset.
func TestEditedModules(t *testing.T) {
	s := newModuleSession(t)
	var notes strings.Builder
	s.e.options.Stderr = &notes
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"lib/go.mod": "module lib.test/lib\n", "lib/lib.go": "package lib\n\nimport \"lib.test/lib/part\"\n\nfunc Which() string { return \"first \" + part.Which }\n",
		"lib/part/part.go": "package part\n\nconst Which = \"part\"\n",
	})
	t.Chdir(dir)
	s.must("%require ./lib")
	const code = "import \"lib.test/lib\"\nlib.Which()"
	told := func(want string) {
		t.Helper()
		if s.value != `"first part"` || !strings.Contains(notes.String(), want) || want == "" && notes.Len() > 0 {
			t.Errorf("the value is %s, the note %q, want %q", s.value, &notes, want)
		}
		notes.Reset()
	}
	s.must(code)
	s.must(code)
	told("")
	writeFile(t, filepath.Join(dir, "lib/lib.go"), "package lib\n\nfunc Which() string { return \"second\" }\n")
	s.must(code)
	told("lib.test/lib changed since it was imported, and a process can have one version of a package: restart the kernel")
	s.must("%require ./lib\nlib.Which()")
	told("restart the kernel")
	s.must("%reset")
	s.must(code)
	told("restart the kernel")
}

// TestOtherVersions refuses what a process cannot have, whole.
func TestOtherVersions(t *testing.T) {
	s := newModuleSession(t)
	s.must("%require example.test/pinned@v1.0.0\nimport \"example.test/pinned\"")
	for require, want := range map[string]string{
		"example.test/pinned@v1.2.0":        "example.test/pinned v1.0.0 is loaded, and a process can have one version of a module: restart the kernel, and require example.test/pinned v1.2.0 before it is imported",
		"gonum.org/v1/gonum@v0.99.0":        "gomdcsan is built with gonum.org/v1/gonum v0.17.0",
		"gonum.org/v1/gonum/floats@v0.99.0": "gomdcsan is built with gonum.org/v1/gonum v0.17.0",
	} {
		if err := s.run("%require " + require); err == nil || !strings.Contains(err.Value, want) {
			t.Errorf("%s: %v, want %q", require, err, want)
		}
	}
	s.must("%require gonum.org/v1/gonum@v0.17.0")
	if s.must("%require\nimport \"example.test/pinned\"\npinned.Version"); s.value != `"old"` {
		t.Errorf("the version is %s", s.value)
	}
}
