package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/experiment"
)

// trainFlags are those flags of train that are no settings of the run.
type trainFlags struct {
	config, dir, resume string
	quick, plain, print bool
	settings            map[string]*string // by flag name
}

func newTrain() *cobra.Command {
	f := &trainFlags{settings: map[string]*string{}}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train an actor and keep everything in a folder",
		Long: `Train an actor on a task.

Settings come, the later ones winning, from the paper's defaults for the task
(or --quick), from the TOML file --config, and from flags. The run's folder
holds manifest.json, progress.csv (a row per evaluation, for pandas), best.ckpt
and what --resume needs. Ctrl-C saves; a killed run resumes to the same bits.`,
		Example: `  gomdcsan train --task Hopper-v3 --seed 1
  gomdcsan train --task 'Ant-v4?use_contact_forces=true'
  gomdcsan train --task mjcf:robot.xml                   # with a robot.toml beside it
  gomdcsan train --task Pendulum-v1 --dir runs/first
  gomdcsan train --config ablation.toml --coding pop+det --dir runs/det
  gomdcsan train --resume runs/first`,
		Args: flagsOnly,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "TOML `file` with settings; unknown keys are errors")
	fl.StringVar(&f.dir, "dir", "", "`folder` of the run (default runs/TASK-ACTOR-...-seedN)")
	fl.StringVar(&f.resume, "resume", "", "go on with the run in this `folder`; of the settings only --steps and --threads may change")
	fl.BoolVar(&f.quick, "quick", false, "a run of minutes: 20,000 steps (10,000 on Pendulum-v1) with a short random phase")
	fl.BoolVar(&f.plain, "plain", false, "lines instead of a progress bar (the default without a terminal)")
	fl.BoolVar(&f.print, "print-config", false, "print the settings as TOML and stop")
	def := experiment.DefaultConfig("Hopper-v3")
	for _, s := range def.Settings() {
		name := flagName(s.Name)
		f.settings[name] = fl.String(name, "", fmt.Sprintf("%s (`%s`, default %s)", s.Help, s.Kind(), s.Text()))
		if s.Kind() == "bool" {
			fl.Lookup(name).NoOptDefVal = "true"
		}
	}
	fl.SortFlags = false
	// Files too, after "mjcf:"; cobra.ShellCompDirectiveDefault lets the shell name them.
	names := cobra.FixedCompletions(tasks.Names(), cobra.ShellCompDirectiveDefault)
	if err := cmd.RegisterFlagCompletionFunc("task", names); err != nil {
		panic("train: " + err.Error()) // the flag is defined above
	}
	return cmd
}

// flagsOnly refuses arguments; most are the value of a flag that is a switch.
func flagsOnly(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is no flag: %s takes flags only; the value of a switch follows an equals sign, as in --normalise=false", args[0], cmd.CommandPath())
	}
	return nil
}

func flagName(setting string) string { return strings.ReplaceAll(setting, "_", "-") }

func (f *trainFlags) run(cmd *cobra.Command) error {
	if f.resume != "" {
		return f.goOn(cmd)
	}
	c, err := f.settle(cmd)
	if err != nil {
		return err
	}
	if f.print {
		text, err := c.WriteTOML()
		if err == nil {
			_, err = cmd.OutOrStdout().Write(text)
		}
		return err
	}
	run, err := experiment.New(c, experiment.Parts{})
	if err != nil {
		return err
	}
	return trainRun(cmd, run, f.plain)
}

// settle gathers the settings: defaults, file, flags.
func (f *trainFlags) settle(cmd *cobra.Command) (experiment.Config, error) {
	defaults := experiment.DefaultConfig
	if f.quick {
		defaults = experiment.QuickConfig
	}
	task := cmp.Or(*f.settings["task"], "Hopper-v3")
	c := defaults(task)
	if f.config != "" {
		var err error
		c, err = experiment.ReadConfig(f.config, func(inFile string) experiment.Config {
			return defaults(cmp.Or(*f.settings["task"], inFile, "Hopper-v3"))
		})
		if err != nil {
			return c, err
		}
	}
	for _, s := range c.Settings() {
		if name := flagName(s.Name); cmd.Flags().Changed(name) {
			if err := s.Set(*f.settings[name]); err != nil {
				return c, err
			}
		}
	}
	c.Dir = cmp.Or(f.dir, "runs/"+c.Slug())
	return c, c.Validate()
}

