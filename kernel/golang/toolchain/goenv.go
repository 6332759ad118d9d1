package toolchain

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// What users set in the environment, or by `go env -w`, for the programs that
// they build (GOOS, GOFLAGS, GOEXPERIMENT and so on) is not for cells, which
// fit nothing but this very program. Where modules come from is theirs to say.

// fetching are the variables that say where modules come from. They count as
// they are when a module is fetched.
var fetching = []string{"GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOINSECURE", "GOAUTH", "GOVCS"}

// folders are those of the go command. They count as they were at the start.
var folders = []string{"GOPATH", "GOMODCACHE", "GOCACHE"}

// ownVariable reports whether the go command, or what it starts, would build
// something else because of a variable.
func ownVariable(name string) bool {
	if strings.HasPrefix(name, "CGO_") || slices.Contains([]string{"CC", "CXX", "AR", "FC", "PKG_CONFIG", "GCCGO", "GO_EXTLINK_ENABLED"}, name) {
		return true
	}
	rest, isGo := strings.CutPrefix(name, "GO")
	return isGo && rest != "MAXPROCS" && !strings.ContainsAny(rest, "_") && strings.ToUpper(rest) == rest
}

// plainEnvironment is what this process started with, without those variables.
func plainEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return ownVariable(name)
	})
}

// goEnvironment is what the go command says about itself.
type goEnvironment struct {
	GOVERSION, GOTOOLDIR, CC string
	said                     map[string]string // fetching and folders
}

// askGo asks the go command, with the user's settings of all that is not in
// our hands.
func (n *Toolchain) askGo() (out goEnvironment) {
	c := exec.CommandContext(n.ctx, n.goCmd, slices.Concat([]string{"env", "-json", "GOVERSION", "GOTOOLDIR", "CC"}, fetching, folders)...)
	c.Env = append(slices.Clone(n.environ), "GOTOOLCHAIN="+n.toolchain)
	for _, name := range slices.Concat(fetching, folders, []string{"CC", "GOENV"}) {
		if v := n.asked[name]; v != "" {
			c.Env = append(c.Env, name+"="+v)
		}
	}
	c.Dir = n.dir
	data, err := c.Output()
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err == nil {
		err = json.Unmarshal(data, &out.said)
	}
	if err != nil {
		out.GOVERSION = "out of order"
	}
	return out
}

// cCompiler is the C compiler that links cells: what the user names if it is
// there, since a cross compiler may be named for other programs.
func cCompiler(named, usual string) string {
	if f := strings.Fields(named); len(f) > 0 {
		if path, err := exec.LookPath(f[0]); err == nil {
			return path
		}
	}
	return usual
}

// settle makes the environment of all later commands: built is as this program
// was.
func (n *Toolchain) settle(said map[string]string) {
	n.said = said
	for _, name := range folders {
		n.environ = append(n.environ, name+"="+said[name])
	}
	if !canWrite(said["GOCACHE"]) {
		n.environ = append(n.environ, "GOCACHE="+filepath.Join(n.cache, "go-build"))
	}
	n.environ = append(n.environ, "GOENV=off", "GOWORK=off", "CGO_ENABLED=1",
		"GOTOOLCHAIN="+n.toolchain, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Value != "" && ownVariable(s.Key) { // of CGO_CFLAGS, CGO_LDFLAGS there is none with -trimpath
				n.environ = append(n.environ, s.Key+"="+s.Value)
			}
		}
	}
	if cgoCFlags != "" || cgoLDFlags != "" {
		n.environ = append(n.environ, "CGO_CFLAGS="+cgoCFlags, "CGO_LDFLAGS="+cgoLDFlags)
	}
}

// environment is that of a command which may fetch modules.
func (n *Toolchain) environment() []string {
	env := slices.Clone(n.environ)
	for _, name := range fetching {
		env = append(env, name+"="+cmp.Or(os.Getenv(name), n.said[name]))
	}
	return env
}

// canWrite reports whether files can be made in a folder, which is made if it
// is not there.
func canWrite(dir string) bool {
	if !filepath.IsAbs(dir) || os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	f, err := os.CreateTemp(dir, "gomdcsan-")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}

// environment is this process's environment.
func environment() map[string]string {
	out := map[string]string{}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		out[name] = value
	}
	return out
}
