package experiment

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"

	"gomdcsan/mdcsan/equations"
	"gomdcsan/mdcsan/snn"
)

// neuronFile ends the names of files with equations.
const neuronFile = ".neuron"

// WithEquations returns c with the equations' text in place of the name of
// their file, or of one of the library: what a run keeps, so that it can be read
// and resumed without the file. Built-in neurons and texts stay as they are.
func (c Config) WithEquations() (Config, error) {
	if text, ok := equations.Library(c.Neuron); ok {
		c.Neuron = text
		return c, nil
	}
	if !strings.HasSuffix(c.Neuron, neuronFile) || strings.ContainsAny(c.Neuron, "\n=") {
		return c, nil
	}
	b, err := os.ReadFile(c.Neuron)
	if err != nil {
		return c, fmt.Errorf("config: neuron: %w", err)
	}
	n, err := equations.Parse(string(b))
	if err != nil {
		return c, fmt.Errorf("config: neuron: %s: %w", c.Neuron, err)
	}
	name := strings.TrimSuffix(filepath.Base(c.Neuron), neuronFile)
	c.Neuron = n.Text
	if n.Name == equations.Unnamed && equations.IsName(name) {
		c.Neuron = strings.TrimRight(n.Text, "\n") + "\nneuron: " + name + "\n"
	}
	return c, nil
}

// neuronName is how tables and folders call the neuron: a text by its
// "neuron: NAME", or by a number that stands for it.
func (c Config) neuronName() string {
	if full, err := c.WithEquations(); err == nil {
		c = full
	}
	n, err := snn.NeuronKind(c.Neuron).Equations()
	switch {
	case err != nil || n == nil:
		return filepath.Base(c.Neuron)
	case n.Name != equations.Unnamed:
		return n.Name
	}
	h := fnv.New32a()
	h.Write([]byte(n.Text))
	return fmt.Sprintf("%s-%08x", n.Name, h.Sum32())
}

// kindName is the neuron of a network that c describes.
func (c Config) kindName(n snn.Config) string {
	c.Neuron = string(n.Neuron)
	return c.neuronName()
}

// neuron checks the name, the file or the text of the neuron.
func (v *validator) neuron(c Config) {
	c, err := c.WithEquations()
	if err == nil && c.Neuron != string(snn.ReLU) {
		if _, err = snn.NeuronKind(c.Neuron).Equations(); err == nil {
			return
		}
	}
	if err == nil || !strings.ContainsAny(c.Neuron, "\n=:;") && !strings.HasSuffix(c.Neuron, neuronFile) {
		err = fmt.Errorf("config: neuron = %q: must be one of %s, %s, a file whose name ends with %s, or the text of equations",
			c.Neuron, "dn, dn-printed, lif, if", strings.Join(equations.Names(), ", "), neuronFile)
	}
	v.errs = append(v.errs, err)
}
