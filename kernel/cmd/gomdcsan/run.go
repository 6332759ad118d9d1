package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gomdcsan/kernel/notebook"
	"gomdcsan/mdcsan/experiment"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// runOptions are the flags of the command run.
type runOptions struct {
	output      string
	pictures    string
	cwd         string
	parameters  []string
	timeout     time.Duration
	allowErrors bool
	quiet       bool
}

func newRun() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run FILE.ipynb | run FILE.go [ARGUMENT...]",
		Short: "Execute a notebook or a script, without Jupyter and Python",
		Long: `Execute a notebook or a script, without Jupyter and Python.

A notebook runs in its own folder, as in Jupyter, or in --cwd. Its outputs are
written to --output, by default into the notebook itself. At a cell that fails the command prints the error, writes the outputs
until there and exits with a status other than 0.

--parameter fills the cell tagged "parameters" as papermill does, by a cell with
the values behind it. papermill itself executes Go notebooks but cannot write
that cell; it takes what this command has written.

--pictures writes what the cells draw into a folder as well, FILE-1.svg and so
on: every figure of the paper without a notebook's front-end.

A script is Go code with or without "package main" and func main, with the
packages of a notebook session already imported; what %save, nbconvert --to
script and jupytext make of a notebook is one, too. It runs as a program does:
what follows it on the line are its arguments, it has the standard input, output
and error, and ends with its own status, 2 after a panic.`,
		Example: `  gomdcsan run quickstart.ipynb -o out.ipynb
  gomdcsan run sweep.ipynb -o hopper.ipynb -p task=Hopper-v3 -p steps=20000
  gomdcsan run fig4.ipynb -o out.ipynb --pictures figures
  gomdcsan run train.go Hopper-v3 -seeds 3`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch filepath.Ext(args[0]) {
			case ".ipynb":
				if err := flagsBehind(cmd, args[1:]); err != nil {
					return err
				}
				return runNotebook(cmd.Context(), cmd.ErrOrStderr(), args[0], o)
			case ".go":
				if o.output != "" || o.pictures != "" || o.cwd != "" || len(o.parameters) > 0 {
					return errors.New("--output, --pictures, --cwd and --parameter are for notebooks")
				}
				return runScript(cmd.Context(), args[0], args[1:], o)
			}
			return fmt.Errorf("%s: neither a notebook (.ipynb) nor a script (.go)", args[0])
		},
	}
	c.Flags().SetInterspersed(false) // what follows a script is the script's
	c.Flags().StringVarP(&o.output, "output", "o", "", "where the executed notebook is written (default: in place)")
	c.Flags().StringVar(&o.pictures, "pictures", "", "folder for the pictures that the cells show")
	c.Flags().StringVar(&o.cwd, "cwd", "", "folder in which the cells run (default: the notebook's)")
	c.Flags().StringArrayVarP(&o.parameters, "parameter", "p", nil, "value of a parameter, name=value (may be repeated)")
	c.Flags().DurationVar(&o.timeout, "timeout", 0, "stop a cell that takes longer, such as 10m (default: none)")
	c.Flags().BoolVar(&o.allowErrors, "allow-errors", false, "go on after a cell that fails")
	c.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "no progress")
	return c
}

// flagsBehind reads the flags that follow a notebook.
func flagsBehind(cmd *cobra.Command, args []string) error {
	cmd.Flags().SetInterspersed(true)
	if err := cmd.Flags().Parse(args); errors.Is(err, pflag.ErrHelp) {
		return cmd.Help()
	} else if err != nil {
		return cmd.FlagErrorFunc()(cmd, err)
	}
	if more := cmd.Flags().Args(); len(more) > 0 {
		return fmt.Errorf("one notebook at a time: what is %s?", strings.Join(more, " "))
	}
	return nil
}

