package equations

import (
	"fmt"
	"math"
	"testing"
)

// ExampleNeuron_Rates is the f-I curve of a leaky neuron: it fires once the
// current exceeds a quarter of the threshold, and the more often the larger it is.
func ExampleNeuron_Rates() {
	n, err := Parse("v <- 0.75*v + c; spike: v > vth; reset: v = 0")
	if err != nil {
		panic(err)
	}
	fmt.Println(n.Rates([]float64{0.1, 0.2, 0.4, 0.6}, 300, Settings{Threshold: 0.5}))
	// Output: [0 0.25 0.5 1]
}

// TestField: the dynamic neuron rests where (1-sqrt(1-4(I-u)))/2 says (eq. 7).
func TestField(t *testing.T) {
	n := parse(t, dnText)
	f, err := n.Field(0.1, Settings{Threshold: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	u := 0.02
	v := (1 - math.Sqrt(1-4*(0.1-u))) / 2
	if dv, du := f(v, u); math.Abs(dv) > 1e-12 || math.Abs(du+0.172*(0.529*v-u)) > 1e-12 {
		t.Errorf("at rest the field is %v, %v", dv, du)
	}
	if _, err := n.Slope(0, Settings{}); err == nil {
		t.Error("a neuron of two states has a slope")
	}
	if tr := n.Simulate([]float64{0.4, 0.4, 0.4, 0.4, 0.4}, Settings{Threshold: 0.5, CurrentDecay: 0.5}); math.Abs(tr.States[0][4]-0.397794) > 1e-6 {
		t.Errorf("the dynamic neuron's potentials are %v, not those of the paper's neuron", tr.States[0])
	}
}
