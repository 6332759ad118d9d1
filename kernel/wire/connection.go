package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// ConnectionInfo is the content of a connection file: where a kernel listens
// and how its messages are signed.
type ConnectionInfo struct {
	Transport       string `json:"transport"` // "tcp" or "ipc"
	IP              string `json:"ip"`        // an address, or with ipc a path prefix
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HBPort          int    `json:"hb_port"`
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"`
	KernelName      string `json:"kernel_name,omitempty"`
}

// ReadConnectionFile reads and checks a connection file.
func ReadConnectionFile(path string) (ConnectionInfo, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return ConnectionInfo{}, fmt.Errorf("connection file: %w", err)
	}
	info, err := ParseConnection(data)
	if err != nil {
		return info, fmt.Errorf("connection file %s: %w", path, err)
	}
	return info, nil
}

// ParseConnection decodes the content of a connection file and checks it.
// What Jupyter may leave out has Jupyter's defaults.
func ParseConnection(data []byte) (ConnectionInfo, error) {
	info := ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", SignatureScheme: "hmac-sha256"}
	if err := json.Unmarshal(data, &info); err != nil {
		return info, fmt.Errorf("not the JSON that Jupyter writes: %w", err)
	}
	return info, info.Validate()
}

// Validate reports what makes the connection unusable.
func (c ConnectionInfo) Validate() error {
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return fmt.Errorf("transport %q: only tcp and ipc are supported", c.Transport)
	}
	if c.IP == "" {
		return fmt.Errorf("ip is empty")
	}
	seen := map[int]Channel{}
	for _, ch := range Channels() {
		port := c.port(ch)
		if port < 1 || c.Transport == "tcp" && port > 65535 {
			return fmt.Errorf("%s_port is %d, not a port", ch, port)
		}
		if other, twice := seen[port]; twice {
			return fmt.Errorf("%s_port and %s_port are both %d", other, ch, port)
		}
		seen[port] = ch
	}
	return nil
}

func (c ConnectionInfo) port(ch Channel) int {
	switch ch {
	case Shell:
		return c.ShellPort
	case Control:
		return c.ControlPort
	case Stdin:
		return c.StdinPort
	case IOPub:
		return c.IOPubPort
	case Heartbeat:
		return c.HBPort
	}
	panic("wire: no channel " + string(ch))
}

// Address returns the network ("tcp" or "unix") and the address of a channel,
// as net.Listen and net.Dial take them.
func (c ConnectionInfo) Address(ch Channel) (network, address string) {
	port := strconv.Itoa(c.port(ch))
	if c.Transport == "ipc" {
		return "unix", c.IP + "-" + port
	}
	ip := c.IP
	if ip == "*" { // ZeroMQ's word for every interface
		ip = ""
	}
	return "tcp", net.JoinHostPort(ip, port)
}

// NewConnection returns a connection on free local TCP ports with a fresh key,
// for a kernel that is started by hand.
func NewConnection() (ConnectionInfo, error) {
	c := ConnectionInfo{Transport: "tcp", IP: "127.0.0.1", Key: randomID(), SignatureScheme: "hmac-sha256"}
	for _, port := range []*int{&c.ShellPort, &c.IOPubPort, &c.StdinPort, &c.ControlPort, &c.HBPort} {
		l, err := net.Listen("tcp", net.JoinHostPort(c.IP, "0"))
		if err != nil {
			return c, fmt.Errorf("no free port: %w", err)
		}
		defer l.Close() // all stay taken until the last is found
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return c, nil
}

// WriteFile makes the connection file, readable by its owner only: it holds the
// key. A file that is there already, a link too, is an error: somebody else may
// be able to read it.
func (c ConnectionInfo) WriteFile(path string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("connection file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("connection file: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("connection file: %w", err)
	}
	return nil
}
