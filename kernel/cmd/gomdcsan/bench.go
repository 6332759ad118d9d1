package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/bench"
)

func newBench() *cobra.Command {
	var o bench.Options
	var asJSON bool
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
  gomdcsan bench --json > bench.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			runtime.LockOSThread()
			r, err := bench.Run(cmd.Context(), o, func(what string) {
				fmt.Fprintf(cmd.ErrOrStderr(), "measuring %s ...\n", what)
			})
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
	fl.SortFlags = false
	return cmd
}
