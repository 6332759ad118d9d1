package equations

import (
	"embed"
	"slices"
	"strings"
)

//go:embed library/*.neuron
var library embed.FS

// Names lists the neurons of the library.
func Names() []string {
	files, _ := library.ReadDir("library") // embedded: it is there
	var all []string
	for _, f := range files {
		all = append(all, strings.TrimSuffix(f.Name(), ".neuron"))
	}
	slices.Sort(all)
	return all
}

// Library returns the text of one of the library's neurons.
func Library(name string) (text string, ok bool) {
	b, err := library.ReadFile("library/" + name + ".neuron")
	return string(b), err == nil
}
