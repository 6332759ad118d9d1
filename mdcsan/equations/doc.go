// Package equations makes spiking neurons of equations: it parses and checks
// them, differentiates them through time, and runs layers of them as programs
// of vector instructions.
//
//	dv = v^2 - v - u + c           # the change in a step; old values on the right
//	du = tv * (tu*v - u)
//	spike: v > vth
//	reset: v = tr, u = u + ts      # of a neuron that fired, before its next update
//	theta: tv = -0.172, tu = 0.529, tr = 0.021, ts = 0.132
//	start: u = 0.08
//
// # Statements
//
// One in a line, or ; between them; # begins a comment; a line that ends with a
// comma or an operator goes on.
//
//	dv = EXPR, dv/dt = EXPR   v is a state; its change in a step (Euler, step 1)
//	v <- EXPR                 v is a state; its next value
//	x = EXPR                  a name for a part, computed from the old values
//	spike: A > B              when the neuron fires, from the new values; a second
//	                          condition after a comma is for spikes of -1
//	reset: v = EXPR, ...      states of a neuron that fired
//	theta: k = 0.5 ...        parameters: "positive" or "in (0, 1)"; "fixed",
//	                          "per layer" or "per neuron" (learnt), or as the
//	                          setting learn says
//	start: u = 0.08           states before the first step; 0 if not given
//	noise: x = normal(0.1)    fresh at every step and neuron, from a stream of its
//	                          own, named x; or uniform(-1, 1)
//	order: substeps 4, exponential, reset after
//	neuron: my-name
//
// The names c (the input current), vth (the setting threshold, unless theta
// defines it) and spike (the neuron's spike of the step before) are given.
// Operators are + - * / ^ and the comparisons < > <= >=; functions are exp, log,
// sqrt, tanh, sigmoid, abs, sin, cos, min, max, clip(x, low, high),
// where(condition, a, b), and, or, not (of conditions), and detach(x), which
// lets no gradient through.
//
// Order: "reset before" (the default) resets before the next update, "reset
// after" after it, as snnTorch's delayed reset; "substeps N" takes N steps of
// 1/N; "exponential" is exact for the terms of a state that are linear in it.
//
// # Gradients
//
// The reverse mode runs through all steps, through resets and thresholds, with
// the surrogate in place of a spike's derivative. Per step only what the way
// back reads is kept, and not what the spikes' own potential tells; all else is
// computed again. What is positive trains as its logarithm, what lies in a
// range as its logit.
package equations
