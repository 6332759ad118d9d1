package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// built is the command as it was installed.
type built struct {
	command string // absolute path of gomdcsan
	mujoco  bool
}

// build compiles gomdcsan with what the machine offers and registers the
// kernel with Jupyter, which need not be there yet.
func (m *machine) build() (built, error) {
	m.say("1. System packages")
	needs := []need{m.needCompiler()}
	if !m.opts.noMuJoCo {
		needs = append(needs, m.needMuJoCo())
	}
	m.ensure(needs...)
	b := built{mujoco: !m.opts.noMuJoCo && m.hasMuJoCo()}
	m.say("  MuJoCo: %s", yesNo(b.mujoco, "found", "not there yet: Pendulum-v1 runs, the others once MuJoCo is installed"))

	m.say("2. The command")
	home, err := os.UserHomeDir()
	if err != nil {
		return b, fmt.Errorf("find the home folder: %w", err)
	}
	b.command = filepath.Join(home, ".local", "bin", "gomdcsan")
	data, err := dataDir()
	if err != nil {
		return b, fmt.Errorf("find the user's data folder: %w", err)
	}
	if err := m.goBuild(b.command, filepath.Join(data, "source"), m.mujocoPreset()); err != nil {
		return b, err
	}

	m.say("3. The kernel \"Go (MDC-SAN)\"")
	if err := m.step("registering it for the user", m.command(b.command, "install", "--user")); err != nil {
		return b, err
	}
	if err := m.step("compiling what cells import (a minute, once)", m.command(b.command, "warm")); err != nil {
		m.say("  %v", err) // cells run all the same, declared functions do not
	}
	return b, nil
}

// goBuild compiles the command into path, from a copy of the sources that is
// kept below a folder: see source.go. With -trimpath what is compiled depends
// on the content of the sources alone, not on where they are. The first build
// downloads the modules and may take minutes. The command looks for MuJoCo where
// mujoco says, "" for wherever it is; link are more flags of the linker.
func (m *machine) goBuild(path, sources, mujoco string, link ...string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of the command: %w", err)
	}
	source, err := m.keepSource(sources)
	if err != nil {
		return err
	}
	set := "-X gomdcsan/mdcsan/experiment.Commit=" + m.commit()
	for _, v := range [][2]string{{"sources", source}, {"cgoCFlags", os.Getenv("CGO_CFLAGS")}, {"cgoLDFlags", os.Getenv("CGO_LDFLAGS")}} {
		set += fmt.Sprintf(" -X 'gomdcsan/kernel/golang/toolchain.%s=%s'", v[0], v[1])
	}
	if mujoco != "" {
		set += fmt.Sprintf(" -X 'gomdcsan/mdcsan/env/mujoco.preset=%s'", mujoco)
	}
	set = strings.Join(append([]string{set}, link...), " ")
	c := m.command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "-ldflags", set, "./kernel/cmd/gomdcsan")
	c.Dir = source
	c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=vendor")
	if err := m.step("go build (some minutes the first time)", c); err != nil {
		return err
	}
	front := m.command("go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(filepath.Dir(path), "gomdcsan-front"), "./kernel/cmd/gomdcsan-front")
	front.Dir = source
	front.Env = append(c.Env, "CGO_ENABLED=0") // smaller in memory
	return m.step("go build of the kernel's front", front)
}

// commit names the source that is built, with "+dirty" where it was changed.
func (m *machine) commit() string {
	git := func(args ...string) string {
		c := exec.CommandContext(m.ctx, "git", args...)
		c.Dir = m.root
		out, err := c.Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	rev := git("rev-parse", "HEAD")
	if rev == "" {
		if copied, err := os.ReadFile(filepath.Join(m.root, commitFile)); err == nil {
			return strings.TrimSpace(string(copied))
		}
		return "unknown"
	}
	if git("status", "--porcelain", "--untracked-files=no") != "" {
		rev += "+dirty"
	}
	return rev
}

func yesNo(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}
