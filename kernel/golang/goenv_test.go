package golang

import (
	"strings"
	"testing"
)

// strange are settings for programs that a user builds elsewhere.
var strange = map[string]string{
	"GOOS": "plan9", "GOARCH": "arm64", "GOAMD64": "v3", "GOARM64": "v9.0", "GOFLAGS": "-mod=vendor -tags=none", "GOWORK": "/nowhere/go.work",
	"CGO_ENABLED": "0", "CGO_CFLAGS": "-DNONE", "CGO_LDFLAGS": "-lnone", "GOEXPERIMENT": "nonesuch", "GOTOOLCHAIN": "go1.1", "GO111MODULE": "off", "GOROOT": "/nowhere", "GOTOOLDIR": "/nowhere",
	"GOCACHE": "off", "GODEBUG": "panicnil=1,gocachehash=1", "GOENV": "/nowhere/env", "GOTMPDIR": "/nowhere", "GO_EXTLINK_ENABLED": "0", "CC": "/nowhere/cc", "GOFIPS140": "v9", "PATH": "/nowhere", "GOGC": "off",
}

// TestEnvironmentIsTheUsers compiles cells while the environment is set up for
// programs that the user builds: from the start, and by %env. The user's
// programs get it.
func TestEnvironmentIsTheUsers(t *testing.T) {
	runs := func(t *testing.T, s *testSession) {
		needNative(t, s)
		s.must("func twice" + strings.ReplaceAll(t.Name(), "/", "_") + "(x int) int { return 2 * x }")
		s.must("import \"encoding/asn1\"\nfunc tag() int { return asn1.TagSet }\ntag()")
		if s.value != "17" {
			t.Errorf("the tag is %s", s.value)
		}
	}
	t.Run("from the start", func(t *testing.T) {
		for name, value := range strange {
			if name != "PATH" && name != "GOCACHE" { // without the toolchain; building all anew takes minutes
				t.Setenv(name, value)
			}
		}
		s := newTestSession(t)
		defer s.close()
		runs(t, s)
	})
	t.Run("later", func(t *testing.T) {
		s := newTestSession(t)
		defer s.close()
		for name, value := range strange {
			t.Setenv(name, value)
			s.must("%env " + name + "=" + value)
		}
		runs(t, s)
		s.must(`fmt.Println(os.Getenv("GOARCH"), os.Getenv("GOFLAGS"))`)
		if out := s.output(); !strings.Contains(out, "arm64 -mod=vendor") {
			t.Errorf("cells see %q", out)
		}
	})
}
