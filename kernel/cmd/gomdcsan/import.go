package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/experiment"
)

func newImport() *cobra.Command {
	var o experiment.ImportOptions
	var out string
	cmd := &cobra.Command{
		Use:   "import WEIGHTS",
		Short: "Make a policy of weights from PyTorch or NumPy",
		Long: `Read a policy from another program's file and write it as one of ours, which
eval, export and train --init take:

  an .npz of gomdcsan export, changed elsewhere or not
  a state_dict (.pt) of the Python package's gomdcsan.torch module
  a state_dict (.pt) of PopSAN's public code (popsan_td3, PopSpikeActor), whose
  running mean and variance are in a file of their own

A .pt file is a program for Python's pickle; nothing of it is run here, and one
that asks for more than tensors is refused.`,
		Example: `  gomdcsan import weights.npz -o policy.ckpt
  gomdcsan import model0_e100.pt --normaliser model0_e100_mean_var.p --task HalfCheetah-v3 -o popsan.ckpt
  gomdcsan eval popsan.ckpt
  gomdcsan train --task HalfCheetah-v3 --actor lif --coding pop+det --init popsan.ckpt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return errors.New("import: name the file to write with -o FILE")
			}
			actor, err := experiment.Import(args[0], o)
			if err != nil {
				return err
			}
			if err := actor.Save(out); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%v\nwrote %s\n", actor, out)
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&out, "output", "o", "", "policy `file` to write")
	fl.StringVar(&o.Task, "task", "", "task that PopSAN's weights are for")
	fl.StringVar(&o.Normaliser, "normaliser", "", "`file` with the mean and variance of PopSAN's observations: its pickle, or an .npz with mean and var")
	fl.IntVar(&o.Steps, "t", 5, "time steps of PopSAN's network")
	fl.SortFlags = false
	return cmd
}
