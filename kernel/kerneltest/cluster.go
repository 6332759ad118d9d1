package kerneltest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Cluster is a Slurm of one node, this machine, with daemons, key and ports of
// its own.
type Cluster struct {
	Env     []string // for Slurm's commands
	conf    string
	dir     string
	daemons map[string]*exec.Cmd
}

// StartCluster starts munged, slurmctld and slurmd; they end with the test.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	for _, p := range []string{"munged", "slurmctld", "slurmd", "sbatch"} {
		NeedProgram(t, "slurm", p)
	}
	// A socket's path has little room, and t.TempDir is long.
	dir, err := os.MkdirTemp("", "slurm")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{dir: dir, conf: filepath.Join(dir, "slurm.conf"), daemons: map[string]*exec.Cmd{}}
	c.Env = append(os.Environ(), "SLURM_CONF="+c.conf)
	t.Cleanup(func() {
		for name := range c.daemons {
			c.Kill(t, name)
		}
		if t.Failed() {
			for _, name := range []string{"munged", "slurmctld", "slurmd"} {
				log, _ := os.ReadFile(filepath.Join(dir, name+".log"))
				t.Logf("%s:\n%s", name, log[max(0, len(log)-3000):])
			}
		}
		os.RemoveAll(dir)
	})
	c.write(t)
	c.Launch(t, "munged")
	c.Launch(t, "slurmctld")
	c.Launch(t, "slurmd")
	c.wait(t)
	return c
}

// write makes the key and the configuration.
func (c *Cluster) write(t testing.TB) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	for _, d := range []string{"state", "spool"} {
		if err := os.Mkdir(filepath.Join(c.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	key := []byte(strings.Repeat("a key for one test only ", 40))
	if err := os.WriteFile(filepath.Join(c.dir, "munge.key"), key, 0o400); err != nil {
		t.Fatal(err)
	}
	user := os.Getenv("USER")
	if os.Geteuid() == 0 {
		user = "root"
	}
	text := fmt.Sprintf(`ClusterName=test
SlurmctldHost=%[1]s(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
SlurmUser=%[3]s
SlurmdUser=%[3]s
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/spool
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.pid
SlurmctldPort=%[4]d
SlurmdPort=%[5]d
KillWait=5
MpiDefault=none
ReturnToService=2
NodeName=%[1]s NodeAddr=127.0.0.1 CPUs=%[6]d State=UNKNOWN
PartitionName=main Nodes=%[1]s Default=YES MaxTime=INFINITE State=UP
`, host, c.dir, user, freePort(t), freePort(t), max(2, runtime.NumCPU()))
	if err := os.WriteFile(c.conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Launch starts one of the daemons.
func (c *Cluster) Launch(t testing.TB, name string) {
	t.Helper()
	args := []string{"-D", "-f", c.conf}
	if name == "munged" {
		args = []string{"--foreground", "--force", "--key-file=" + c.dir + "/munge.key", "--socket=" + c.dir + "/munge.socket",
			"--pid-file=" + c.dir + "/munged.pid", "--log-file=" + c.dir + "/munge.log", "--seed-file=" + c.dir + "/munge.seed"}
	}
	log, err := os.OpenFile(filepath.Join(c.dir, name+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.Env, log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.daemons[name] = cmd
}

// Kill ends a daemon without a warning.
func (c *Cluster) Kill(t testing.TB, name string) {
	t.Helper()
	cmd := c.daemons[name]
	cmd.Process.Kill()
	cmd.Wait()
}

// wait until the node takes jobs.
func (c *Cluster) wait(t testing.TB) {
	t.Helper()
	for range 150 {
		cmd := exec.Command("sinfo", "--noheader", "--format=%T")
		cmd.Env = c.Env
		if out, err := cmd.CombinedOutput(); err == nil && strings.TrimSpace(string(out)) == "idle" {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatal("Slurm's node does not become idle")
}

// Saved waits until the controller has written its state to disk: what it
// forgets when it is killed earlier, the node still does, and Slurm takes the
// node out of service for an administrator to look at.
func (c *Cluster) Saved(t testing.TB) {
	t.Helper()
	now := time.Now()
	for range 300 {
		if info, err := os.Stat(filepath.Join(c.dir, "state", "job_state")); err == nil && info.ModTime().After(now) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the controller does not save its state")
}

// Run runs one of Slurm's commands.
func (c *Cluster) Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = c.Env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
