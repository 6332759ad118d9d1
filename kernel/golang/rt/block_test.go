package rt

import (
	"testing"
	"time"
)

// TestChannels holds channel operations of compiled cells to Go's own.
func TestChannels(t *testing.T) {
	Begin(nil, nil)
	ch := make(chan int, 3)
	for v := range 3 {
		Send(ch)(v)
	}
	if v := Recv(ch); v != 0 {
		t.Errorf("received %d first", v)
	}
	close(ch)
	var got []int
	for v := range Range(ch) {
		got = append(got, v)
	}
	if len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("ranged over %v", got)
	}
	if v, ok := Recv2(ch); v != 0 || ok {
		t.Errorf("a closed channel gives %d, %v", v, ok)
	}
	x := 5
	if Zero(&x); x != 0 {
		t.Errorf("zero is %d", x)
	}
	if u := NewUnit(); u.Types == nil || u.Funcs == nil || u.New == nil || u.Bind == nil {
		t.Errorf("a unit without room: %+v", u)
	}
}

// TestChannelsStop ends operations that wait when the cell is interrupted.
func TestChannelsStop(t *testing.T) {
	for name, wait := range map[string]func(chan int){
		"send":    func(ch chan int) { Send(ch)(1) },
		"receive": func(ch chan int) { Recv(ch) },
		"range": func(ch chan int) {
			for range Range(ch) {
			}
		},
	} {
		Begin(nil, nil)
		ended := make(chan any)
		go func() {
			defer func() { ended <- recover() }()
			wait(make(chan int))
		}()
		Stop()
		select {
		case v := <-ended:
			if v == nil {
				t.Errorf("%s: returned as if it were done", name)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: waits on", name)
		}
	}
	Begin(nil, nil)
}
