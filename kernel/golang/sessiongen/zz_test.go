package sessiongen
import "testing"
func TestZZ(t *testing.T) {
	for a := 1; a < 2400; a += 300 {
		if _, err := Truth(t.TempDir(), Sessions(a, 300)); err != nil { s := err.Error(); t.Errorf("%d: %s", a, s[:min(len(s),3000)]) }
	}
}
