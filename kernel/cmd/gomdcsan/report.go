package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"gomdcsan/kernel/report"
)

func newReport() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "report FOLDER...",
		Short: "Tables and figures of runs beside the paper's, as a page",
		Long: `Read the runs in and below the folders, stored results or runs under way, and
write the paper's Table 1 and Figs. 4, 5 and 7 with them: one HTML page that
needs nothing else, and each figure as SVG, PDF and PNG. Every figure says which
seeds, steps and commits it shows and by how much ours differ. Runs of other
settings or tasks than the paper's have a figure and a table of their own.`,
		Example: "  gomdcsan report notebooks/results\n  gomdcsan report runs/paper -o page",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			runs, err := report.Open(args...)
			if err != nil {
				return err
			}
			for _, r := range runs {
				for _, note := range r.Notes {
					fmt.Fprintln(cmd.ErrOrStderr(), "note:", note)
				}
			}
			if len(runs) == 0 {
				return fmt.Errorf("report: no run in %v (a run's folder has a manifest.json)", args)
			}
			if err := report.Write(output, runs); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d runs: %s and the figures beside it\n", len(runs), filepath.Join(output, "index.html"))
			if others := report.Others(runs); len(others) > 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "%d of them are not of the paper's settings or tasks: they stand under \"Other runs\"\n", len(others))
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "report", "`folder` of the page")
	return cmd
}
