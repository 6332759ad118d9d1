//go:build unix

package kerneltest

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/wire"
)

// TestSoak runs cells of every kind, with interrupts and reconnecting clients,
// and looks for lost or misordered messages, for data races of a kernel that
// was built to notice them, and for memory that grows. It takes seconds; with
// GOMDCSAN_SOAK=30m so long, and with GOMDCSAN_SOAK_CELLS=10000 beside it it
// spreads so many cells over that time, as users do, instead of running as many
// as it can, and ends when it has them.
func TestSoak(t *testing.T) {
	most, err := time.ParseDuration(os.Getenv("GOMDCSAN_SOAK"))
	if err != nil {
		most = 5 * time.Second
	}
	spread, _ := strconv.Atoi(os.Getenv("GOMDCSAN_SOAK_CELLS")) // 0: as many as it can
	t.Logf("the kernel is %s", Binary(t))
	k := Start(t)
	k.Execute("total := 0")
	var tenths []float64 // memory after each tenth
	begun := time.Now()
	cells := 0
	for rounds := 0; time.Since(begun) < most || cells < spread; rounds++ {
		cells += soakRound(t, k, rounds)
		if spread > 0 {
			time.Sleep(time.Until(begun.Add(most / time.Duration(spread) * time.Duration(cells))))
		}
		if time.Since(begun) > most/10*time.Duration(len(tenths)+1) {
			tenths = append(tenths, resident(t, k.Cmd.Process.Pid))
			t.Logf("%v: %d cells, %.0f MB", time.Since(begun).Round(time.Second), cells, tenths[len(tenths)-1])
		}
	}
	late := resident(t, k.Cmd.Process.Pid)
	k.Request(wire.Control, wire.ShutdownRequest, map[string]any{"restart": false})
	k.Gone(t, 10*time.Second)
	if strings.Contains(k.Stderr.String(), "DATA RACE") {
		t.Errorf("data races: %s", k.Stderr)
	}
	if len(tenths) >= 2 && cells >= 1000 && late > tenths[0]*1.1+5+detector(t)*float64(cells) {
		t.Errorf("memory grew from %.0f to %.0f MB", tenths[0], late)
	}
}

// detector is what the race detector keeps of a cell, in MB, where the kernel
// was built with it. It frees nothing of what it notes about a goroutine's
// stack: a program that does nothing but start goroutines, which grow their
// stacks to 16 KB and end, grows by 0.33 KB with each at a constant heap (Go
// 1.26). The two processes of a kernel start some ten in a round of cells, and
// as many connections' worth; and what their heaps take it takes three times.
func detector(t *testing.T) float64 {
	t.Helper()
	info, err := buildinfo.ReadFile(Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return 2.0 / 1024
		}
	}
	return 0
}

// soakRound runs some cells and returns how many.
func soakRound(t *testing.T, k *Kernel, round int) int {
	done := func(r Result) Result {
		if text := r.Text("stderr"); strings.Contains(text, "DATA RACE") {
			t.Errorf("data races: %s", text)
		}
		k.Forget(r.ID)
		return r
	}
	const printing = 8
	for i := range printing {
		r := done(k.Execute(fmt.Sprintf(`total++; for i := 0; i < 50; i++ { fmt.Println(%d, i) }; total`, round)))
		wantCell(t, r, round, strconv.Itoa(round*printing+i+1))
	}
	r := done(k.Execute("p := plot.New(); p"))
	if r.Reply.Status != "ok" || !Has(r.Messages, wire.ExecuteResult) {
		t.Fatalf("a plot: %v", r.Reply)
	}
	if r = done(k.Execute("undefinedName")); r.Reply.Status != "error" {
		t.Fatalf("an error: %v", r.Reply)
	}
	id := k.Start("for {}")
	k.Forget(k.Request(wire.Control, wire.InterruptRequest, struct{}{}).ID)
	if r = done(k.Done(id)); r.Reply.Status != "error" {
		t.Fatalf("interrupted: %v", r.Reply)
	}
	// A second client comes, works and goes.
	other := Connect(t, k.Info)
	if r = other.Execute("1 + 1"); r.Value() != "2" {
		t.Fatalf("the second client: %v", r.Reply)
	}
	other.Close()
	return printing + 4
}

// wantCell checks that a cell's messages are all there and in order.
func wantCell(t *testing.T, r Result, n int, value string) {
	t.Helper()
	var want strings.Builder
	for i := range 50 {
		fmt.Fprintln(&want, n, i)
	}
	if r.Text("stdout") != want.String() || r.Value() != value {
		t.Fatalf("cell: %v, value %q for %q, text %q", r.Reply, r.Value(), value, r.Text("stdout"))
	}
	var shown []string
	for _, kind := range Kinds(r.Messages) {
		if kind != wire.ExecuteReply && kind != wire.Stream {
			shown = append(shown, kind)
		}
	}
	if got := strings.Join(shown, " "); got != "status:busy execute_input execute_result status:idle" {
		t.Fatalf("order: %s", got)
	}
}

// resident returns the memory of a process and its children in MB.
func resident(t *testing.T, pid int) float64 {
	t.Helper()
	total := 0.0
	for _, p := range append(children(t, pid), pid) {
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p))
		if f := strings.Fields(string(data)); len(f) > 1 {
			pages, _ := strconv.ParseFloat(f[1], 64)
			total += pages * float64(os.Getpagesize()) / (1 << 20)
		}
	}
	return total
}

// A disk without room costs the history, not the cells.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	k := Start(t, "GOMDCSAN_HISTORY=/dev/full")
	for range 2 {
		if r := k.Execute("1 + 1"); r.Value() != "2" {
			t.Errorf("%v", r.Reply)
		}
	}
	r := k.Request(wire.Shell, wire.HistoryRequest, map[string]any{"hist_access_type": "tail", "n": 5})
	if !strings.Contains(string(r.Reply.Content), "1 + 1") {
		t.Errorf("history %s", r.Reply.Content)
	}
}
