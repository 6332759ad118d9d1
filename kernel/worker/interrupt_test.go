//go:build unix

package worker

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
)

func TestInterrupt(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	if o := s.exec("sleep 60000"); o.Err == nil || o.Err.Name != "Interrupted" {
		t.Errorf("an interrupted cell ended with %v", o.Err)
	}
	s.rec.take()
	s.shows("get", "[stdout]1")
	s.Interrupt() // nothing runs: nothing happens
	s.shows("get", "[stdout]1")
}

// An interrupt is not lost, whenever it comes after Execute was called.
func TestInterruptAtTheBeginning(t *testing.T) {
	s := start(t, Options{InterruptGrace: time.Hour})
	for i := range 50 {
		go func() {
			for running := false; !running; {
				s.mu.Lock()
				running = s.run != nil
				s.mu.Unlock()
				time.Sleep(time.Duration(i) * 100 * time.Microsecond)
			}
			s.Interrupt()
		}()
		if o := s.exec("deaf 2\ndrain\nsleep 60000"); o.Err == nil || o.Err.Name != "Interrupted" {
			t.Fatalf("%d: %v", i, o.Err)
		}
	}
}

func TestInterruptWhileTheWorkerStarts(t *testing.T) {
	s := start(t, Options{Env: []string{"SCRIPTED_HANGS=1"}, InterruptGrace: 100 * time.Millisecond})
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	if o := s.exec("echo 1"); o.Err == nil || o.Err.Name != "Interrupted" {
		t.Errorf("the cell ended with %v", o.Err)
	}
}

func TestDisobeyedInterruptEscalates(t *testing.T) {
	s := start(t, Options{InterruptGrace: 100 * time.Millisecond})
	s.mustExec("set 1")
	for _, code := range []string{"deaf 60000", "stopself"} {
		time.AfterFunc(50*time.Millisecond, s.Interrupt)
		if e := s.dies(code, "did not obey the interrupt"); e.Name != "Interrupted" {
			t.Errorf("%s: the error is named %q", code, e.Name)
		}
	}
	// One that obeys late keeps its session, and the user was warned.
	s.mustExec("set 2")
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	s.mustExec("deaf 250")
	if got := s.rec.take(); !strings.Contains(got, "does not obey the interrupt") {
		t.Errorf("the user saw %q", got)
	}
	s.shows("get", "[stdout]2")
}

// Two interrupts do at once what one does after a while.
func TestSecondInterruptKills(t *testing.T) {
	s := start(t, Options{InterruptGrace: time.Second})
	s.mustExec("set 1")
	go func() {
		for !strings.Contains(s.rec.take(), "does not obey") {
			s.Interrupt()
			time.Sleep(20 * time.Millisecond)
		}
		s.Interrupt()
	}()
	begin := time.Now()
	o := s.exec("deaf 60000")
	if o.Err == nil || !strings.Contains(o.Err.Value, "did not obey the interrupt") || time.Since(begin) > 2*time.Second {
		t.Errorf("%v after %v", o.Err, time.Since(begin))
	}
}

// A stopped worker answers no question; the front goes on.
func TestStoppedWorkerDoesNotBlockTheFront(t *testing.T) {
	s := start(t, Options{InterruptGrace: 100 * time.Millisecond})
	s.mustExec("set 1")
	pid := s.PID()
	syscall.Kill(pid, syscall.SIGSTOP)
	for range 1000 { // it stops in its own time
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") T ") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if c := s.Complete("x", 1); len(c.Matches) != 0 || c.Start != 1 {
		t.Errorf("completion of a stopped worker: %+v", c)
	}
	big := strings.Repeat("x", 1<<20)
	for range 20 {
		s.Comm(engine.CommMessage{ID: big})
	}
	syscall.Kill(pid, syscall.SIGCONT)
	s.mustExec("get")
}
