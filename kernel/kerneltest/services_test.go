package kerneltest

import (
	"context"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestServices drives the kernel by @jupyterlab/services, the client that
// JupyterLab is built on, from Node.
func TestServices(t *testing.T) {
	Need(t, "lab", "GOMDCSAN_NODE_MODULES")
	exe := needModule(t, "lab", "jupyterlab")
	node := NeedProgram(t, "lab", "node")
	lab, err := url.Parse(startLab(t, exe, Environment(t), sampleNotebook(t, "1")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, node, "services.mjs", "http://"+lab.Host+"/", lab.Query().Get("token")).CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "all ok") {
		t.Errorf("%v", err)
	}
}
