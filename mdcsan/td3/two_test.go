package td3_test

import (
	"reflect"
	"testing"

	"gomdcsan/mdcsan/crew"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/td3"
)

// draws tells the codings that draw random numbers.
var draws = map[string]bool{"dn/pop+uni": true, "dn/pop+poi": true, "dn/uni": true, "dn/poi": true}

// twoAtOnce does updates in pairs where it may.
func twoAtOnce(t *testing.T, a *td3.Agent, c *crew.Crew, batches []*replay.Batch) (losses []td3.Losses) {
	t.Helper()
	for len(batches) > 0 {
		if a.Paired() && len(batches) > 1 {
			l, err := a.UpdateTwo(c, batches[0], batches[1])
			if err != nil {
				t.Fatal(err)
			}
			losses, batches = append(losses, l[:]...), batches[2:]
			continue
		}
		l, err := a.Update(batches[0])
		if err != nil {
			t.Fatal(err)
		}
		losses, batches = append(losses, l), batches[1:]
	}
	return losses
}

// TestUpdateTwoIsTwoUpdates: any number of goroutines gives the bits of one.
func TestUpdateTwoIsTwoUpdates(t *testing.T) {
	s := rng.New(1, "batches")
	batches := make([]*replay.Batch, 12)
	for i := range batches {
		batches[i] = randomBatch(30, s)
	}
	for _, kind := range kinds {
		for _, delay := range []int{1, 2, 3} {
			change := func(c *td3.Config) { c.PolicyDelay = delay; c.Normalise = delay == 2 }
			one := newAgent(t, kind, []int{40, 24}, change)
			var want []td3.Losses
			for _, b := range batches {
				l, err := one.Update(b)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, l)
			}
			for _, size := range []int{1, 2, 4} {
				many := newAgent(t, kind, []int{40, 24}, change)
				if !draws[kind] && size > 1 {
					third, _ := pair(t, kind, 4, 2, []int{40, 24}, 3)
					many.Twin(third)
				}
				c := crew.New(size)
				got := twoAtOnce(t, many, c, batches)
				c.Close()
				if !sameLosses(got, want) || !reflect.DeepEqual(saved(t, many), saved(t, one)) {
					t.Errorf("%s, delay %d: %d goroutines give other numbers than one", kind, delay, size)
				}
			}
		}
	}
}

// sameLosses takes NaN, of updates that leave the policy, for equal.
func sameLosses(a, b []td3.Losses) bool {
	for i := range a {
		for _, l := range []*td3.Losses{&a[i], &b[i]} {
			if l.Actor != l.Actor {
				l.Actor = 0
			}
		}
	}
	return reflect.DeepEqual(a, b)
}

func TestUpdateTwoAllocatesNothing(t *testing.T) {
	a := newAgent(t, "dn", []int{16, 16}, nil)
	third, _ := pair(t, "dn", 4, 2, []int{16, 16}, 3)
	a.Twin(third)
	c := crew.New(2)
	defer c.Close()
	b := randomBatch(20, rng.New(1, "batch"))
	if _, err := a.Update(b); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() {
		if _, err := a.UpdateTwo(c, b, b); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("UpdateTwo allocates %v times, want 0", n)
	}
}
