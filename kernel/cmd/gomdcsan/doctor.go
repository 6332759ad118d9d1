package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gomdcsan/kernel/doctor"
	"gomdcsan/kernel/golang"
	"gomdcsan/kernel/golang/rtype"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

func newDoctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look for what keeps gomdcsan from working here, and say how to mend it",
		Long: `Look for what keeps gomdcsan from working on this machine: the build, MuJoCo,
the Go toolchain and C compiler (which compile the functions that cells
declare), the fonts of figures, Jupyter, the kernel's registration, and the kernel itself, which is
started as Jupyter starts it and given a cell. Nothing is changed. The exit
code is 1 when something is broken.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			executable, err := os.Executable()
			if err != nil {
				return err
			}
			broken := 0
			subject := doctor.Subject{Executable: executable, Version: version(), Release: rtype.Release(), MuJoCo: tryMuJoCo,
				Cells: func() (string, error) { return golang.Ready(golang.Options{}) }}
			doctor.Examine(cmd.Context(), subject, func(f doctor.Finding) {
				doctor.Print(cmd.OutOrStdout(), f)
				if f.Grade == doctor.Broken {
					broken++
				}
			})
			if broken > 0 {
				return fmt.Errorf("%d of the checks found something broken, see the arrows", broken)
			}
			return nil
		},
	}
}

// tryMuJoCo takes one step in a task that needs MuJoCo.
func tryMuJoCo() (string, error) {
	if err := mujoco.Available(); err != nil {
		return "", err
	}
	task, err := tasks.New("Hopper-v3", tasks.Options{})
	if err != nil {
		return "", err
	}
	defer task.Close()
	spec := task.Spec()
	obs := make([]float64, spec.ObsDim)
	if err := task.Reset(obs, rng.New(0, "doctor")); err != nil {
		return "", err
	}
	if _, err := task.Step(obs, make([]float64, spec.ActDim)); err != nil {
		return "", err
	}
	return "version " + mujoco.Version() + " (" + mujoco.Location() + "), Hopper-v3 steps", nil
}
