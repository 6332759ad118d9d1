package pendulum_test

import (
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/envtest"
	"gomdcsan/mdcsan/env/pendulum"
)

func TestContract(t *testing.T) {
	envtest.Run(t, func(maxSteps int) (env.Env, error) {
		switch {
		case maxSteps == 0:
			return pendulum.New(), nil
		case maxSteps < 0:
			return pendulum.NewLimit(0), nil
		}
		return pendulum.NewLimit(maxSteps), nil
	})
}
