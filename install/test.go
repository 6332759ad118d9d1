package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// test installs what the tests need and runs all of them. What could not be
// installed is listed; with --require (or CI=true) it fails the run, since a
// gate that skips what matters is no gate.
func (m *machine) test() error {
	m.say("1. What the tests need")
	m.ensure(m.needCompiler(), m.needMuJoCo(), needVenv(), needTmux(), needChromium(), needNode(), needSlurm(), needReaders())
	env, missing := m.testEnvironment()
	mujoco := m.hasMuJoCo()
	if !mujoco {
		missing = append(missing, "mujoco")
	}
	if len(missing) > 0 && os.Getenv("CI") != "" {
		return fmt.Errorf("the gate needs what this machine lacks: %s", strings.Join(missing, ", "))
	}

	m.say("2. The plain build, without any C library")
	for _, system := range systems {
		for _, args := range [][]string{{"build", "./..."}, {"vet", "./..."}} {
			c := m.command("go", args...)
			c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
			if err := m.step("go "+strings.Join(args, " ")+" for "+system, c); err != nil {
				return err
			}
		}
	}

	if err := m.lint(); err != nil {
		return err
	}

	m.say("3. The command that the tests drive")
	command := filepath.Join(m.cache, "test-bin", "gomdcsan")
	if err := m.goBuild(command, m.testSources(), m.mujocoPreset()); err != nil {
		return err
	}
	env = append(env, "GOMDCSAN_BIN="+command, "GOMDCSAN_PLAIN_BIN="+m.plainCommand())

	m.say("4. The quickstart, as the demo runs it")
	if err := m.quickstarts(command, mujoco); err != nil {
		return err
	}

	m.say("5. All tests")
	sum, err := m.goTest(env, []string{"-timeout", packageTime, "./..."})
	m.say("6. The concurrent parts again, under the race detector")
	race, raceErr := m.goTest(env, append([]string{"-race", "-short", "-timeout", packageTime}, racePackages...))
	sum.add(race)

	m.say("Screenshots of the front-ends are in %s", cmp.Or(os.Getenv("GOMDCSAN_ARTEFACTS"), filepath.Join(m.cache, "test-artefacts")))
	if len(missing) > 0 {
		m.say("Not run for want of: %s", strings.Join(missing, ", "))
	}
	m.say("%d passed, %d failed, %d skipped", sum.passed, sum.failed, sum.skipped)
	return errors.Join(err, raceErr)
}

// systems are those that the program builds for.
var systems = []string{"linux", "darwin", "windows"}

// testSources is apart from what the installed command needs.
func (m *machine) testSources() string { return filepath.Join(m.cache, "test-source") }

// plainCommand is where the tests' command without MuJoCo is built.
func (m *machine) plainCommand() string { return filepath.Join(m.cache, "test-bin", "gomdcsan-plain") }

// quickstarts executes the quickstart with and without MuJoCo: each trains for
// real, and a cell that fails fails the gate.
func (m *machine) quickstarts(command string, mujoco bool) error {
	plain := m.plainCommand()
	if err := m.goBuild(plain, m.testSources(), "none"); err != nil {
		return err
	}
	commands := []string{plain}
	if mujoco {
		commands = append(commands, command)
	}
	for _, c := range commands {
		dir, err := os.MkdirTemp("", "gomdcsan-quickstart")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := m.step("quickstart with "+filepath.Base(c)+" (a minute or two)", m.quickstart(c, dir)); err != nil {
			return err
		}
	}
	return nil
}

// racePackages are those with goroutines of their own.
var racePackages = []string{
	"./kernel/transport", "./kernel/session", "./kernel/worker", "./kernel/display", "./kernel/golang/eval", "./kernel/golang/rtype",
	"./mdcsan/env/...", "./mdcsan/experiment",
}

// testEnvironment returns the variables that tell the tests what is there, and
// the names of what is not.
func (m *machine) testEnvironment() (env, missing []string) {
	var require []string
	if m.hasMuJoCo() {
		require = append(require, "mujoco")
	}
	python, node, chromium := m.python(), m.node(), have("chromium", "chromium-browser", "google-chrome")
	if python != "" {
		env = append(env, "GOMDCSAN_PYTHON="+python)
		require = append(require, "jupyter")
	} else {
		missing = append(missing, "jupyter")
	}
	if have("gcc", "cc") != "" {
		require = append(require, "cells")
	} else {
		missing = append(missing, "cells")
	}
	if dir := m.mujocos(python); dir != "" {
		env = append(env, "MUJOCO_DIR="+dir)
		require = append(require, "mujoco3")
	} else {
		missing = append(missing, "mujoco3")
	}
	front := "lab"
	if python == debian {
		front = "classic" // Debian has no JupyterLab
		env = append(env, "GOMDCSAN_CLASSIC="+python)
	} else if python != "" {
		require = append(require, "pypi")
	}
	if node != "" && chromium != "" {
		env = append(env, "GOMDCSAN_NODE_MODULES="+node, "GOMDCSAN_CHROMIUM="+chromium)
		require = append(require, front)
	} else {
		missing = append(missing, front)
	}
	if os.Getenv("GOMDCSAN_ARTEFACTS") == "" {
		env = append(env, "GOMDCSAN_ARTEFACTS="+filepath.Join(m.cache, "test-artefacts"))
	}
	if hasSlurm() {
		require = append(require, "slurm")
	} else {
		missing = append(missing, "slurm")
	}
	if hasReaders() {
		require = append(require, "figures")
	} else {
		missing = append(missing, "figures")
	}
	// A test that skips although its need is met fails.
	return append(env, "GOMDCSAN_REQUIRE="+strings.Join(require, ",")), missing
}

// packageTime is how long a package's tests may take: ten times what the slowest
// takes on a machine at rest, for one that has other things to do.
const packageTime = "90m"

// goTest runs go test, each test anew, and prints a line for each package, failures in full.
func (m *machine) goTest(env, args []string) (summary, error) {
	c := m.command("go", append([]string{"test", "-json", "-count=1"}, args...)...)
	c.Env = append(os.Environ(), env...)
	c.Stderr = m.out
	r, w := io.Pipe()
	c.Stdout = w
	if err := c.Start(); err != nil {
		return summary{}, fmt.Errorf("go test: %w", err)
	}
	ended := make(chan error, 1)
	go func() {
		err := c.Wait()
		w.Close()
		ended <- err
	}()
	sum, readErr := report(m.out, r)
	io.Copy(io.Discard, r) // let go test end even if its output could not be read
	err := <-ended
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("go test: %d of %d tests failed, see above", sum.failed, sum.passed+sum.failed)
	}
	if sum.passed == 0 && err == nil {
		err = errors.New("go test ran no test")
	}
	return sum, errors.Join(err, readErr)
}
