package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gomdcsan/mdcsan/experiment"
)

func newWatch() *cobra.Command {
	var once bool
	var every time.Duration
	cmd := &cobra.Command{
		Use:     "watch FOLDER...",
		Short:   "Show how runs stand while they go on",
		Long:    "Show the runs in one or more folders, each a run or a folder of runs, until all have ended.",
		Example: "  gomdcsan watch runs\n  gomdcsan watch runs/first --once",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return watch(cmd.Context(), cmd.OutOrStdout(), args, once, every)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "print the table once and stop")
	cmd.Flags().DurationVar(&every, "every", 2*time.Second, "time between two looks")
	return cmd
}

func watch(ctx context.Context, out io.Writer, roots []string, once bool, every time.Duration) error {
	file, ok := out.(*os.File)
	live := ok && term.IsTerminal(int(file.Fd()))
	previous := ""
	for {
		dirs, err := experiment.FindRuns(roots...)
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		table, active, err := runTable(dirs)
		if err != nil {
			return err
		}
		if live && previous != "" {
			fmt.Fprintf(out, "\x1b[%dA\x1b[J", strings.Count(previous, "\n")) // up and clear
		}
		if live || table != previous {
			fmt.Fprint(out, table)
		}
		previous = table
		if once || !active {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// runTable describes the runs and whether one of them goes on.
func runTable(dirs []string) (table string, active bool, err error) {
	var b, notes strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "run\tstate\tstep\treturn\tbest\tsteps/s\tleft\tcurve")
	for _, dir := range dirs {
		res, err1 := experiment.ReadResults(dir)
		status, err2 := experiment.ReadStatus(dir)
		if err := errors.Join(err1, err2); err != nil { // the others can be shown
			fmt.Fprintf(w, "%s\tdamaged\n", dir)
			fmt.Fprintf(&notes, "%v\n", err)
			continue
		}
		for _, note := range res.Notes {
			fmt.Fprintf(&notes, "note: %s\n", note)
		}
		active = active || status.Running
		state, rate, left := "stopped", "", ""
		switch {
		case res.Done():
			state = "done"
		case status.Running:
			state = "running"
			rate = fmt.Sprintf("%.0f", status.StepsPerSecond)
			left = (time.Duration(status.SecondsLeft) * time.Second).String()
		default:
			if reason := experiment.ReadFailure(dir); reason != "" {
				state = "failed"
				fmt.Fprintf(&notes, "%s: %s\n", dir, reason)
			}
		}
		last, best := "", ""
		if n := len(res.Mean); n > 0 {
			top, _ := res.Best()
			status.Step = max(status.Step, int(res.Steps[n-1]))
			last, best = fmt.Sprintf("%.0f ± %.0f", res.Mean[n-1], res.Std[n-1]), fmt.Sprintf("%.0f", top)
		}
		fmt.Fprintf(w, "%s\t%s\t%d/%d\t%s\t%s\t%s\t%s\t%s\n", dir, state, status.Step, res.Config().Steps, last, best, rate, left, sparkline(res.Mean, 24))
	}
	if err := w.Flush(); err != nil {
		return "", false, err
	}
	return b.String() + notes.String(), active, nil
}

// sparkline draws a curve in one line, at most width characters; ? stands for
// returns that are infinite or no number.
func sparkline(y []float64, width int) string {
	if len(y) == 0 {
		return ""
	}
	n := min(width, len(y))
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range y {
		if finite(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	levels := []rune("▁▂▃▄▅▆▇█")
	line := make([]rune, n)
	for i := range line {
		part := y[i*len(y)/n : (i+1)*len(y)/n]
		sum := 0.0
		for _, v := range part {
			sum += v
		}
		if !finite(sum) {
			line[i] = '?'
			continue
		}
		level := 0.0
		if hi > lo {
			level = (sum/float64(len(part)) - lo) / (hi - lo)
		}
		line[i] = levels[min(int(level*float64(len(levels))), len(levels)-1)]
	}
	return string(line)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
