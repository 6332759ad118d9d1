// Package snn is the paper's spiking actor network, MDC-SAN, with every coding
// and neuron that it is compared with, and its training by approximate
// backpropagation through time, written by hand.
//
//	c := snn.Default(11, 3, 1)             // Hopper-v3: 11 observations, 3 actions in (-1, 1)
//	actor, err := snn.New(c, seed)
//	actor.Act(action, obs)                 // one state
//	actor.Forward(actions, batch, n)       // n states ...
//	actor.Backward(dActions)               // ... and every Param's Grad
//	rec := actor.Record(obs)               // currents, potentials, spikes of every layer
//
// # The network
//
//	observation [N] -> encoder [N*J] -> 256 -> 256 -> [M*O] -> decoder -> action [M]
//
// The output population of M*O neurons spikes like the layers before it: Fig. 6
// shows 256+256+80 neurons for Ant. T steps are simulated per action and all
// states start anew at each action. One step of a layer with spikes x below:
//
//	C <- d_c C + W x + b                            Algorithm 1
//	V <- V (1-o) + o theta_r,  U <- U + o theta_s   o: own previous spike
//	V <- V + (V^2 - V - U + C)                      eq. 7, old V and U
//	U <- U + theta_v (theta_u V - U)                eq. 8, form dn
//	o = V > V_th
//
// The decoder reads firing rates f, the mean of o over T: action m is
// limit * tanh(W_m . f_m + b_m) over its own O neurons.
//
// # Gradients
//
// do/dV is the surrogate z(V) (eq. 9 and relatives, see [Surrogate]); nothing
// is detached, the reset included. Every gradient is tested against a float64
// tape, which is tested against finite differences, and against golden files
// of an automatic-differentiation framework, to 1e-5.
//
// # Differences from the paper
//
//   - eq. 8 is printed as dU = theta_v V - theta_u U ([DNPrinted]); only
//     [DN] reproduces Fig. 8, so it is the default.
//   - U starts at 0.08 for dn: the first point of Fig. 8.
//   - eqs. 4, 5: threshold 0.999, as in the code that the paper follows.
//   - eqs. 2 and 3 with R = 1 are one distribution: [PopUni] and [PopPoi] differ
//     in name only, any gap between them in Fig. 5 is seed noise.
//   - The codings without population use one receptive field of mean 0 per
//     dimension, which cannot tell the sign of a state.
//   - A learnt theta starts at one value for all neurons ([ThetaStart]), as the
//     cloud of Fig. 6 shows; the text says at random.
//
// # Layout and speed
//
// Activations are time-stacked, [T][B][n]. All steps of a layer are computed
// before the next layer, so W x is one product over T*B rows, and a constant
// input (Cpop) is weighted once. Nothing is allocated after the largest batch
// has been seen. Shape mismatches panic; NaN observations give NaN actions.
// An Actor is not safe for concurrent use: Clone one per goroutine.
package snn
