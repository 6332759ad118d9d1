package golang

import (
	"strings"
	"testing"
)

// TestHints: the usual slips are told what was likely meant, and others are
// not told something wrong.
func TestHints(t *testing.T) {
	s := newSessionWith(t, Options{NoNative: true})
	defer s.close()
	s.must("cfg := mdcsan.QuickConfig(\"Pendulum-v1\")\nreturns := []float64{1}")
	for code, want := range map[string]string{
		"x = 5":                   "undefined: x (use := to define it)",
		"csv.NewReader(nil)":      `undefined: csv (import "encoding/csv")`,
		"strigns.ToUpper(\"a\")":  "undefined: strigns (did you mean strings?)",
		"strings.ToUper(\"a\")":   "did you mean ToUpper?",
		"cfg.Hiden":               "did you mean Hidden?",
		"retruns[0]":              "undefined: retruns (did you mean returns?)",
		"cfg.Validat()":           "did you mean Validate?",
		"prinln(1)":               "did you mean println?",
		"something_else_entirely": "undefined: something_else_entirely",
		"qq":                      "undefined: qq",
	} {
		err := s.run(code)
		if err == nil || !strings.Contains(err.Value, want) {
			t.Errorf("%s: %v, want %q", code, err, want)
		} else if !strings.Contains(want, "(") && !strings.HasSuffix(want, "?") && strings.Contains(err.Value, "(") {
			t.Errorf("%s: %v", code, err)
		}
	}
}
