// Command gomdcsan is a Jupyter kernel and scripting environment for MDC-SAN.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// commands lists the constructors of the subcommands, one file each.
var commands = []func() *cobra.Command{
	newTrain,
	newEval,
	newWatch,
	newSweep,
	newCollect,
	newKernel,
	newInstall,
	newUninstall,
	newList,
	newRun,
	newRepl,
	newWorker,
	newDoctor,
	newWarm,
	newBench,
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "gomdcsan",
		Short:         "Jupyter kernel and scripting environment for the spiking actor MDC-SAN",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	for _, c := range commands {
		root.AddCommand(c())
	}
	return root
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gomdcsan:", err)
		stop()
		os.Exit(1)
	}
}
