package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gomdcsan/kernel/kernelspec"
	"gomdcsan/kernel/transport"
	"gomdcsan/kernel/wire"
)

// patience is how long a kernel may take for one cell, its start included.
const patience = 30 * time.Second

// kernelAnswers starts the kernel as Jupyter does and runs a cell in it.
func kernelAnswers(ctx context.Context, spec kernelspec.Found) Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	start := time.Now()
	if err := startAndAsk(ctx, spec); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s (%w)", patience, err)
		}
		return Finding{What: "a cell", Grade: Broken, Detail: err.Error(),
			Remedy: "run it by hand and read what it says: " + strings.Join(spec.Argv, " ")}
	}
	return Finding{What: "a cell", Grade: Good,
		Detail: fmt.Sprintf("the kernel started and ran 40 + 2 in %s", time.Since(start).Round(time.Millisecond))}
}

func startAndAsk(ctx context.Context, spec kernelspec.Found) (err error) {
	dir, err := os.MkdirTemp("", "gomdcsan-doctor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	info, err := wire.NewConnection()
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "connection.json")
	if err := info.WriteFile(file); err != nil {
		return err
	}
	argv := make([]string, len(spec.Argv))
	for i, a := range spec.Argv {
		argv[i] = strings.ReplaceAll(a, "{connection_file}", file)
	}
	var said bytes.Buffer
	kernel := exec.CommandContext(ctx, argv[0], argv[1:]...)
	kernel.Env = os.Environ()
	for name, value := range spec.Env {
		kernel.Env = append(kernel.Env, name+"="+value)
	}
	kernel.Stdout, kernel.Stderr = &said, &said
	kernel.WaitDelay = 5 * time.Second
	if err := kernel.Start(); err != nil {
		return fmt.Errorf("start the kernel: %w", err)
	}
	err = ask(ctx, info)
	if err != nil {
		kernel.Process.Kill()
	}
	kernel.Wait() // after a shutdown_request it ends by itself
	if err != nil && said.Len() > 0 {
		err = fmt.Errorf("%w; the kernel said: %s", err, strings.TrimSpace(said.String()))
	}
	return err
}

func ask(ctx context.Context, info wire.ConnectionInfo) error {
	codec, err := wire.NewCodec(info.SignatureScheme, info.Key)
	if err != nil {
		return err
	}
	client, err := transport.Dial(ctx, info, codec)
	if err != nil {
		return err
	}
	defer client.Close()
	_, published, err := client.Ask(wire.ExecuteRequest, map[string]any{"code": "40 + 2", "store_history": false})
	if err != nil {
		return err
	}
	if err := expect(published, "42"); err != nil {
		return err
	}
	_, _, err = client.Ask(wire.ShutdownRequest, map[string]any{"restart": false})
	return err
}

// expect looks for a result among what a cell published.
func expect(published []*wire.Message, want string) error {
	for _, m := range published {
		var c struct {
			Data  map[string]any `json:"data"`
			Name  string         `json:"ename"`
			Value string         `json:"evalue"`
		}
		if err := m.Decode(&c); err != nil {
			return err
		}
		switch m.Header.MsgType {
		case wire.ExecuteResult:
			if got := c.Data["text/plain"]; got != want {
				return fmt.Errorf("the cell gave %v, not %s", got, want)
			}
			return nil
		case wire.Error:
			return fmt.Errorf("the cell failed: %s: %s", c.Name, c.Value)
		}
	}
	return errors.New("the cell gave no result")
}
