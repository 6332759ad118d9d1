// Package wire is Jupyter's messaging protocol 5.5 as bytes and Go values:
// messages and their HMAC signatures, the words of the protocol, the contents
// of requests and replies, and the connection file.
//
//	info, err := wire.ReadConnectionFile(path)
//	codec, err := wire.NewCodec(info.SignatureScheme, info.Key)
//	msg, err := codec.Decode(frames)        // what came in, checked
//	frames := codec.Encode(reply)           // what goes out, signed
//
// A message on a socket is a list of frames:
//
//	[identity ...] "<IDS|MSG>" signature header parent metadata content [buffer ...]
//
// where the four middle ones are JSON objects and the signature is the hex
// HMAC of those four as received: nothing is decoded and encoded again before
// it is checked. A parent header goes out as the bytes that came in.
//
// Everything read here comes from outside. Malformed input gives an error that
// wraps ErrMalformed or ErrSignature, never a panic; the fuzz tests hold this.
// A Codec may be used by any number of goroutines.
//
// The specification: https://jupyter-client.readthedocs.io/en/stable/messaging.html
package wire
