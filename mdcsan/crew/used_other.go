//go:build !unix

package crew

import "time"

// processorTime is not known here: a crew always works together.
func processorTime() (time.Duration, bool) { return 0, false }
