package experiment

import (
	"fmt"
	"runtime"
	"testing"

	"gomdcsan/mdcsan/td3"
)

// TestThreadsChangeNoNumber: every file of a run is the same, bit for bit, for
// every number of threads, with codings that draw random numbers and without.
func TestThreadsChangeNoNumber(t *testing.T) {
	for _, change := range []func(*Config){
		func(c *Config) {},
		func(c *Config) { c.Coding = "pop" },
		func(c *Config) { c.Actor = "dan"; c.PolicyDelay = 3; c.UpdateEvery = 7 },
		func(c *Config) { c.Actor, c.Coding = "popdan", "pop"; c.PolicyDelay = 1 },
	} {
		var want map[string]string
		for _, threads := range []int{1, 2, 4, runtime.GOMAXPROCS(0)} {
			c := tiny(t.TempDir())
			change(&c)
			c.Threads = threads
			train(t, c)
			if want == nil {
				want = filesOf(t, c.Dir)
				continue
			}
			compare(t, fmt.Sprintf("%s, %d threads", c.Name(), threads), filesOf(t, c.Dir), want)
		}
	}
}

// TestThreadsByDefault: a sweep's runs and networks that are the user's own
// have one thread, others what is idle.
func TestThreadsByDefault(t *testing.T) {
	var c Config
	if n := c.threads(Parts{}); n < 1 || n > td3.MostThreads {
		t.Errorf("%d threads", n)
	}
	if n := c.threads(Parts{oneCore: true}); n != 1 {
		t.Errorf("%d threads in a sweep, want 1", n)
	}
	c.Threads = 3
	if n := c.threads(Parts{oneCore: true}); n != 3 {
		t.Errorf("%d threads, 3 were asked for", n)
	}
}