// goOn resumes a run.
func (f *trainFlags) goOn(cmd *cobra.Command) error {
	var extra experiment.Config
	for _, s := range extra.Settings() {
		name := flagName(s.Name)
		switch changed := cmd.Flags().Changed(name); {
		case changed && (name == "steps" || name == "threads"):
			if err := s.Set(*f.settings[name]); err != nil {
				return err
			}
		case changed:
			return fmt.Errorf("--%s cannot be changed when a run is resumed: its numbers would belong to neither setting; start another run", name)
		}
	}
	run, err := experiment.Resume(f.resume, extra.Steps, experiment.Parts{})
	if err != nil {
		return err
	}
	run.Config.Threads = extra.Threads
	if run.Done() {
		fmt.Fprintf(cmd.OutOrStdout(), "%v\nThis run is complete; --steps N makes it longer.\n", run)
		return run.Close()
	}
	return trainRun(cmd, run, f.plain)
}

// trainRun trains with a display and says at the end where everything is.
func trainRun(cmd *cobra.Command, run *experiment.Run, plain bool) error {
	signal.Ignore(syscall.SIGPIPE) // a Ctrl-C ends the tee behind this too: what cannot be printed must not keep the run from being saved
	out := cmd.ErrOrStderr()
	fmt.Fprintln(out, run)
	if last := run.Config.Steps / run.Config.EvalEvery; last == 0 {
		fmt.Fprintf(out, "note: steps is below eval_every (%d): there will be no evaluation\n", run.Config.EvalEvery)
	}
	show := newTrainDisplay(out, run, plain)
	err := run.Train(cmd.Context(), show.observe)
	show.close()
	if err == nil {
		fmt.Fprintln(cmd.OutOrStdout(), run)
	}
	dir := run.Config.Dir
	closed := run.Close()
	experiment.KeepFailure(dir, err)
	return errors.Join(err, closed)
}

// trainDisplay shows a run's progress: a bar on a terminal, lines elsewhere.
type trainDisplay struct {
	out io.Writer
	bar *progressbar.ProgressBar
}

func newTrainDisplay(out io.Writer, run *experiment.Run, plain bool) *trainDisplay {
	d := &trainDisplay{out: out}
	file, ok := out.(*os.File)
	if plain || !ok || !term.IsTerminal(int(file.Fd())) {
		return d
	}
	d.bar = progressbar.NewOptions(run.Config.Steps,
		progressbar.OptionSetWriter(out), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("steps"), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(),
		progressbar.OptionSetDescription("training"))
	_ = d.bar.Set(run.Step())
	return d
}

func (d *trainDisplay) observe(p experiment.Progress) {
	switch p.Kind {
	case experiment.Evaluated:
		d.line(fmt.Sprintf("step %8d  return %9.1f ± %-8.1f best %9.1f  training %9.1f  %s", p.Step, p.Evaluation.Mean, p.Evaluation.Std, p.Best.Mean, p.Return, speed(p)))
		if d.bar != nil {
			d.bar.Describe(fmt.Sprintf("return %.0f", p.Evaluation.Mean))
		}
	case experiment.Warned:
		d.line("warning: " + p.Message)
	}
	if d.bar != nil {
		_ = d.bar.Set(p.Step) // a bar that cannot be drawn is no reason to stop
	}
}

func speed(p experiment.Progress) string {
	if p.StepsPerSecond == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f steps/s, %v left", p.StepsPerSecond, p.Left.Round(time.Second))
}

// line prints above the bar.
func (d *trainDisplay) line(s string) {
	if d.bar != nil {
		_ = d.bar.Clear()
	}
	fmt.Fprintln(d.out, s)
}

func (d *trainDisplay) close() {
	if d.bar != nil {
		_ = d.bar.Exit()
		fmt.Fprintln(d.out)
	}
}
