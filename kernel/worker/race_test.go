//go:build race

package worker

// raceDetector: the detector's own memory and reports are in the way of tests
// of memory limits and of data races on purpose.
const raceDetector = true
