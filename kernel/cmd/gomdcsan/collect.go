package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/experiment"
)

func newCollect() *cobra.Command {
	var c experiment.Collect
	cmd := &cobra.Command{
		Use:   "collect FOLDER...",
		Short: "Store the results of runs, small enough for a repository",
		Long: `Copy manifest and tables of the runs in and below the folders to the folder of
stored results, some ten kilobytes a run, for gomdcsan report and the notebooks.

A run counts only with the commit that made it: runs by an unknown or changed
source are left out, and runs that are not complete. What is stored already is
replaced only by more of the same run; another run of the same name is stored
beside it, as NAME-2. The command says what it did with each.`,
		Example: "  gomdcsan collect runs/paper -o notebooks/results\n  gomdcsan collect runs/paper/Ant-v3-mdcsan-pop-dn-seed0 --policies",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := c.From(args...)
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, one := range all {
				word := "left out"
				switch {
				case one.Added:
					word = "stored"
				case one.Err != nil:
					word, one.Why = "failed", "see below"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", word, one.Run, one.Why)
				for _, note := range one.Notes {
					fmt.Fprintln(cmd.ErrOrStderr(), "note:", note)
				}
			}
			return errors.Join(w.Flush(), err)
		},
	}
	cmd.Flags().StringVarP(&c.Into, "output", "o", "notebooks/results", "`folder` of the stored results")
	cmd.Flags().BoolVar(&c.Policies, "policies", false, "keep the best policies too, up to 1.5 MB a run")
	cmd.Flags().BoolVar(&c.Unfinished, "unfinished", false, "take runs that still go on, as they stand")
	return cmd
}
