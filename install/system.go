package main

import (
	"os"
	"os/exec"
	"strings"
)

// need is something that a system package provides.
type need struct {
	what     string   // as the user would call it
	packages []string // Debian's and Ubuntu's names
	present  func() bool
	without  string // what happens without it
}

func (m *machine) needCompiler() need {
	return need{
		what: "a C compiler", packages: []string{"gcc", "libc6-dev"},
		present: func() bool { return have("gcc", "clang", "cc") != "" },
		without: "MuJoCo and natively compiled cells are left out",
	}
}

func (m *machine) needMuJoCo() need {
	return need{
		what: "MuJoCo", packages: []string{"libmujoco-dev"},
		present: m.hasMuJoCo,
		without: "the embedded task Pendulum-v1 is used instead of Hopper-v3",
	}
}

func needVenv() need {
	return need{
		what: "Python with venv", packages: []string{"python3", "python3-venv"},
		present: func() bool { return exec.Command("python3", "-c", "import venv, ensurepip").Run() == nil },
		without: "the Jupyter tests cannot run",
	}
}

func needChromium() need {
	return need{
		what: "Chromium", packages: []string{"chromium", "fonts-dejavu-core", "fonts-liberation"},
		present: func() bool { return have("chromium", "chromium-browser", "google-chrome") != "" },
		without: "the JupyterLab tests cannot run",
	}
}

func needNode() need {
	return need{
		what: "Node.js with npm", packages: []string{"nodejs", "npm"},
		present: func() bool { return have("node") != "" && have("npm") != "" },
		without: "the JupyterLab tests cannot run",
	}
}

func needTmux() need {
	return need{
		what: "tmux", packages: []string{"tmux"},
		present: func() bool { return have("tmux") != "" },
		without: "jupyter_console cannot be driven",
	}
}

func needSlurm() need {
	return need{
		what: "Slurm", packages: []string{"slurmctld", "slurmd", "slurm-client", "munge"},
		present: hasSlurm,
		without: "sweeps on a cluster cannot be tested",
	}
}

func needReaders() need {
	return need{
		what: "readers of SVG and PDF", packages: []string{"librsvg2-bin", "poppler-utils", "fonts-liberation"},
		present: hasReaders,
		without: "figures in different formats cannot be compared",
	}
}

// hasReaders looks for what renders SVG, renders PDF and extracts its text.
func hasReaders() bool {
	return have("rsvg-convert") != "" && have("pdftocairo") != "" && have("pdftotext") != ""
}

// hasSlurm looks for daemons and commands; their services need not run, the
// tests start their own.
func hasSlurm() bool {
	return have("slurmctld") != "" && have("slurmd") != "" && have("sbatch") != "" && have("munged") != ""
}

// ensure installs the system packages of the needs that are not met, where
// that is possible and the user agrees, and says what is missing in the end.
func (m *machine) ensure(needs ...need) {
	missing := unmet(needs)
	if len(missing) == 0 {
		return
	}
	if m.opts.noSystem {
		m.say("System packages are left alone (--no-system).")
	} else {
		m.aptInstall(missing)
	}
	for _, n := range unmet(missing) {
		m.say("  %s is not there (Debian, Ubuntu: apt-get install %s): %s.", n.what, strings.Join(n.packages, " "), n.without)
	}
}

func unmet(needs []need) []need {
	var missing []need
	for _, n := range needs {
		if !n.present() {
			missing = append(missing, n)
		}
	}
	return missing
}

func (m *machine) aptInstall(missing []need) {
	var packages, names []string
	for _, n := range missing {
		packages = append(packages, n.packages...)
		names = append(names, n.what)
	}
	prefix, ok := m.privilege()
	switch {
	case have("apt-get") == "":
		m.say("Missing: %s. This system has no apt; install it by the system's own means.", strings.Join(names, ", "))
		return
	case !ok:
		m.say("Missing: %s. Not root and no sudo that works without asking; as root: apt-get install %s", strings.Join(names, ", "), strings.Join(packages, " "))
		return
	}
	m.say("Missing: %s. I will run: %s", strings.Join(names, ", "), strings.Join(append(append([]string{}, prefix...), "apt-get install "+strings.Join(packages, " ")), " "))
	if !m.confirm("Install them?") {
		return
	}
	apt := func(args ...string) *exec.Cmd {
		argv := append(append(append([]string{}, prefix...), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"), args...)
		return m.command(argv[0], argv[1:]...)
	}
	if err := m.step("apt-get update", apt("update")); err != nil {
		m.say("  %v", err)
	}
	// One package at a time where the whole list fails: one that cannot be had
	// must not keep the others away.
	install := func(p ...string) error {
		return m.step("apt-get install "+strings.Join(p, " "), apt(append([]string{"install", "-y", "--no-install-recommends"}, p...)...))
	}
	if install(packages...) == nil {
		return
	}
	for _, n := range missing {
		if err := install(n.packages...); err != nil {
			m.say("  %v", err)
		}
	}
}

// privilege returns what to put before a command that needs root.
func (m *machine) privilege() (prefix []string, ok bool) {
	if os.Geteuid() == 0 {
		return nil, true
	}
	sudo := have("sudo")
	if sudo == "" {
		return nil, false
	}
	if m.isTerm {
		return []string{sudo}, true // it asks for the password itself
	}
	return []string{sudo, "-n"}, exec.Command(sudo, "-n", "true").Run() == nil
}
