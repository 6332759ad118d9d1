package experiment

import "testing"

// One seed has no spread.
func TestScoreOfOneSeed(t *testing.T) {
	for want, curves := range map[string][][]float64{"7": {{1, 7}}, "6 ± 1": {{1, 7}, {1, 5}}} {
		if s, err := PaperScore(curves); err != nil || s.String() != want {
			t.Errorf("%v, %v, want %s", s, err, want)
		}
	}
}
