package gym

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"gomdcsan/mdcsan/env"
)

// Options say which Python runs the environments. The zero value is what the
// package's documentation says.
type Options struct {
	Python   string        // interpreter
	Timeout  time.Duration // for a start, a reset or a step
	MaxSteps int           // time limit in environment steps; 0: the environment's, negative: none
}

// The variables that stand in for Options.
const (
	pythonVariable  = "GOMDCSAN_PYTHON"
	timeoutVariable = "GOMDCSAN_GYM_TIMEOUT"
)

func (o Options) withDefaults() (Options, error) {
	var err error
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
		if s := os.Getenv(timeoutVariable); s != "" {
			if o.Timeout, err = time.ParseDuration(s); err != nil || o.Timeout <= 0 {
				return o, fmt.Errorf("%s=%q: want a duration such as 30s or 10m", timeoutVariable, s)
			}
		}
	}
	if o.Python == "" {
		o.Python, err = python(os.Getenv, exec.LookPath)
	}
	return o, err
}

// python finds the interpreter of the environment that is active.
func python(getenv func(string) string, look func(string) (string, error)) (string, error) {
	if p := getenv(pythonVariable); p != "" {
		return p, nil
	}
	inside := filepath.Join("bin", "python")
	conda := inside
	if runtime.GOOS == "windows" {
		inside, conda = filepath.Join("Scripts", "python.exe"), "python.exe"
	}
	if dir := getenv("VIRTUAL_ENV"); dir != "" {
		return filepath.Join(dir, inside), nil
	}
	if dir := getenv("CONDA_PREFIX"); dir != "" {
		return filepath.Join(dir, conda), nil
	}
	for _, name := range []string{"python3", "python"} {
		if p, err := look(name); err == nil {
			return p, nil
		}
	}
	return "", unavailable("there is no python3 on the PATH; activate an environment that has Gymnasium, or set " + pythonVariable + " to its interpreter")
}

// unavailable is an env.ErrUnavailable: what is missing is not in this build,
// but in Python.
type unavailable string

func (e unavailable) Error() string   { return string(e) }
func (unavailable) Is(err error) bool { return err == env.ErrUnavailable }
