package equations

import "math"

// eval computes an expression in float64; lookup gives the values of names.
// Conditions are 1 or 0.
func (e *expr) eval(lookup func(name *expr) (float64, error)) (float64, error) {
	switch e.op {
	case "0":
		return e.num, nil
	case "n":
		return lookup(e)
	}
	var a [3]float64
	for i, x := range e.args {
		v, err := x.eval(lookup)
		if err != nil {
			return 0, err
		}
		a[i] = v
	}
	return apply(e.op, a[0], a[1], a[2]), nil
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// apply is an operator or function of the language.
func apply(op string, a, b, c float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case "^":
		return math.Pow(a, b)
	case "neg":
		return -a
	case "<":
		return truth(a < b)
	case ">":
		return truth(a > b)
	case "<=":
		return truth(a <= b)
	case ">=":
		return truth(a >= b)
	case "and":
		return a * b
	case "or":
		return max(a, b)
	case "not":
		return 1 - a
	case "where":
		if a > 0 {
			return b
		}
		return c
	case "clip":
		return max(b, min(a, c))
	case "min":
		return min(a, b)
	case "max":
		return max(a, b)
	}
	return applyOne(op, a)
}

func applyOne(op string, a float64) float64 {
	switch op {
	case "exp":
		return math.Exp(a)
	case "log":
		return math.Log(a)
	case "sqrt":
		return math.Sqrt(a)
	case "tanh":
		return math.Tanh(a)
	case "sigmoid":
		return 1 / (1 + math.Exp(-a))
	case "abs":
		return math.Abs(a)
	case "sin":
		return math.Sin(a)
	case "cos":
		return math.Cos(a)
	}
	return a // detach
}
