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
	TopicBytes    int64         // of all topics that a peer has subscribed to
	InFlight      int64         // bytes of messages being received from strangers, all sockets
	StrangerRate  int64         // bytes a second that all strangers of a socket may send; see pause
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
		TopicBytes:    64 << 10,
		InFlight:      256 << 20,
		StrangerRate:  32 << 20,
		Receive:       30 * time.Second,
		QueueBytes:    64 << 20,
		Stall:         2 * time.Second,
		Behind:        20 * time.Second,
	}
}

// onlyWords are the limits of a socket on which nobody can show the key, so
// that all are strangers for ever: what they say there is a word, a topic or a
// beat of the heart, and the answer to it a word too.
func (l Limits) onlyWords() Limits {
	l.MessageBytes = min(l.MessageBytes, 4<<10)
	l.MessageFrames = min(l.MessageFrames, 16)
	return l
}

// messageCost is what receiving a message costs however short it is, in bytes
// that receiving a longer one would cost.
const messageCost = 1 << 10

// pause is how long a stranger's next message waits after one of n bytes. With
// that all strangers together stay below StrangerRate, however many they are;
// the first message of a newcomer, who may know the key, waits for nothing.
func (l *Limits) pause(n int64, strangers int) time.Duration {
	return time.Duration(n+messageCost) * time.Duration(strangers) * time.Second / time.Duration(l.StrangerRate)
}
