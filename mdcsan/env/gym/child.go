package gym

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym/wire"
)

//go:embed bridge.py
var bridge string

// child is a Python process with the instances of one environment.
type child struct {
	name    string // of the task, for errors
	python  string
	timeout time.Duration

	mu       sync.Mutex // one request at a time
	process  *exec.Cmd
	requests io.WriteCloser
	replies  *os.File
	said     tail
	request  []byte
	memory   []byte // of the last reply
	watchdog *time.Timer
	late     chan struct{} // closed by the watchdog
	dead     error         // why no call works any more
	open     int           // instances
	versions map[string]string
}

// description is what bridge.py says about an environment.
type description struct {
	Low, High []float64
	Obs, Act  int
	Dt        float64
	MaxSteps  int `json:"max_steps"`
	State     bool
	Versions  map[string]string
}

// start runs Python and makes the first instance, whose slot is 0.
func start(name string, o Options) (*child, description, error) {
	var d description
	o, err := o.withDefaults()
	if err != nil {
		return nil, d, fmt.Errorf("%s: %w", name, err)
	}
	c := &child{name: name, python: o.Python, timeout: o.Timeout, late: make(chan struct{}), open: 1}
	id, kwargs, err := split(name)
	if err != nil {
		return nil, d, err
	}
	if err := c.run(); err != nil {
		return nil, d, unavailable(fmt.Sprintf("%s: %s does not start: %v", name, o.Python, err))
	}
	asked, err := json.Marshal(map[string]any{"id": id, "kwargs": kwargs, "limit": o.MaxSteps})
	if err != nil {
		return nil, d, errors.Join(err, c.stop())
	}
	answer, err := c.call('M', func(b []byte) []byte { return append(b, asked...) })
	if err == nil {
		err = json.Unmarshal(answer, &d)
	}
	if err != nil {
		return nil, d, errors.Join(err, c.stop())
	}
	c.versions = d.Versions
	return c, d, nil
}

// run starts the process. Requests and replies are its standard input and
// output, which bridge.py keeps away from what the environment prints.
func (c *child) run() error {
	c.process = exec.Command(c.python, "-c", bridge)
	c.process.Stderr = &c.said
	c.process.WaitDelay = time.Second // for what the environment has started and left behind
	in, err := c.process.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.process.StdoutPipe()
	if err != nil {
		return err
	}
	c.requests, c.replies = in, out.(*os.File)
	if err := c.process.Start(); err != nil {
		return err
	}
	c.watchdog = time.AfterFunc(c.timeout, func() {
		close(c.late)
		c.process.Process.Kill() // then the read ends
	})
	c.watchdog.Stop()
	return nil
}

// call sends a request, to which content appends, and returns the content of
// the reply, which is valid until the next call.
func (c *child) call(letter byte, content func([]byte) []byte) ([]byte, error) {
	if c.dead != nil {
		return nil, c.dead
	}
	c.request = wire.Begin(c.request, letter)
	if content != nil {
		c.request = content(c.request)
	}
	wire.End(c.request)
	return c.exchange()
}

// exchange sends c.request and waits for its reply.
func (c *child) exchange() ([]byte, error) {
	if c.dead != nil {
		return nil, c.dead
	}
	c.watchdog.Reset(c.timeout)
	_, err := c.requests.Write(c.request)
	var letter byte
	var answer []byte
	if err == nil {
		c.memory, letter, answer, err = wire.Read(c.replies, c.memory)
	}
	c.watchdog.Stop()
	if err != nil {
		return nil, c.died(err)
	}
	switch letter {
	case 'K':
		return answer, nil
	case 'U':
		return nil, fmt.Errorf("%w %q: %s", env.ErrUnknownTask, c.name, answer)
	case 'N':
		return nil, unavailable(fmt.Sprintf("%s: %s", c.name, answer))
	}
	return nil, fmt.Errorf("%s: %s%s", c.name, answer, c.said.quote())
}

// died says how the process ended; no call works from then on.
func (c *child) died(err error) error {
	late := false
	select {
	case <-c.late:
		late = true
	default:
	}
	c.process.Process.Kill()
	c.process.Wait()
	what := fmt.Sprintf("its Python (%s, process %d) ended: %v", c.python, c.process.Process.Pid, c.process.ProcessState)
	if late {
		what = fmt.Sprintf("its Python (%s, process %d) did not answer within %v and was ended (%s sets another limit)", c.python, c.process.Process.Pid, c.timeout, timeoutVariable)
	} else if !errors.Is(err, io.EOF) {
		what += fmt.Sprintf(" (%v)", err)
	}
	c.dead = fmt.Errorf("%s: %w: %s%s", c.name, env.ErrLost, what, c.said.quote())
	return c.dead
}

// stop ends the process: it leaves when its input ends, or is made to.
func (c *child) stop() error {
	if c.dead != nil {
		return nil
	}
	c.dead = fmt.Errorf("%s: used after Close", c.name)
	c.requests.Close()
	c.watchdog.Reset(min(c.timeout, 10*time.Second))
	io.Copy(io.Discard, c.replies)
	c.watchdog.Stop()
	c.process.Process.Kill()
	c.process.Wait()
	return nil
}

// tail keeps the end of what the process printed.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 2000 // bytes

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

// quote returns what was printed, as the end of an error.
func (t *tail) quote() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.text), "?"))
	if text == "" {
		return ""
	}
	return "; it printed last:\n" + text
}
