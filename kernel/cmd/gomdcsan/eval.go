package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/experiment"
)

func newEval() *cobra.Command {
	var episodes int
	var seed uint64
	var asJSON, random bool
	var npz string
	cmd := &cobra.Command{
		Use:   "eval CHECKPOINT",
		Short: "Run noise-free episodes of a saved policy",
		Long: `Evaluate a policy: a policy file, a run's checkpoint, or a run's folder (then
the policy of its best evaluation). All episodes run side by side.`,
		Example: `  gomdcsan eval runs/first
  gomdcsan eval runs/first/latest.ckpt --episodes 100 --seed 7 --json
  gomdcsan eval runs/first --npz weights.npz`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			actor, err := experiment.LoadActor(args[0], experiment.Parts{})
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if npz != "" {
				if err := actor.SaveNPZ(npz); err != nil {
					return err
				}
				fmt.Fprintln(cmd.ErrOrStderr(), "wrote", npz)
			}
			ev, err := actor.Evaluate(cmd.Context(), episodes, seed)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(out).Encode(map[string]any{"task": actor.Config.Task, "mean": ev.Mean, "std": ev.Std, "returns": ev.Returns, "lengths": ev.Lengths, "seed": seed})
			}
			fmt.Fprintf(out, "%v\nreturn %v\n", actor, ev)
			if !random {
				return nil
			}
			base, err := experiment.EvaluateRandom(cmd.Context(), actor.Config, episodes)
			if err == nil {
				fmt.Fprintf(out, "random actions %v\n", base)
			}
			return err
		},
	}
	cmd.Flags().IntVar(&episodes, "episodes", 10, "number of episodes")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "seed of the initial states")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&random, "random", false, "also evaluate uniformly random actions")
	cmd.Flags().StringVar(&npz, "npz", "", "write the weights to this `file` in NumPy's format")
	return cmd
}
