package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gomdcsan/mdcsan/experiment"
)

func newSweep() *cobra.Command {
	var list bool
	var parallel, only int
	cmd := &cobra.Command{
		Use:   "sweep FILE",
		Short: "Run what is missing of a set of runs",
		Long: `Run every combination of the lists in a sweep's file, some side by side.

    dir = "runs/codings"
    parallel = 2              # 0: one per core
    [settings]                # of every run, over the paper's defaults
    steps = 200_000
    [[grid]]                  # one or more
    task = ["Hopper-v3", "Ant-v3"]
    coding = ["pop", "pop+det"]
    seed = [0, 1]

Complete runs are left alone, stopped and killed ones resume to the same bits,
a run that fails does not stop the others. Ctrl-C saves what is under way.`,
		Example: "  gomdcsan sweep codings.toml\n  gomdcsan sweep codings.toml --list\n  gomdcsan sweep codings.toml --only 3   # one run, for a cluster's job array",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := experiment.ReadSweep(args[0])
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("parallel") {
				s.Parallel = parallel
			}
			if list {
				return listSweep(cmd.OutOrStdout(), s)
			}
			if only >= 0 {
				return sweepOne(cmd, s, only)
			}
			work, err := s.Start(cmd.Context())
			if err != nil {
				return err
			}
			showSweep(cmd.ErrOrStderr(), work)
			if err := work.Wait(); err != nil {
				return err
			}
			if cmd.Context().Err() != nil {
				return fmt.Errorf("stopped; the runs under way are saved: give the same command to go on")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "print the runs and stop")
	cmd.Flags().IntVar(&parallel, "parallel", 0, "runs side by side, instead of the file's number")
	cmd.Flags().IntVar(&only, "only", -1, "do only the run with this number in --list")
	return cmd
}

func listSweep(out io.Writer, s *experiment.Sweep) error {
	runs, err := s.Runs()
	for i, c := range runs {
		fmt.Fprintf(out, "%d\t%s\n", i, c.Dir)
	}
	return err
}

// sweepOne does one run of the sweep in the foreground.
func sweepOne(cmd *cobra.Command, s *experiment.Sweep, i int) error {
	runs, err := s.Runs()
	if err != nil {
		return err
	}
	if i >= len(runs) {
		return fmt.Errorf("sweep: there is no run %d: the last one is %d", i, len(runs)-1)
	}
	show := &trainDisplay{out: cmd.ErrOrStderr()}
	return experiment.TrainInFolder(cmd.Context(), runs[i], show.observe)
}

// showSweep draws the table until nothing is at work: in place on a terminal,
// elsewhere a line whenever a run changes its state.
func showSweep(out io.Writer, work *experiment.SweepRun) {
	file, ok := out.(*os.File)
	live := ok && term.IsTerminal(int(file.Fd()))
	last := make([]string, len(work.Runs))
	lines := 0
	for {
		done := work.Done()
		if live {
			table := sweepTable(work)
			if lines > 0 {
				fmt.Fprintf(out, "\x1b[%dA\x1b[J", lines)
			}
			fmt.Fprint(out, table)
			lines = strings.Count(table, "\n")
		} else {
			for i := range work.Runs {
				if s := work.State(i); s.State != last[i] {
					fmt.Fprintln(out, s.State, s.Config.Dir)
					last[i] = s.State
				}
			}
		}
		if done {
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
}

func sweepTable(work *experiment.SweepRun) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "run\tstate\tstep\treturn\tsteps/s\tleft")
	for i := range work.Runs {
		s := work.State(i)
		p := s.Progress
		result, rate, left := "", "", ""
		if p.Evaluation != nil {
			result = fmt.Sprintf("%.0f ± %.0f", p.Evaluation.Mean, p.Evaluation.Std)
		}
		if s.State == "running" && p.StepsPerSecond > 0 {
			rate, left = fmt.Sprintf("%.0f", p.StepsPerSecond), p.Left.Round(time.Second).String()
		}
		if s.Err != nil {
			result = firstLine(s.Err)
		}
		fmt.Fprintf(w, "%s\t%s\t%d/%d\t%s\t%s\t%s\n", s.Config.Dir, s.State, p.Step, p.Steps, result, rate, left)
	}
	if err := w.Flush(); err != nil {
		return err.Error() + "\n"
	}
	return b.String()
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(errors.Join(err).Error(), "\n")
	return line
}