func runNotebook(ctx context.Context, out io.Writer, path string, o runOptions) error {
	nb, err := notebook.Read(path)
	if err != nil {
		return err
	}
	var parameters []notebook.Parameter
	for _, s := range o.parameters {
		p, err := notebook.ParseParameter(s)
		if err != nil {
			return err
		}
		parameters = append(parameters, p)
	}
	if err := nb.SetParameters(parameters); err != nil {
		return fmt.Errorf("notebook %s: %w", path, err)
	}
	target, err := o.target(path)
	if err != nil {
		return err
	}
	if err := o.moveTo(cmp.Or(o.cwd, filepath.Dir(path)), &target); err != nil {
		return err
	}
	progress := &progress{out: out, terminal: isTerminal(out), quiet: o.quiet}
	// The worker outlives ctx: a Ctrl-C stops the cell, and the outputs until
	// there are kept.
	engineCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	runErr := notebook.Execute(ctx, nb, notebook.Options{
		Start:       startEngine(engineCtx),
		Timeout:     o.timeout,
		AllowErrors: o.allowErrors,
		Progress:    progress.step,
		Version:     version(),
	})
	progress.end()
	if err := nb.Write(target); err != nil {
		return errors.Join(runErr, err)
	}
	var failed *notebook.CellError
	if errors.As(runErr, &failed) {
		for _, line := range failed.Traceback {
			fmt.Fprintln(out, plainUnless(progress.terminal, line))
		}
		return fmt.Errorf("%s: %w; the outputs until there are in %s", path, failed, target)
	}
	if runErr != nil {
		return fmt.Errorf("%s: %w; the outputs until there are in %s", path, runErr, target)
	}
	wrote := []string{target}
	if o.pictures != "" {
		pictures, err := o.writePictures(nb, strings.TrimSuffix(filepath.Base(path), ".ipynb"))
		if err != nil {
			return err
		}
		wrote = append(wrote, pictures...)
	}
	if !o.quiet {
		fmt.Fprintf(out, "Wrote %s\n", strings.Join(wrote, ", "))
	}
	return nil
}

// target is the file that the executed notebook is written to. With --output
// it is a new one, or takes the place of another notebook.
func (o *runOptions) target(path string) (string, error) {
	if o.output == "" {
		return filepath.EvalSymlinks(path) // the notebook itself, not the link to it
	}
	info, err := os.Lstat(o.output)
	if errors.Is(err, fs.ErrNotExist) {
		return o.output, nil
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o200 == 0 {
		return "", fmt.Errorf("--output %s: there is a link, a folder or a read-only file; name another file", o.output)
	}
	if _, err := notebook.Read(o.output); err != nil && info.Size() > 0 {
		return "", fmt.Errorf("--output %s: there is a file that is no notebook and is not written over: %w", o.output, err)
	}
	return o.output, nil
}

// writePictures writes what the cells drew into the folder of pictures.
func (o *runOptions) writePictures(nb *notebook.Notebook, prefix string) ([]string, error) {
	out, err := experiment.OpenOutput(o.pictures)
	if err != nil {
		return nil, err
	}
	names, err := nb.WritePictures(prefix, out.Write)
	for i := range names {
		names[i] = out.Path(names[i])
	}
	return names, err
}

// moveTo makes dir the working directory; the paths of what will be written
// stay what they are.
func (o *runOptions) moveTo(dir string, target *string) error {
	var err1, err2 error
	*target, err1 = filepath.Abs(*target)
	if o.pictures != "" {
		o.pictures, err2 = filepath.Abs(o.pictures)
	}
	return errors.Join(err1, err2, os.Chdir(dir))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress shows a line for each cell, on a terminal with a running clock.
type progress struct {
	out             io.Writer
	terminal, quiet bool
	stop            func()
}

func (p *progress) step(s notebook.Step) {
	if p.quiet {
		return
	}
	p.end()
	line := fmt.Sprintf("[%*d/%d] %s", len(fmt.Sprint(s.Total)), s.Index, s.Total, title(s.Cell.Source))
	if s.Begun {
		if p.terminal {
			p.stop = p.clock(line)
		}
		return
	}
	mark := ""
	if s.Err != nil {
		mark = "  failed"
	}
	clear := ""
	if p.terminal {
		clear = "\r\x1b[K"
	}
	fmt.Fprintf(p.out, "%s%s %8s%s\n", clear, line, duration(s.Took), mark)
}

// clock shows how long a cell has been running, until the returned function
// is called.
func (p *progress) clock(line string) func() {
	begun := time.Now()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			fmt.Fprintf(p.out, "\r\x1b[K%s %8s", line, duration(time.Since(begun)))
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (p *progress) end() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// duration writes a time for people: 0.4 s, 12.0 s, 3m05s.
func duration(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// title is the first line of a cell that says something, at a fixed width.
func title(source string) string {
	const width = 56
	line := ""
	for _, l := range strings.Split(source, "\n") {
		l = strings.TrimSpace(l)
		if l != "" && (line == "" || strings.HasPrefix(line, "import")) {
			line = l
		}
	}
	r := []rune(line)
	if len(r) > width {
		r = append(r[:width-1], '…')
	}
	return fmt.Sprintf("%-*s", width, string(r))
}
