package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gomdcsan/mdcsan/experiment"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn"
)

// exportFlags name the files to write.
type exportFlags struct {
	npz, thetas, film string
	critics           bool
	seed              uint64
	size              int
}

func newExport() *cobra.Command {
	f := &exportFlags{}
	cmd := &cobra.Command{
		Use:   "export CHECKPOINT",
		Short: "Write a policy's weights, dynamic parameters or a film of it",
		Long: `Export what a policy file, a run's checkpoint, or a run's folder (then the
policy of its best evaluation) holds.

NIR, the Neuromorphic Intermediate Representation, is written by the Python
package from the .npz, for LIF neurons: it is HDF5, which no maintained Go
library writes, and has no node for the dynamic neurons.`,
		Example: `  gomdcsan export runs/first --npz weights.npz
  gomdcsan export runs/first/latest.ckpt --film walk.gif --seed 3
  gomdcsan export runs/first/latest.ckpt --npz all.npz --critics
  gomdcsan export runs/ant --thetas cloud.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.npz, "npz", "", "write all tensors and settings to this `file` in NumPy's format (mdcsan/experiment/POLICY_FORMAT.md)")
	fl.BoolVar(&f.critics, "critics", false, "write the critics too, which a run's latest.ckpt has")
	fl.StringVar(&f.thetas, "thetas", "", "write the dynamic parameters of every neuron, the points of Fig. 6, to this CSV `file`")
	fl.StringVar(&f.film, "film", "", "play a noise-free episode and write it to this `file`: .gif, or .png (animated)")
	fl.Uint64Var(&f.seed, "seed", 0, "seed of the film's initial state")
	fl.IntVar(&f.size, "size", 320, "width and height of the film in pixels")
	fl.SortFlags = false
	return cmd
}

func (f *exportFlags) run(cmd *cobra.Command, from string) error {
	if f.critics && f.npz == "" {
		return errors.New("export: --critics goes with --npz FILE")
	}
	if f.npz == "" && f.thetas == "" && f.film == "" {
		return errors.New("export: nothing to write: name a file with --npz, --thetas or --film")
	}
	actor, err := loadActor(cmd, from)
	if err != nil {
		return err
	}
	for _, out := range []struct {
		path  string
		write func(path string) error
	}{
		{f.npz, func(path string) error { return actor.SaveNPZ(path, f.critics) }},
		{f.thetas, func(path string) error { return writeThetas(path, actor) }},
		{f.film, func(path string) error { return f.writeFilm(cmd, path, actor) }},
	} {
		if out.path == "" {
			continue
		}
		if err := out.write(out.path); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), "wrote", out.path)
	}
	return nil
}

// loadActor reads a policy and says what was wrong with its file.
func loadActor(cmd *cobra.Command, path string) (*experiment.Actor, error) {
	actor, err := experiment.LoadActor(path, experiment.Parts{})
	if err == nil && actor.Note != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "note:", actor.Note)
	}
	return actor, err
}

func writeThetas(path string, actor *experiment.Actor) error {
	cloud, err := thetasOf(actor)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := snn.WriteThetas(&b, cloud); err != nil {
		return err
	}
	return experiment.WriteOutput(path, []byte(b.String()))
}

// thetasOf returns the cloud of an actor that has one.
func thetasOf(actor *experiment.Actor) ([]snn.NeuronTheta, error) {
	net, err := actor.Network()
	if err != nil {
		return nil, err
	}
	cloud := net.Thetas()
	if cloud == nil {
		return nil, fmt.Errorf("the actor's neurons (%s) have no dynamic parameters; dn and dn-printed have", net.Config().Neuron)
	}
	return cloud, nil
}

func (f *exportFlags) writeFilm(cmd *cobra.Command, path string, actor *experiment.Actor) error {
	if f.size < 16 || f.size > 4096 {
		return fmt.Errorf("--size %d: a film is 16 to 4096 pixels wide and high", f.size)
	}
	film, err := actor.Film(cmd.Context(), f.seed)
	if err != nil {
		return err
	}
	film.Size = f.size
	fmt.Fprintln(cmd.ErrOrStderr(), film)
	return film.WriteFile(path)
}

func newTheta() *cobra.Command {
	var k int
	var seed uint64
	cmd := &cobra.Command{
		Use:   "theta RUN|CHECKPOINT|CLOUD.csv",
		Short: "Cluster learnt dynamic parameters into settings for other runs",
		Long: `Group the dynamic parameters of all neurons by k-means and print the centres as
settings. The paper learns one theta per neuron on Ant-v3, takes the centre for
k = 1, which is the mean, and fixes it for all tasks.`,
		Example: `  gomdcsan train --task Ant-v3 --learn neuron --theta 0.02,0.2,0,0.08 --dir runs/source
  gomdcsan theta runs/source
  gomdcsan train --task Hopper-v3 --theta -0.171,0.529,0.021,0.132`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cloud, err := readCloud(cmd, args[0])
			if err != nil {
				return err
			}
			centres, of, err := snn.Centres(cloud, k, rng.New(seed, "k-means"))
			if err != nil {
				return err
			}
			count := make([]int, k)
			for _, j := range of {
				count[j]++
			}
			for j, c := range centres {
				fmt.Fprintf(cmd.OutOrStdout(), "%4d of %d neurons: --theta %.4g,%.4g,%.4g,%.4g\n", count[j], len(cloud), c.V, c.U, c.R, c.S)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&k, "k", 1, "number of clusters")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "seed of the clustering, for k > 1")
	return cmd
}

func readCloud(cmd *cobra.Command, path string) ([]snn.NeuronTheta, error) {
	if strings.HasSuffix(path, ".csv") {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return snn.ReadThetas(f)
	}
	actor, err := loadActor(cmd, path)
	if err != nil {
		return nil, err
	}
	return thetasOf(actor)
}
