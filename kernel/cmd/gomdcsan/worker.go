package main

import (
	"os"

	"github.com/spf13/cobra"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang"
	"gomdcsan/kernel/worker"
)

// newWorker is the process that runs cells; other commands start it.
func newWorker() *cobra.Command {
	return &cobra.Command{
		Use:    "worker",
		Short:  "Run cells for another gomdcsan process (not to be called by hand)",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			os.Args = os.Args[:1] // what cells see
			attach := func(h worker.Host) func() { return display.Attach(h) }
			return worker.Serve(attach, func(sink engine.Sink) (engine.Engine, error) {
				return golang.New(golang.Options{
					Stdout: worker.Stream(sink, "stdout"),
					Stderr: worker.Stream(sink, "stderr"),
				}, sink)
			})
		},
	}
}
