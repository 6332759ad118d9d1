//go:build unix

package kerneltest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkExecute is a cell's way from a client through the front and the
// worker and back, over TCP and with all its messages, and what processor time
// it takes of either process: unlike the time it takes on the clock, that says
// something on a busy machine too.
func BenchmarkExecute(b *testing.B) { benchmarkCell(b, "1 + 1", "") }

// BenchmarkLines is a cell that prints 100,000 lines.
func BenchmarkLines(b *testing.B) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintln(&text, i)
	}
	benchmarkCell(b, "for i := range 100000 { fmt.Println(i) }", text.String())
}

func benchmarkCell(b *testing.B, code, text string) {
	k := Start(b)
	run := func() {
		r := k.Execute(code)
		if r.Reply.Status != "ok" || len(r.Text("stdout")) != len(text) {
			b.Fatalf("%v, %d bytes of output, %d wanted", r.Reply, len(r.Text("stdout")), len(text))
		}
		k.Forget(r.ID)
	}
	run()
	front := k.Cmd.Process.Pid
	worker := children(b, front)[0]
	frontBefore, workerBefore := processorTime(b, front), processorTime(b, worker)
	for b.Loop() {
		run()
	}
	each := func(pid int, before float64) float64 { return (processorTime(b, pid) - before) / float64(b.N) / 1e3 }
	b.ReportMetric(each(front, frontBefore), "front-µs/op")
	b.ReportMetric(each(worker, workerBefore), "worker-µs/op")
}

// processorTime returns what the threads of a process have taken, in ns.
func processorTime(t testing.TB, pid int) (sum float64) {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		t.Skip("no /proc/PID/task/TID/schedstat here")
	}
	for _, path := range threads {
		data, _ := os.ReadFile(path) // a thread that has ended is not there any more
		if f := strings.Fields(string(data)); len(f) > 0 {
			ns, _ := strconv.ParseFloat(f[0], 64)
			sum += ns
		}
	}
	return sum
}
