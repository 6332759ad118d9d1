package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// demo takes a bare machine to a trained network and its learning curve. It
// never needs Python.
func (m *machine) demo() error {
	b, err := m.build()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(m.opts.dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the demo: %w (choose another with --dir)", err)
	}

	m.say("4. The quickstart: training an MDC-SAN on %s (about 3 minutes)", yesNo(b.mujoco, "Hopper-v3 in MuJoCo", "Pendulum-v1, since MuJoCo is not there"))
	c := m.quickstart(b.command, dir)
	c.Stdout, c.Stderr = m.out, m.out
	if err := c.Run(); err != nil {
		return fmt.Errorf("run the quickstart: %w (as far as it got: %s)", err, dir)
	}
	for _, f := range []string{"learning-curve.png", "learning-curve.svg"} {
		if !exists(filepath.Join(dir, f)) {
			return fmt.Errorf("the quickstart left no %s in %s", f, dir)
		}
	}
	m.farewell(dir, b)
	return nil
}

// quickstart executes the notebook into dir, where it also leaves its curve
// and its checkpoint.
func (m *machine) quickstart(command, dir string) *exec.Cmd {
	return m.command(command, "run", filepath.Join(m.root, "notebooks", "quickstart.ipynb"), "-o", filepath.Join(dir, "quickstart.ipynb"), "--cwd", dir)
}

func (m *machine) farewell(dir string, b built) {
	start := "pip install jupyterlab, then: jupyter lab " + filepath.Join(dir, "quickstart.ipynb")
	if jupyter := have("jupyter"); jupyter != "" {
		start = "jupyter lab " + filepath.Join(dir, "quickstart.ipynb")
	}
	command := "gomdcsan"
	if have(command) != b.command {
		command = b.command
	}
	m.say("")
	m.say("Trained. The notebook and its learning curve (PNG, SVG) are in %s", dir)
	m.say("Open it in Jupyter with the kernel \"Go (MDC-SAN)\": %s", start)
	m.say("Without Jupyter: %s train --help, %s run FILE.ipynb, %s doctor", command, command, command)
}
