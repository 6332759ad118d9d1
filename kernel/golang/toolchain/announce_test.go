package toolchain

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// What is said while packages are compiled does not stand there afterwards.
func TestAnnouncementIsReplaced(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{{nil, "were compiled, once, in 0 s"}, {errors.New("stopped"), "were not compiled"}} {
		var b bytes.Buffer
		ended := announce(&b, time.Millisecond)
		time.Sleep(20 * time.Millisecond)
		ended(c.err)
		first, last, _ := strings.Cut(b.String(), "\r")
		if !strings.Contains(first, "compiling") || !strings.Contains(last, c.want) || len(last) != len(first)+1 {
			t.Errorf("%q", b.String())
		}
	}
	var b bytes.Buffer
	announce(&b, time.Hour)(nil)
	if b.Len() > 0 {
		t.Errorf("said %q of what took no time", b.String())
	}
}
