package main

import (
	"github.com/spf13/cobra"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/worker"
)

// newWorker is the process that runs cells; other commands start it.
func newWorker() *cobra.Command {
	return &cobra.Command{
		Use:    "worker",
		Short:  "Run cells for another gomdcsan process (not to be called by hand)",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE:   func(*cobra.Command, []string) error { return worker.Serve(newEngine) },
	}
}

// newEngine stands in until the interpreter is in: it answers everything and
// runs nothing.
func newEngine(engine.Sink) (engine.Engine, error) { return emptyEngine{}, nil }

type emptyEngine struct{}

func (emptyEngine) Execute(engine.Cell) engine.Outcome {
	return engine.Outcome{Err: &engine.Error{Name: "no interpreter", Value: "this build has no interpreter yet", Traceback: []string{"this build has no interpreter yet"}}}
}
func (emptyEngine) Interrupt()                                 {}
func (emptyEngine) Complete(string, int) engine.Completion     { return engine.Completion{} }
func (emptyEngine) Inspect(string, int, int) engine.Inspection { return engine.Inspection{} }
func (emptyEngine) IsComplete(string) engine.Completeness {
	return engine.Completeness{Status: "unknown"}
}
func (emptyEngine) Input(engine.InputReply) {}
func (emptyEngine) Comm(engine.CommMessage) {}
func (emptyEngine) Close() error            { return nil }
