package display_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"gomdcsan/kernel/display"
)

// In a program values are shown as text; in a notebook this is a table.
func ExampleShow() {
	display.Show(mat.NewDense(2, 2, []float64{1, 2, 3, 4}))
	type result struct {
		Task   string
		Return float64
	}
	display.Show([]result{{"Hopper-v3", 3636}, {"Ant-v3", 5628}})
	// Output:
	//    0  1
	// 0  1  2
	// 1  3  4
	// (2 × 2 matrix)
	//    Task       Return
	// 0  Hopper-v3    3636
	// 1  Ant-v3       5628
	// (2 rows)
}

// policy has a look of its own, without importing package display.
type policy struct{ name string }

func (p policy) MimeBundle() map[string]any {
	return map[string]any{"text/html": "<b>" + p.name + "</b>", "text/plain": p.name}
}

func ExampleBundle() {
	d := display.Bundle(policy{"best"})
	fmt.Println(d.Data["text/html"], d.Data["text/plain"])
	// Output: <b>best</b> best
}

func ExampleInteract() {
	i := display.Slider("drive", -0.5, 0.5, 0.01, 0.15)
	w := display.Interact(func() any { return fmt.Sprintf("I - U = %.2f", i.Float()) }, i)
	display.Show(w) // where there are no widgets, this is what stands there
	// Output:
	// drive: 0.15
	// "I - U = 0.15"
}
