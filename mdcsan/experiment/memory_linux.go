package experiment

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// memoryRoom lists the limits of this process's memory that are known, and
// what each leaves: of its address space (ulimit -v), of its group (containers,
// batch systems), and of the machine.
func memoryRoom() []room {
	var out []room
	add := func(what string, limit, used uint64) {
		out = append(out, room{what, limit - min(used, limit)})
	}
	size, resident := processMemory()
	var as unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &as) == nil && as.Cur != unix.RLIM_INFINITY {
		add("the limit of the address space (ulimit -v)", as.Cur, size)
	}
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if limit, ok := readBytes(file); ok && limit < 1<<60 { // no limit is a huge number there
			add("the memory limit of the control group", limit, resident)
		}
	}
	if total, ok := machineMemory(); ok {
		add("the machine's memory", total, resident)
	}
	return out
}

// processMemory is this process's address space and what of it is in memory.
func processMemory() (size, resident uint64) {
	data, _ := os.ReadFile("/proc/self/statm")
	page := uint64(os.Getpagesize())
	if f := strings.Fields(string(data)); len(f) > 1 {
		size, _ = strconv.ParseUint(f[0], 10, 64)
		resident, _ = strconv.ParseUint(f[1], 10, 64)
	}
	return size * page, resident * page
}

func readBytes(file string) (uint64, bool) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
	return n, err == nil // "max" is none
}

func machineMemory() (uint64, bool) {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0, false
	}
	return uint64(info.Totalram) * uint64(info.Unit), true
}
