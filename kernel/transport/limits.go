package transport

import "time"

// Limits bound what peers can cost. The zero value of a field is not useful:
// start from DefaultLimits.
type Limits struct {
	Handshake     time.Duration // from connection to the end of the ZMTP handshake
	Handshakes    int           // under way at once per socket; the oldest gives way
	Peers         int           // per socket; see (*Socket).admit for who gives way
	MessageBytes  int64         // of one received message
	MessageFrames int           // of one received message
	InFlight      int64         // bytes of messages being received from strangers, all of a socket
	Receive       time.Duration // without progress inside a message
	QueueBytes    int64         // waiting for one peer before its senders wait
	Stall         time.Duration // a peer behind by QueueBytes and without progress is dropped
	Behind        time.Duration // and so is one that makes senders wait as long, progress or not
}

// DefaultLimits are generous to a front-end (a cell or a widget's buffer may
// be 256 MB) and small against a machine. All peers of the five sockets
// together never take more than half of the process's file descriptors.
func DefaultLimits() Limits {
	files := openFiles() / 2 / 5
	return Limits{
		Handshake:     5 * time.Second,
		Handshakes:    int(min(256, max(8, files/3))),
		Peers:         int(min(512, max(16, files/3*2))),
		MessageBytes:  256 << 20,
		MessageFrames: 4096,
		InFlight:      512 << 20,
		Receive:       30 * time.Second,
		QueueBytes:    64 << 20,
		Stall:         2 * time.Second,
		Behind:        20 * time.Second,
	}
}
