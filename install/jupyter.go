package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
)

// requirements pins what the front-end tests drive.
//
//go:embed requirements.txt
var requirements string

// nodePackages are the Node programs that drive JupyterLab.
var nodePackages = []string{"playwright-core@1.65.1", "@jupyterlab/services@7.6.6", "ws@8.23.0"}

// debian is the Python that has Debian's Jupyter, the classic Notebook.
const debian = "/usr/bin/python3"

// noPyPI, set in the environment, keeps PyPI out as if it were out of reach, so
// that the way round it can be tried.
const noPyPI = "GOMDCSAN_NO_PYPI"

// python returns an interpreter that has Jupyter, made in a virtual environment
// of our own, else Debian's, else "".
func (m *machine) python() string {
	if os.Getenv(noPyPI) == "" {
		if p := m.venvPython(); p != "" {
			return p
		}
	}
	m.say("  PyPI's Jupyter cannot be had, trying Debian's.")
	has := func() bool {
		return exec.Command(debian, "-c", "import jupyter_client, nbclient, nbconvert, jupyter_console, notebook").Run() == nil
	}
	m.ensure(need{
		what:     "Debian's Jupyter",
		packages: []string{"jupyter-client", "jupyter-notebook", "jupyter-nbconvert", "jupyter-console", "python3-nbclient"},
		present:  has, without: "the Jupyter tests cannot run",
	})
	if has() {
		return debian
	}
	return ""
}

func (m *machine) venvPython() string {
	dir := filepath.Join(m.cache, "test-venv")
	python := filepath.Join(dir, "bin", "python")
	if m.current(dir, requirements) {
		return python
	}
	os.RemoveAll(dir)
	if err := m.step("making a virtual environment for Jupyter", m.command("python3", "-m", "venv", dir)); err != nil {
		m.say("  %v", err)
		return ""
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, []byte(requirements), 0o644); err != nil {
		m.say("  %v", err)
		return ""
	}
	pip := m.command(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list)
	if err := m.step("installing Jupyter from PyPI (about a minute)", pip); err != nil {
		m.say("  %v", err)
		return ""
	}
	m.stamp(dir, requirements)
	return python
}

// node returns the folder with the Node packages of the JupyterLab tests, or "".
func (m *machine) node() string {
	dir := filepath.Join(m.cache, "test-node")
	content := ""
	for _, p := range nodePackages {
		content += p + "\n"
	}
	modules := filepath.Join(dir, "node_modules")
	if m.current(dir, content) {
		return modules
	}
	if have("npm") == "" || os.MkdirAll(dir, 0o755) != nil {
		return ""
	}
	args := append([]string{"install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"}, nodePackages...)
	if err := m.step("installing Node packages for the JupyterLab tests", m.command("npm", args...)); err != nil {
		m.say("  %v", err)
		return ""
	}
	m.stamp(dir, content)
	return modules
}

// current reports whether dir was completed from exactly this content before;
// stamp says so.
func (m *machine) current(dir, content string) bool {
	b, err := os.ReadFile(filepath.Join(dir, ".complete"))
	return err == nil && string(b) == digest(content)
}

func (m *machine) stamp(dir, content string) {
	if err := os.WriteFile(filepath.Join(dir, ".complete"), []byte(digest(content)), 0o644); err != nil {
		m.say("  %v", err) // the next run installs it again
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
