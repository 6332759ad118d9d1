package tasks

import "testing"

// TestStateNames: as many names as the observation has numbers, each once, the
// known ones at Gymnasium's places.
func TestStateNames(t *testing.T) {
	for task, n := range map[string]int{"Pendulum-v1": 3, "Hopper-v3": 11, "Walker2d-v3": 17, "HalfCheetah-v3": 17} {
		names := StateNames(task)
		seen := map[string]bool{}
		for _, s := range names {
			seen[s] = true
		}
		if len(names) != n || len(seen) != n {
			t.Errorf("%s has %d names, %d of them different, want %d: %q", task, len(names), len(seen), n, names)
		}
	}
	if hopper := StateNames("Hopper-v3"); hopper[0] != "height (m)" || hopper[5] != "x velocity (m/s)" || hopper[10] != "foot rate (rad/s)" {
		t.Errorf("Hopper: %q", hopper)
	}
	if ant := antNames(); len(ant) != 27 || ant[13] != "velocity x (m/s)" {
		t.Errorf("Ant: %d names, %q", len(ant), ant)
	}
	if none := StateNames("Nothing-v0"); len(none) != 0 {
		t.Errorf("an unknown task: %q", none)
	}
}
