package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/bench"
)

func newBench() *cobra.Command {
	var o bench.Options
	var asJSON bool
	var growth string
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure training on this machine",
		Long: `Measure one TD3 update and one action of every task and actor, the physics,
and what a run of 1,000,000 steps will take, on one core of this machine.

The figures are the least of many repetitions; the table compares them with the
arithmetic of the update at the core's measured peak. Only the physics needs
MuJoCo. mdcsan/bench/peer/peer.py measures the same in PyTorch.`,
		Example: `  gomdcsan bench
  gomdcsan bench --task Ant-v3 --actor mdcsan --for 3s
  gomdcsan bench --json > bench.json
  gomdcsan bench --growth growth.svg`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			progress := func(what string) { fmt.Fprintf(cmd.ErrOrStderr(), "measuring %s ...\n", what) }
			if growth != "" {
				return runGrowth(cmd, o, growth, progress)
			}
			r, err := bench.Run(cmd.Context(), o, progress)
			if err != nil {
				return err
			}
			if asJSON {
				return r.WriteJSON(cmd.OutOrStdout())
			}
			return r.WriteTable(cmd.OutOrStdout())
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&asJSON, "json", false, "one JSON object instead of a table")
	fl.StringSliceVar(&o.Tasks, "task", nil, "only these `tasks`")
	fl.StringSliceVar(&o.Actors, "actor", nil, "only these `actors` (mdcsan, lif, popdan, dan)")
	fl.DurationVar(&o.For, "for", time.Second, "measure each update so long")
	fl.IntVar(&o.Size.Batch, "batch", 0, "transitions of an update (default 100)")
	fl.IntVar(&o.Size.T, "T", 0, "steps of simulation per action (default 5)")
	fl.IntVar(&o.Size.Width, "width", 0, "neurons of each hidden layer of the actor (default 256)")
	fl.IntVar(&o.Size.J, "population", 0, "receptive fields per observation (default 10)")
	fl.StringVar(&growth, "growth", "", "measure instead how an update grows with its sizes; draw it into this `file` (.svg, .pdf, .png)")
	fl.SortFlags = false
	return cmd
}

// runGrowth measures the first chosen task and actor, Ant-v3 and mdcsan
// unless told otherwise.
func runGrowth(cmd *cobra.Command, o bench.Options, path string, progress func(string)) error {
	chosen, err := bench.Choose(o)
	if err != nil {
		return err
	}
	kind := "mdcsan"
	if len(o.Actors) > 0 {
		kind = o.Actors[0]
	}
	growth, err := bench.MeasureGrowth(cmd.Context(), chosen[0], kind, o.For, progress)
	if err != nil {
		return err
	}
	if err := bench.WriteGrowth(cmd.OutOrStdout(), growth); err != nil {
		return err
	}
	return saveGrowth(path, fmt.Sprintf("%s on %s", kind, chosen[0].Name), growth)
}
