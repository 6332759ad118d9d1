package main

import (
	"os"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/serve"
)

// newServe lends tasks and policies to the Python package, which starts it.
func newServe() *cobra.Command {
	return &cobra.Command{
		Use:    "serve",
		Short:  "Lend tasks and policies to the Python package (not to be called by hand)",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE:   func(*cobra.Command, []string) error { return serve.Run(os.Stdin, os.Stdout) },
	}
}
