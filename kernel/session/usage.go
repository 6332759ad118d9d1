package session

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"strings"
)

func goVersion() string { return strings.TrimPrefix(runtime.Version(), "go") }

// usage is the content of a usage_reply: the memory of the kernel with its
// worker, where the system tells (Linux), and the number of processors.
func usage() map[string]any {
	host, _ := os.Hostname()
	content := map[string]any{"status": "ok", "hostname": host, "pid": os.Getpid(), "cpu_count": runtime.NumCPU()}
	if bytes := residentTree(os.Getpid(), 8); bytes > 0 {
		content["kernel_memory"] = bytes
	}
	return content
}

// residentTree sums the resident memory of a process and its children down to
// a depth; 0 where /proc does not exist.
func residentTree(pid, depth int) int64 {
	dir := "/proc/" + strconv.Itoa(pid)
	statm, err := os.ReadFile(dir + "/statm")
	if err != nil || depth == 0 {
		return 0
	}
	var total int64
	if f := bytes.Fields(statm); len(f) > 1 {
		pages, _ := strconv.ParseInt(string(f[1]), 10, 64)
		total = pages * int64(os.Getpagesize())
	}
	tasks, _ := os.ReadDir(dir + "/task")
	for _, t := range tasks {
		children, _ := os.ReadFile(dir + "/task/" + t.Name() + "/children")
		for _, c := range bytes.Fields(children) {
			if child, err := strconv.Atoi(string(c)); err == nil {
				total += residentTree(child, depth-1)
			}
		}
	}
	return total
}
