package session

import (
	"testing"

	"gomdcsan/kernel/wire"
)

// encoder is a Port that encodes and signs, as the sockets do.
type encoder struct {
	*front
	codec *wire.Codec
}

func (e encoder) Send(ch wire.Channel, to Route, m *wire.Message) {
	e.codec.Encode(m)
	e.front.Send(ch, to, m)
}

func (e encoder) Publish(topic string, m *wire.Message) {
	e.codec.Encode(m)
	e.front.Publish(topic, m)
}

// BenchmarkExecute is what the session and the encoding of its messages add to
// a cell.
func BenchmarkExecute(b *testing.B) {
	codec, err := wire.NewCodec("hmac-sha256", "key")
	if err != nil {
		b.Fatal(err)
	}
	f := newFront(b, func(o *Options) { o.Port = encoder{o.Port.(*front), codec} })
	b.ReportAllocs()
	for b.Loop() {
		f.run("value 2")
		f.mu.Lock()
		f.got = nil
		f.mu.Unlock()
	}
}
