package experiment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/cpu"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
)

// Commit is the commit that the program was built from. Releases set it with
// -ldflags "-X gomdcsan/mdcsan/experiment.Commit=..."; otherwise it is what
// the Go toolchain stamped into the program, or what git says about the
// working folder.
var Commit string

// Manifest says what made a run, and which files of the folder are the run's.
type Manifest struct {
	Format   int       `json:"format"`
	Config   Config    `json:"config"`
	Parts    []string  `json:"parts,omitempty"` // that the user brought: task, actor, encoder, neuron
	Sessions []Session `json:"sessions"`
	Stored   bool      `json:"stored,omitempty"` // results only, made by Collect: nothing to resume

	ID    string            `json:"id,omitempty"`    // random, part of the names of temporary files
	Saved bool              `json:"saved,omitempty"` // there has been a checkpoint
	Files map[string]string `json:"files,omitempty"` // by name: SHA-256 of the content once it is final, with line ends as LF

	Digest string `json:"digest,omitempty"` // SHA-256 of all of the above
}

// Session is one process's work on a run.
type Session struct {
	Started   time.Time         `json:"started"`
	FromStep  int               `json:"from_step"`
	Commit    string            `json:"commit"`            // "+dirty" when files were changed after it
	Results   int               `json:"results,omitempty"` // ResultsVersion of the program
	GoVersion string            `json:"go"`
	Modules   map[string]string `json:"modules,omitempty"`
	Machine   Machine           `json:"machine"`
	Libraries map[string]string `json:"libraries,omitempty"` // such as MuJoCo's version
}

// Machine is what may change speed, and the last bits of floating point.
type Machine struct {
	OS        string `json:"os"`
	Arch      string `json:"arch"`
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	Vector    string `json:"vector"` // widest vector instructions
}

const (
	manifestFormat = 2 // 1 listed no files and had no digest
	manifestName   = "manifest.json"
)

// ErrEdited means that a manifest is not as the program wrote it.
var ErrEdited = errors.New("changed by hand or damaged")

// currentSession describes this process, and what an environment that is
// elsewhere says of itself.
func currentSession(fromStep int, e env.Env) Session {
	s := Session{
		Results: ResultsVersion,
		Started: time.Now().UTC().Truncate(time.Second), FromStep: fromStep,
		Commit: buildCommit(), GoVersion: runtime.Version(),
		Machine: Machine{runtime.GOOS, runtime.GOARCH, processor(), runtime.NumCPU(), vector()},
	}
	if v, ok := e.(interface{ Versions() map[string]string }); ok {
		s.Libraries = v.Versions()
	} else if v := mujoco.Version(); v != "" {
		s.Libraries = map[string]string{"mujoco": v}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		s.Modules = map[string]string{}
		for _, m := range info.Deps {
			s.Modules[m.Path] = m.Version
		}
	}
	return s
}

func buildCommit() string {
	if Commit != "" {
		return Commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		var revision, dirty string
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = "+dirty"
			}
		}
		if revision != "" {
			return revision + dirty
		}
	}
	return gitCommit()
}

// gitCommit asks git: programs of `go run` and `go test` carry no stamp.
func gitCommit() string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	commit := strings.TrimSpace(string(out))
	if exec.CommandContext(ctx, "git", "diff", "--quiet", "HEAD").Run() != nil {
		commit += "+dirty"
	}
	return commit
}

func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func vector() string {
	switch {
	case cpu.X86.HasAVX512F:
		return "AVX-512"
	case cpu.X86.HasAVX2:
		return "AVX2"
	case cpu.ARM64.HasASIMD:
		return "NEON"
	}
	return "none"
}

// sealed reports whether the manifest has the digests of a complete run.
func (m *Manifest) sealed() bool { return m.Files[progressName] != "" }

// text is the manifest as a file, its digest renewed.
func (m *Manifest) text() ([]byte, error) {
	m.Digest = ""
	data, err := json.Marshal(m)
	if err == nil {
		m.Digest, err = digestOf(data)
	}
	if err == nil {
		data, err = json.MarshalIndent(m, "", "  ")
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: manifest: %w", err)
	}
	return append(data, '\n'), nil
}

// digestOf is the digest that belongs into a manifest: of its JSON without the
// digest itself, compact and in the order of the names, so that neither line
// ends nor settings that came later change it.
func digestOf(data []byte) (string, error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return "", err
	}
	delete(parts, "digest")
	canonical, err := json.Marshal(parts)
	return digest(canonical), err
}

// digest is the SHA-256 of some content.
func digest(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// write is for a manifest of which the caller vouches that it may be replaced.
func (m *Manifest) write(dir string) error {
	data, err := m.text()
	if err != nil {
		return err
	}
	return checkpoint.WriteAtomic(filepath.Join(dir, manifestName), data)
}

// ReadManifest reads the manifest of a run's folder.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("experiment: %s is not a run: it has no %s: %w", dir, manifestName, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: %w", err)
	}
	m, err := parseManifest(data)
	if errors.Is(err, ErrEdited) {
		return nil, fmt.Errorf("experiment: %s: %w%s; undo the change, or put a copy back", path, err, changedSettings(dir, m.Config))
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: %s: %w", path, err)
	}
	return m, nil
}

// parseManifest returns the manifest also with ErrEdited.
func parseManifest(data []byte) (*Manifest, error) {
	var m Manifest
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // some editors put a byte-order mark there
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	if m.Format > manifestFormat {
		return nil, fmt.Errorf("format %d: %w; update gomdcsan", m.Format, checkpoint.ErrNewer)
	}
	if m.Format >= 2 || m.Digest != "" {
		if want, err := digestOf(data); err != nil || m.Digest != want {
			return &m, ErrEdited
		}
	}
	if m.Format < 1 {
		return &m, ErrEdited
	}
	if err := m.Config.Validate(); err != nil {
		return nil, err
	}
	return &m, nil
}

// changedSettings names the settings in which a manifest that was edited
// differs from the folder's checkpoint.
func changedSettings(dir string, c Config) string {
	ck, err := checkpoint.ReadEntries(filepath.Join(dir, latestName), "config")
	if err != nil {
		return ""
	}
	var made Config
	if ck.JSON("config", &made) != nil {
		return ""
	}
	text := differences(made, c)
	if text == "" {
		return ""
	}
	return "; settings of the checkpoint (there) and of the manifest (here):" + text
}
