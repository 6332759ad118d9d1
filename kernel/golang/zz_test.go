package golang
import ("testing";"os";"strings";"fmt")
func TestZZ(t *testing.T) {
	data, _ := os.ReadFile("/tmp/zz.cells")
	way := os.Getenv("WAY")
	s := newSessionWith(t, Options{NoNative: way == "none"})
	defer s.close()
	for _, c := range strings.Split(string(data), "\n---\n") {
		if way == "native" { c = "%%native\n"+c }
		err := s.run(c)
		if err != nil { fmt.Fprintln(os.Stderr, err, strings.Join(err.Traceback, "\n")) }
		if s.value != "" { fmt.Fprintln(os.Stderr, "=>", s.value) }
	}
	fmt.Fprintln(os.Stderr, s.output())
}
