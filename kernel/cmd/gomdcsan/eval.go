package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/experiment"
	"gomdcsan/mdcsan/snn"
)

func newEval() *cobra.Command {
	var episodes int
	var seed uint64
	var asJSON, random, energy bool
	cmd := &cobra.Command{
		Use:   "eval CHECKPOINT",
		Short: "Run noise-free episodes of a saved policy",
		Long: `Evaluate a policy: a policy file, a run's checkpoint, or a run's folder (then
the policy of its best evaluation). All episodes run side by side.`,
		Example: `  gomdcsan eval runs/first
  gomdcsan eval runs/first/latest.ckpt --episodes 100 --seed 7 --json
  gomdcsan eval runs/first --energy`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			actor, err := loadActor(cmd, args[0])
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			ev, err := actor.Evaluate(cmd.Context(), episodes, seed)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(out).Encode(map[string]any{"task": actor.Config.Task, "mean": ev.Mean, "std": ev.Std, "returns": ev.Returns, "lengths": ev.Lengths, "seed": seed})
			}
			fmt.Fprintf(out, "%v\nreturn %v\n", actor, ev)
			if random {
				c := actor.Config
				c.Seed = seed
				base, err := experiment.EvaluateRandom(cmd.Context(), c, episodes)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "random actions %v\n", base)
			}
			if energy {
				return printEnergy(cmd.Context(), out, actor, seed)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&episodes, "episodes", 10, "number of episodes")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "seed of the initial states")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&random, "random", false, "also evaluate uniformly random actions")
	cmd.Flags().BoolVar(&energy, "energy", false, "also count the operations of an action along an episode, beside a DAN's")
	return cmd
}

// printEnergy compares what an action costs with a deep network of the same
// hidden layers.
func printEnergy(ctx context.Context, out io.Writer, actor *experiment.Actor, seed uint64) error {
	tr, err := actor.Rollout(ctx, seed)
	if err != nil {
		return err
	}
	mean, err := actor.Operations(tr.Obs)
	if err != nil {
		return err
	}
	c, s := actor.Config, actor.Spec
	sizes := append(append([]int{s.ObsDim}, c.Hidden...), s.ActDim)
	fmt.Fprintf(out, "per action, mean of %d: %v\n", len(tr.Obs), mean)
	fmt.Fprintf(out, "a DAN of %v: %v\n", sizes, snn.DeepOperations(sizes...))
	fmt.Fprintf(out, "(%g pJ an addition, %g pJ a multiplication in 32 bits at 45 nm: Horowitz, ISSCC 2014; memory left out)\n", snn.AddPJ, snn.MulPJ)
	return nil
}
