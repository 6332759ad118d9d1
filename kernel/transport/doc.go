// Package transport is the kernel's side of ZeroMQ: the five sockets of a
// Jupyter kernel over tcp and ipc.
//
//	k, err := transport.Listen(info, codec, transport.Handlers{Message: ..., Subscribed: ...})
//	k.Send(wire.Shell, from, reply)   // to where a request came from
//	k.Publish(topic, status)          // to every subscriber
//	k.Close(time.Second)              // what was sent is flushed first
//
// The ZMTP greeting, handshake and frames are those of go-zeromq/zmq4 (its
// Open and Conn); its socket types are not used, because a kernel needs what
// they lack. Each line below has a test that fails on zmq4's own sockets:
//
//   - a subscriber that does not read delays nobody else: every peer has its
//     own queue and writer, and is dropped when it stays behind
//   - Close drains the queues (linger) and then ends every goroutine
//   - a silent or slow handshake blocks nobody, and has a deadline
//   - malformed greetings, metadata and frame lengths lose that peer, nothing
//     more; lengths are bounded before memory is allocated
//   - a ROUTER's unread peer does not block the replies to the others, and a
//     message is one write
//   - of two peers with one identity the newest gets what is addressed to it,
//     and a reply goes to the connection that asked
//   - subscriptions are visible, so that iopub_welcome can be sent
//   - a PING is answered with its context and never reaches the kernel
//   - without file descriptors accepting pauses instead of spinning
//   - the heartbeat echoes every frame, empty ones too
//
// Strangers on the same machine can connect, but without the key they are
// bounded: in peers per socket, in handshakes, in bytes per message, in bytes
// under way and in time (limits.go). Peers that have proved that they know the
// key are never dropped in favour of others.
package transport
