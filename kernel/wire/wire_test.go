package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

const testKey = "a0436f6c-1916-498b-8eb9-e81ab9368e84"

func codec(t testing.TB, key string) *Codec {
	t.Helper()
	c, err := NewCodec("hmac-sha256", key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// request is a message as jupyter_client sends it, signed with testKey.
func request() [][]byte {
	parts := [][]byte{
		[]byte(`{"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "u", "date": "2026-01-01T00:00:00.000000Z", "version": "5.3", "extra": [1.50]}`),
		[]byte(`{}`), []byte(`{}`), []byte(`{"code": "1+1"}`),
	}
	mac := hmac.New(sha256.New, []byte(testKey))
	for _, p := range parts {
		mac.Write(p)
	}
	frames := [][]byte{[]byte("identity"), []byte("<IDS|MSG>"), []byte(hex.EncodeToString(mac.Sum(nil)))}
	return append(append(frames, parts...), []byte("buffer"))
}

func TestDecode(t *testing.T) {
	m, err := codec(t, testKey).Decode(request())
	if err != nil {
		t.Fatal(err)
	}
	var e Execute
	if err := m.Decode(&e); err != nil || e.Code != "1+1" || m.Header.MsgType != ExecuteRequest {
		t.Errorf("decoded %+v, %v", m, err)
	}
	if len(m.Buffers) != 1 || string(m.Buffers[0]) != "buffer" {
		t.Errorf("buffers %q", m.Buffers)
	}
}

// A reply's parent header is the request's, byte for byte, with what we do not
// know in it.
func TestParentIsUnchanged(t *testing.T) {
	c := codec(t, testKey)
	m, err := c.Decode(request())
	if err != nil {
		t.Fatal(err)
	}
	frames := c.Encode(New(NewSession("kernel"), ExecuteReply, m.RawHeader, map[string]any{"status": "ok"}))
	if !bytes.Equal(frames[3], request()[3]) {
		t.Errorf("parent %s", frames[3])
	}
	if back, err := c.Decode(frames); err != nil || back.ParentID() != "1" {
		t.Errorf("what was encoded decodes to %+v, %v", back, err)
	}
}

func TestWrongSignature(t *testing.T) {
	for i := 2; i < 7; i++ {
		frames := request()
		frames[i] = append(bytes.Clone(frames[i]), ' ')
		if _, err := codec(t, testKey).Decode(frames); !errors.Is(err, ErrSignature) {
			t.Errorf("frame %d changed: %v", i, err)
		}
	}
	if _, err := codec(t, "another").Decode(request()); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if _, err := codec(t, "").Decode(request()); err != nil {
		t.Errorf("without a key nothing is checked: %v", err)
	}
}

func TestMalformed(t *testing.T) {
	c := codec(t, "")
	for name, change := range map[string]func(f [][]byte) [][]byte{
		"nothing":       func(f [][]byte) [][]byte { return nil },
		"no delimiter":  func(f [][]byte) [][]byte { return f[2:] },
		"too short":     func(f [][]byte) [][]byte { return f[:6] },
		"not JSON":      func(f [][]byte) [][]byte { f[3] = []byte("{"); return f },
		"not an object": func(f [][]byte) [][]byte { f[6] = []byte("[]"); return f },
		"empty content": func(f [][]byte) [][]byte { f[6] = nil; return f },
		"no msg_type":   func(f [][]byte) [][]byte { f[3] = []byte(`{"msg_id":"1"}`); return f },
		"msg_id number": func(f [][]byte) [][]byte { f[3] = []byte(`{"msg_id":1,"msg_type":"x"}`); return f },
	} {
		if _, err := c.Decode(change(request())); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemes(t *testing.T) {
	for scheme, ok := range map[string]bool{"hmac-sha256": true, "hmac-sha512": true, "hmac-md4": false, "sha256": false, "": false} {
		if _, err := NewCodec(scheme, "k"); (err == nil) != ok {
			t.Errorf("%q: %v", scheme, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	s := NewSession("kernel")
	a, b := New(s, Status, nil, nil).Header, New(s, Status, nil, nil).Header
	if a.MsgID == b.MsgID || a.Session != b.Session || a.Version != ProtocolVersion || !strings.HasSuffix(a.Date, "Z") {
		t.Errorf("headers %+v, %+v", a, b)
	}
}

func TestMarshalKeepsTextReadable(t *testing.T) {
	if got := string(Marshal(map[string]string{"a": "<b>&é𝐚"})); got != `{"a":"<b>&é𝐚"}` {
		t.Error(got)
	}
}

const connection = `{"transport":"tcp","ip":"127.0.0.1","shell_port":1001,"iopub_port":1002,"stdin_port":1003,"control_port":1004,"hb_port":1005,"key":"k","signature_scheme":"hmac-sha256","kernel_name":"x"}`

func TestConnection(t *testing.T) {
	c, err := ParseConnection([]byte(connection))
	if err != nil {
		t.Fatal(err)
	}
	if network, address := c.Address(Control); network != "tcp" || address != "127.0.0.1:1004" {
		t.Errorf("control at %s %s", network, address)
	}
	c.Transport, c.IP = "ipc", "/tmp/kernel"
	if network, address := c.Address(Heartbeat); network != "unix" || address != "/tmp/kernel-1005" {
		t.Errorf("heartbeat at %s %s", network, address)
	}
	c.Transport, c.IP = "tcp", "*"
	if _, address := c.Address(Shell); address != ":1001" {
		t.Errorf("shell at %s", address)
	}
}

func TestBadConnections(t *testing.T) {
	for old, bad := range map[string]string{
		`"tcp"`: `"udp"`, `1001`: `0`, `1002`: `70000`, `1003`: `1001`, `1004`: `"x"`, `"127.0.0.1"`: `""`, `{`: ``,
	} {
		_, err := ParseConnection([]byte(strings.Replace(connection, old, bad, 1)))
		if err == nil {
			t.Errorf("%s for %s was accepted", bad, old)
		}
	}
	if _, err := ReadConnectionFile(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a missing file was accepted")
	}
}

func TestNewConnection(t *testing.T) {
	c, err := NewConnection()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "runtime", "kernel.json")
	if err := c.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if back, err := ReadConnectionFile(path); err != nil || back != c {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`<IDS|MSG>`), []byte(`{"msg_id":"1","msg_type":"x"}`), []byte(`{}`), []byte(`{"code":"1"}`), 8)
	f.Add([]byte(``), []byte(`{"msg_id":1}`), []byte(`[]`), []byte("{\"a\":\"\xff\"}"), 6)
	c := codec(f, "")
	f.Fuzz(func(t *testing.T, first, header, parent, content []byte, n int) {
		frames := [][]byte{first, delimiter, nil, header, parent, []byte(`{}`), content, first}
		m, err := c.Decode(frames[:min(max(n, 0), len(frames))])
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		m.ParentID()
		for _, v := range []any{new(Execute), new(Complete), new(Inspect), new(History), new(Comm), new(ErrorContent)} {
			m.Decode(v)
		}
		// What is accepted can be sent on and is accepted again.
		if _, err := c.Decode(c.Encode(m)); err != nil {
			t.Errorf("encoded again: %v", err)
		}
		reply := New(NewSession("k"), ExecuteReply, m.RawHeader, json.RawMessage(`{}`))
		if back, err := c.Decode(c.Encode(reply)); err != nil || back.ParentID() != m.Header.MsgID {
			t.Errorf("reply: %v", err)
		}
	})
}

func FuzzConnection(f *testing.F) {
	f.Add([]byte(connection))
	f.Add([]byte(`{"transport":"ipc","ip":"x","shell_port":1e3}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConnection(data)
		if err != nil {
			return
		}
		for _, ch := range Channels() {
			if network, address := c.Address(ch); address == "" || network == "" {
				t.Errorf("%s has no address", ch)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	c, s := codec(b, testKey), NewSession("kernel")
	parent := json.RawMessage(request()[3])
	for b.Loop() {
		c.Encode(New(s, Status, parent, map[string]string{"execution_state": "busy"}))
	}
}
