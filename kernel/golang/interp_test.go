package golang

import (
	"flag"
	"log"
	"os"
	"strings"
	"testing"
)

// TestInterpreted runs cells that the gate must let through.
func TestInterpreted(t *testing.T) {
	cases := []struct{ name, code, out, value string }{
		{"sum", "1+1", "", "2"},
		{"float", "2.0*math.Pi", "", "6.283185307179586"},
		{"constant division", "var f float64 = 7/2\nf", "", "3"},
		{"range int", "for i := range 3 { fmt.Print(i, \" \") }", "0 1 2 ", ""},
		{"swap", "a, b := 1, 2\na, b = b, a\nfmt.Println(a, b)", "2 1\n", ""},
		{"map", "m := map[string]int{\"a\": 1}\nm[\"b\"] += 5\nv, ok := m[\"zz\"]\nfmt.Println(m, v, ok)", "map[a:1 b:5] 0 false\n", ""},
		{"slices", "s := []float64{1, 2, 3}\ns = append(s, 4)\nt := 0.0\nfor _, x := range s { t += x }\nt", "", "10"},
		{"if", "x := 3\nif x > 2 { fmt.Println(\"big\") } else { fmt.Println(\"small\") }", "big\n", ""},
		{"continue", "t := 0\nfor i := 0; i < 10; i++ { if i%2 == 0 { continue }; t += i }\nt", "", "25"},
		{"shadow", "x := 1\nif true { x := 2; x++ }\nx", "", "1"},
		{"error", "_, err := strconv.Atoi(\"zz\")\nerr", "", "strconv.Atoi: parsing \"zz\": invalid syntax"},
		{"two values", "strconv.Atoi(\"12\")", "", "12\n<nil>"},
		{"method", "d := 90 * time.Minute\nd.Hours()", "", "1.5"},
		{"field pointer", "p := &strings.Builder{}\np.WriteString(\"hi\")\np.String()", "", "\"hi\""},
		{"matrix", "m := mat.NewDense(2, 2, []float64{1, 2, 3, 4})\nmat.Det(m)", "", "-2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newTestSession(t)
			defer s.close()
			if err := s.run("%%interpret\n" + c.code); err != nil {
				t.Fatalf("%s\n%s", err, strings.Join(err.Traceback, "\n"))
			}
			if got := s.output(); got != c.out {
				t.Errorf("printed %q, want %q", got, c.out)
			}
			if c.value != "" && s.value != c.value {
				t.Errorf("showed %q, want %q", s.value, c.value)
			}
		})
	}
}

// TestErrors has cells that must fail, and how.
func TestErrors(t *testing.T) {
	cases := []struct{ name, code, want string }{
		{"types", "x := 1\nx + \"a\"", "cell[1]:2:1: invalid operation: x + \"a\" (mismatched types int and untyped string)"},
		{"all at once", "a := undefined1\nb := undefined2", "undefined: undefined2"},
		{"syntax", "x := := 3", "cell[1]:1:6: expected operand"},
		{"index", "s := []int{1}\ni := 5\ns[i]", "runtime error: index out of range [5] with length 1"},
		{"nil", "var p *strings.Builder\np.Len()", "invalid memory address or nil pointer dereference"},
		{"division", "z := 0\n1 / z", "integer divide by zero"},
		{"nil map", "var m map[string]int\nm[\"a\"] = 1", "assignment to entry in nil map"},
		{"unknown package", "import \"fmtt\"", "package fmtt is not in this kernel"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newTestSession(t)
			defer s.close()
			err := s.run(c.code)
			if err == nil || !strings.Contains(err.Value, c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			t.Log("\n" + strings.Join(err.Traceback, "\n"))
		})
	}
}

// TestProcessIsShared holds that what statements set is the process's: yaegi
// would keep an environment and a logger of its own.
func TestProcessIsShared(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	t.Setenv("SHARED_BY_STATEMENTS", "before")
	defer log.SetPrefix(log.Prefix())
	s.must("os.Setenv(\"SHARED_BY_STATEMENTS\", \"after\")\nlog.SetPrefix(\"set: \")\nshared := flag.Bool(\"gomdcsan-shared\", true, \"\")")
	if got := os.Getenv("SHARED_BY_STATEMENTS"); got != "after" {
		t.Errorf("the environment has %q", got)
	}
	if log.Prefix() != "set: " || flag.Lookup("gomdcsan-shared") == nil {
		t.Errorf("prefix %q, flag %v", log.Prefix(), flag.Lookup("gomdcsan-shared"))
	}
	if s.must("*shared"); s.value != "true" {
		t.Errorf("the flag is %s", s.value)
	}
}
