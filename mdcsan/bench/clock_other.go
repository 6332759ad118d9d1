//go:build !linux

package bench

import "time"

var origin = time.Now()

// now is the time on the wall: a busy machine makes every figure worse.
func now() time.Duration { return time.Since(origin) }
