package transport

import (
	"context"
	"fmt"

	"github.com/go-zeromq/zmq4"

	"gomdcsan/kernel/wire"
)

// Client is a plain front-end's side of a kernel's shell and iopub channels,
// enough to ask whether a kernel answers. It is for one goroutine at a time.
type Client struct {
	codec        *wire.Codec
	session      *wire.Session
	shell, iopub zmq4.Socket
}

// Dial connects to a kernel, which need not listen yet: it tries until ctx
// ends.
func Dial(ctx context.Context, info wire.ConnectionInfo, codec *wire.Codec) (*Client, error) {
	c := &Client{codec: codec, session: wire.NewSession("doctor")}
	c.shell = zmq4.NewDealer(ctx, zmq4.WithID(zmq4.SocketIdentity(c.session.ID)))
	c.iopub = zmq4.NewSub(ctx)
	if err := c.iopub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		return nil, fmt.Errorf("subscribe to iopub: %w", err)
	}
	for _, s := range []struct {
		socket  zmq4.Socket
		channel wire.Channel
	}{{c.shell, wire.Shell}, {c.iopub, wire.IOPub}} {
		if err := s.socket.Dial(endpoint(info, s.channel)); err != nil {
			c.Close()
			return nil, fmt.Errorf("connect to the kernel's %s channel: %w", s.channel, err)
		}
	}
	// iopub_welcome says that the subscription stands: nothing will be missed.
	if _, err := c.iopub.Recv(); err != nil {
		c.Close()
		return nil, fmt.Errorf("subscribe to iopub: %w", err)
	}
	return c, nil
}

// endpoint is a channel's address as ZeroMQ writes it.
func endpoint(info wire.ConnectionInfo, ch wire.Channel) string {
	network, address := info.Address(ch)
	if network == "unix" {
		return "ipc://" + address
	}
	return "tcp://" + address
}

// Ask sends a request on shell and returns its reply with what the kernel
// published for it until it was idle again.
func (c *Client) Ask(msgType string, content any) (reply *wire.Message, published []*wire.Message, err error) {
	request := wire.New(c.session, msgType, nil, content)
	if err := c.shell.Send(zmq4.NewMsgFrom(c.codec.Encode(request)...)); err != nil {
		return nil, nil, fmt.Errorf("send %s: %w", msgType, err)
	}
	for reply == nil {
		if reply, err = c.receive(c.shell, request.Header.MsgID); err != nil {
			return nil, nil, fmt.Errorf("wait for the reply to %s: %w", msgType, err)
		}
	}
	for {
		m, err := c.receive(c.iopub, request.Header.MsgID)
		if err != nil {
			return reply, published, fmt.Errorf("wait for the end of %s on iopub: %w", msgType, err)
		}
		if m == nil {
			continue
		}
		published = append(published, m)
		var status struct {
			State string `json:"execution_state"`
		}
		if m.Header.MsgType == wire.Status && m.Decode(&status) == nil && status.State == wire.StateIdle {
			return reply, published, nil
		}
	}
}

// receive returns the next message if its parent is the request, else nil.
func (c *Client) receive(s zmq4.Socket, request string) (*wire.Message, error) {
	raw, err := s.Recv()
	if err != nil {
		return nil, err
	}
	m, err := c.codec.Decode(raw.Frames)
	if err != nil {
		return nil, err
	}
	if m.ParentID() != request {
		return nil, nil
	}
	return m, nil
}

// Close ends the connections.
func (c *Client) Close() {
	c.shell.Close()
	c.iopub.Close()
}
