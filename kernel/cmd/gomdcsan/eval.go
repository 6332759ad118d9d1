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
	var task, inertia, contact string
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
			trained := actor.Config.Task
			if err := actor.On(task, inertia, contact); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			ev, err := actor.Evaluate(cmd.Context(), episodes, seed)
			if err != nil {
				return err
			}
			r := evalReport{actor: actor, trained: trained, seed: seed, policy: ev}
			if random {
				c := actor.Config
				c.Seed = seed
				if r.random, err = experiment.EvaluateRandom(cmd.Context(), c, episodes); err != nil {
					return err
				}
			}
			if energy {
				if r.energy, err = energyOf(cmd.Context(), actor, seed); err != nil {
					return err
				}
			}
			if asJSON {
				return json.NewEncoder(out).Encode(r.fields())
			}
			r.print(out)
			return nil
		},
	}
	cmd.Flags().IntVar(&episodes, "episodes", 10, "number of episodes")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "seed of the initial states")
	cmd.Flags().StringVar(&task, "task", "", "another task than the policy's, of as many observations and actions, such as Hopper-v4")
	cmd.Flags().StringVar(&inertia, "inertia", "", "another inertia setting than the run's: legacy or exact")
	cmd.Flags().StringVar(&contact, "contact", "", "another contact setting than the run's: zero or rne")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&random, "random", false, "also evaluate uniformly random actions")
	cmd.Flags().BoolVar(&energy, "energy", false, "also count the operations of an action along an episode, beside a DAN's")
	return cmd
}

// evalReport is what eval has to say: the last two only where they were asked for.
type evalReport struct {
	actor   *experiment.Actor
	trained string // the task that the policy was trained on
	seed    uint64
	policy  *experiment.Evaluation
	random  *experiment.Evaluation
	energy  *energyReport
}

// energyReport compares what an action costs with a deep network of the same
// hidden layers.
type energyReport struct {
	steps      int // of the episode along which operations were counted
	sizes      []int
	mean, deep snn.Operations
}

func energyOf(ctx context.Context, actor *experiment.Actor, seed uint64) (*energyReport, error) {
	tr, err := actor.Rollout(ctx, seed)
	if err != nil {
		return nil, err
	}
	mean, err := actor.Operations(tr.Obs)
	if err != nil {
		return nil, err
	}
	sizes := append(append([]int{actor.Spec.ObsDim}, actor.Config.Hidden...), actor.Spec.ActDim)
	return &energyReport{len(tr.Obs), sizes, mean, snn.DeepOperations(sizes...)}, nil
}

// fields are the report as JSON has it.
func (r evalReport) fields() map[string]any {
	m := returnsOf(r.policy)
	c := r.actor.Config
	m["task"], m["actor"], m["seed"] = c.Task, c.Name(), r.seed
	m["trained_on"], m["inertia"], m["contact"] = r.trained, c.Inertia, c.Contact
	if r.random != nil {
		m["random"] = returnsOf(r.random)
	}
	if r.energy != nil {
		m["energy"] = map[string]any{"observations": r.energy.steps, "action": r.energy.mean, "action_nj": r.energy.mean.NanoJoules(), "dan": r.energy.deep, "dan_nj": r.energy.deep.NanoJoules()}
	}
	return m
}

func returnsOf(ev *experiment.Evaluation) map[string]any {
	return map[string]any{"mean": ev.Mean, "std": ev.Std, "returns": ev.Returns, "lengths": ev.Lengths}
}

func (r evalReport) print(out io.Writer) {
	fmt.Fprintf(out, "%v\n", r.actor)
	if r.trained != r.actor.Config.Task {
		fmt.Fprintf(out, "trained on %s\n", r.trained)
	}
	fmt.Fprintf(out, "return %v\n", r.policy)
	if r.random != nil {
		fmt.Fprintf(out, "random actions %v\n", r.random)
	}
	if e := r.energy; e != nil {
		fmt.Fprintf(out, "per action, mean of %d: %v\n", e.steps, e.mean)
		fmt.Fprintf(out, "a DAN of %v: %v\n", e.sizes, e.deep)
		fmt.Fprintf(out, "(%g pJ an addition, %g pJ a multiplication in 32 bits at 45 nm: Horowitz, ISSCC 2014; memory left out)\n", snn.AddPJ, snn.MulPJ)
	}
}
