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
	"gomdcsan/mdcsan/experiment/slurm"
)

// sweepFlags are the flags of sweep.
type sweepFlags struct {
	list           bool
	parallel, only int
	executor       string
	sbatch         []string
}

func newSweep() *cobra.Command {
	f := &sweepFlags{}
	cmd := &cobra.Command{
		Use:   "sweep FILE",
		Short: "Run what is missing of a set of runs, here or on a cluster",
		Long: `Run every combination of the lists in a sweep's file, some side by side.

    dir = "runs/codings"
    parallel = 2              # here; 0: one per core
    [settings]                # of every run, over the paper's defaults
    steps = 200_000
    [[grid]]                  # one or more
    task = ["Hopper-v3", "Ant-v3"]
    coding = ["pop", "pop+det"]
    seed = [0, 1]

Complete runs are left alone, stopped and killed ones resume to the same bits,
a run that fails does not stop the others. Ctrl-C saves what is under way.

With --executor slurm the runs become an array of jobs; folder and program must
be where the nodes see them. Jobs that are preempted or reach their time limit
go on from their checkpoints. Ctrl-C leaves the jobs, and the same command
watches them again; it submits what is neither complete nor in the queue.`,
		Example: `  gomdcsan sweep codings.toml
  gomdcsan sweep codings.toml --list
  gomdcsan sweep codings.toml --executor slurm --sbatch --partition=long --sbatch --time=08:00:00
  gomdcsan sweep codings.toml --only 3   # one run, in the foreground`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	cmd.Flags().BoolVar(&f.list, "list", false, "print the runs and stop")
	cmd.Flags().IntVar(&f.parallel, "parallel", 0, "runs side by side, instead of the file's number; on a cluster the most that run at once")
	cmd.Flags().IntVar(&f.only, "only", -1, "do only the run with this number in --list")
	cmd.Flags().StringVar(&f.executor, "executor", "local", "where the runs go: local or slurm")
	cmd.Flags().StringArrayVar(&f.sbatch, "sbatch", nil, "an option for sbatch (may be repeated)")
	return cmd
}

func (f *sweepFlags) run(cmd *cobra.Command, path string) error {
	s, err := experiment.ReadSweep(path)
	if err != nil {
		return err
	}
	if cmd.Flags().Changed("parallel") {
		s.Parallel = f.parallel
	}
	switch flags := cmd.Flags(); {
	case flags.Changed("only") && f.only < 0:
		return fmt.Errorf("--only %d: want the number of a run in --list, from 0 on", f.only)
	case f.parallel < 0:
		return fmt.Errorf("--parallel %d: want 1 or more, or 0 for one a core", f.parallel)
	case len(f.sbatch) > 0 && f.executor != "slurm":
		return errors.New("--sbatch has a meaning with --executor slurm only")
	case f.list:
		return listSweep(cmd.OutOrStdout(), s)
	case f.only >= 0:
		return sweepOne(cmd, s, f.only)
	case f.executor == "local":
		return f.local(cmd, s)
	case f.executor == "slurm":
		return f.slurm(cmd, s)
	}
	return fmt.Errorf("--executor %s: there are local and slurm", f.executor)
}

func (f *sweepFlags) local(cmd *cobra.Command, s *experiment.Sweep) error {
	work, err := s.Start(cmd.Context())
	if err != nil {
		return err
	}
	showSweep(cmd.ErrOrStderr(), work)
	if err := work.Wait(); err != nil {
		return err
	}
	if cmd.Context().Err() != nil {
		return errors.New("stopped; the runs under way are saved: give the same command to go on")
	}
	return nil
}

func (f *sweepFlags) slurm(cmd *cobra.Command, s *experiment.Sweep) error {
	work, err := s.StartSlurm(cmd.Context(), experiment.Cluster{Options: f.sbatch, AtOnce: f.parallel})
	if err != nil {
		return err
	}
	out := cmd.ErrOrStderr()
	showSweep(out, work)
	if cmd.Context().Err() != nil {
		fmt.Fprintf(out, "The jobs go on; the same command watches them again. To stop and save them: scancel --name=%s\n", strings.Join(s.Jobs(), ","))
		return nil
	}
	stopped := 0
	for i := range work.Runs {
		state := work.State(i)
		if state.State == experiment.Failed {
			fmt.Fprintf(out, "\n%s failed; the end of %s:\n%s", state.Config.Dir, state.Log, tail(state.Log, 15))
		}
		if state.State == experiment.Stopped {
			stopped++
		}
	}
	if err := work.Wait(); err != nil {
		return fmt.Errorf("%w\nThe same command tries what failed again, from the last checkpoints", err)
	}
	if stopped > 0 {
		return fmt.Errorf("%d runs were cancelled and are saved; the same command goes on with them", stopped)
	}
	return nil
}

// tail returns the last lines of a file.
func tail(path string, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error() + "\n"
	}
	all := strings.SplitAfter(strings.TrimRight(string(data), "\n")+"\n", "\n")
	all = all[:len(all)-1] // what stands behind the last line end
	return "    " + strings.Join(all[max(0, len(all)-lines):], "    ")
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
	train := experiment.TrainInFolder
	if slurm.Inside() {
		train = experiment.TrainAsJob
	}
	show := &trainDisplay{out: cmd.ErrOrStderr()}
	return train(cmd.Context(), runs[i], show.observe)
}

// showSweep draws the table until nothing is at work: in place on a terminal,
// elsewhere a line whenever a run changes its state.
func showSweep(out io.Writer, work *experiment.SweepRun) {
	file, ok := out.(*os.File)
	live := ok && term.IsTerminal(int(file.Fd()))
	last, note := make([]string, len(work.Runs)), ""
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
			if n := work.Note(); n != note && n != "" {
				fmt.Fprintln(out, n)
			}
			note = work.Note()
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
		if (s.State == experiment.Running || s.State == experiment.Elsewhere) && p.StepsPerSecond > 0 {
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
	if note := work.Note(); note != "" {
		fmt.Fprintln(&b, note)
	}
	return b.String()
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(errors.Join(err).Error(), "\n")
	return line
}
