// Command gomdcsan is a Jupyter kernel and scripting environment for MDC-SAN.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/experiment"
)

// commands lists the constructors of the subcommands, one file each.
var commands = []func() *cobra.Command{
	newTrain,
	newEval,
	newExport,
	newImport,
	newTheta,
	newWatch,
	newSweep,
	newCollect,
	newReport,
	newKernel,
	newInstall,
	newUninstall,
	newList,
	newRun,
	newRepl,
	newWorker,
	newServe,
	newDoctor,
	newWarm,
	newBench,
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "gomdcsan",
		Short:         "Jupyter kernel and scripting environment for the spiking actor MDC-SAN",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	for _, c := range commands {
		root.AddCommand(c())
	}
	physics := root.PersistentFlags().String("mujoco", "", "MuJoCo library, its file or folder (default: that of the Python environment, then the system's; none: no MuJoCo)")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if *physics == "" {
			return nil
		}
		return os.Setenv(mujoco.Variable, *physics) // for the processes that are started, too
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
		if !unknown {
			return err
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := experiment.Nearest(name, names); near != "" {
			return fmt.Errorf("%w; did you mean --%s?", err, near)
		}
		return err
	})
	return root
}

// endings are the signals that ask the program to end: training is then saved.
// A terminal that closes and a connection that breaks send SIGHUP; under nohup
// it is ignored, and stays so.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		code := status(err)
		stop()
		os.Exit(code)
	}
}
