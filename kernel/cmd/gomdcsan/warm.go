package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gomdcsan/kernel/golang"
)

func newWarm() *cobra.Command {
	return &cobra.Command{
		Use:   "warm",
		Short: "Compile ahead what cells import, so that the first function in a cell need not wait",
		Long: `Compile ahead the packages that cells usually import. The installer does this
once; without it the first cell that declares a function takes up to a minute.
It needs the Go toolchain, a C compiler and the sources that gomdcsan was built
from.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := golang.Warm(cmd.Context(), golang.Options{}); err != nil {
				return fmt.Errorf("functions in cells will not be compiled: %w", err)
			}
			return nil
		},
	}
}
