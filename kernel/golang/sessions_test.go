package golang

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gomdcsan/kernel/golang/sessiongen"
)

// TestRandomSessions runs random sessions in each way that a cell can run, and
// has the Go compiler say what is right: a hundred without a toolchain, and some
// of them with it. GOMDCSAN_SESSIONS=101-200 runs those of other seeds, all of
// them in each way; compiled units stay loaded, so that more than a few hundred
// are better run by several processes.
func TestRandomSessions(t *testing.T) {
	first, last, each := 1, 100, map[string]int{"as it is": 5, "compiled": 12, "without a toolchain": 1}
	if seeds := os.Getenv("GOMDCSAN_SESSIONS"); seeds != "" {
		if _, err := fmt.Sscanf(seeds, "%d-%d", &first, &last); err != nil {
			t.Fatalf("GOMDCSAN_SESSIONS=%s: want the seeds as in 1-100", seeds)
		}
		each = map[string]int{"as it is": 1, "compiled": 1, "without a toolchain": 1}
	}
	sessions := sessiongen.Sessions(first, last-first+1)
	truth, err := sessiongen.Truth(t.TempDir(), sessions)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range ways {
		every := each[way.name]
		if every == 0 {
			continue // interpreted beside compiled cells, which could not tell all its types
		}
		t.Run(way.name, func(t *testing.T) {
			if !way.noNative {
				s := newTestSession(t)
				defer s.close()
				needNative(t, s)
				s.output() // no longer caught
			}
			verdicts, ran := map[string]int{}, map[string]int{}
			for i, s := range sessions {
				if i%every != 0 {
					continue // compiling takes half a second for each cell
				}
				verdict, detail := runCase(t, randomCase(s, truth[i], way.magic), way.noNative, ran)
				if strings.Contains(detail, "internal error") {
					verdict = "internal error"
				}
				if verdicts[verdict]++; verdict != "right" {
					t.Errorf("%s: %s\n%s", verdict, detail, s)
				}
			}
			fmt.Printf("seeds %d-%d, %s: %v; cells run by %v\n", first, last, way.name, verdicts, ran)
		})
	}
}

// randomCase is a session with what each of its cells must do.
func randomCase(s *sessiongen.Session, truth []sessiongen.Result, magic string) testCase {
	c := testCase{name: fmt.Sprint("seed ", s.Seed), errors: map[string]string{}}
	for i, cell := range s.Cells {
		c.cells = append(c.cells, magic+cell.Code)
		c.stdout += truth[i].Output
		c.values = append(c.values, truth[i].Value)
		if truth[i].Failed {
			c.errors[fmt.Sprint(i)] = truth[i].Panic + truth[i].Refused
		}
	}
	return c
}
