//go:build !linux

package worker

// limitMemory does nothing: these systems have no limit that Go programs can
// live with. The soft limit of the garbage collector is set all the same.
func limitMemory(int64) error { return nil }

func machineMemory() int64 { return 0 }

func introduce() {}
