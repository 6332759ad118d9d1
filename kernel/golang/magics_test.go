package golang

import (
	"strings"
	"testing"
	"time"
)

func TestMagics(t *testing.T) {
	cases := []struct{ code, want string }{
		{"%help", "%timeit"},
		{"%time n := 3", "s\n"},
		{"%%time\nfmt.Println(\"in\")", "in\n"},
		{"!echo $((6*7))", "42\n"},
		{"%%bash\necho a\necho b", "a\nb\n"},
		{"width := 3", ""},
		{"%who", "var width int\n"},
		{"%env ZZ_MAGIC=on", ""},
		{"%env ZZ_MAGIC", "on\n"},
		{"%env ZZ_MAGIC\n!echo twice\nfmt.Println(\"third\")", "on\ntwice\nthird\n"},
	}
	s := newTestSession(t)
	defer s.close()
	for _, c := range cases {
		s.mu.Lock()
		before := s.out.Len()
		s.mu.Unlock()
		s.must(c.code)
		deadline := time.Now().Add(5 * time.Second)
		for {
			s.mu.Lock()
			got := s.out.String()[before:]
			s.mu.Unlock()
			if strings.Contains(got, c.want) {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("%q printed %q, want %q", c.code, got, c.want)
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
	s.must("%reset")
	if err := s.run("width"); err == nil || !strings.Contains(err.Value, "undefined: width") {
		t.Errorf("after %%reset: %v", err)
	}
	if err := s.run("%nothing"); err == nil || err.Name != "unknown magic" {
		t.Errorf("%v, want an unknown magic", err)
	}
	if err := s.run("!exit 3"); err == nil || !strings.Contains(err.Value, "exit status 3") {
		t.Errorf("%v, want exit status 3", err)
	}
	stop := time.AfterFunc(200*time.Millisecond, s.e.Interrupt)
	defer stop.Stop()
	if err := s.run("!sleep 60"); err == nil || err.Name != "Interrupted" {
		t.Errorf("%v, want Interrupted", err)
	}
}
