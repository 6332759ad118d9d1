package crew

import (
	"testing"
	"time"
)

// machine is a clock, and how many processors the crew gets of a machine.
type machine struct {
	now        time.Time
	used       time.Duration
	processors float64
}

func (m *machine) pass(d time.Duration) {
	m.now = m.now.Add(d)
	m.used += time.Duration(m.processors * float64(d))
}

// share runs the pace for a time and returns the part of it that the crew
// worked together.
func (m *machine) share(p *pace, total time.Duration) float64 {
	together := time.Duration(0)
	const step = 3 * time.Millisecond
	for t := time.Duration(0); t < total; t += step {
		if p.together() {
			together += step
		}
		m.pass(step)
	}
	return together.Seconds() / total.Seconds()
}

func TestPace(t *testing.T) {
	m := &machine{now: time.Unix(1e9, 0), processors: 1.7}
	p := &pace{now: func() time.Time { return m.now }, used: func() (time.Duration, bool) { return m.used, true }}
	if got := m.share(p, time.Minute); got != 1 {
		t.Errorf("on a quiet machine together for %.2f of the time", got)
	}
	m.processors = 1
	if got := m.share(p, time.Minute); got > 0.08 {
		t.Errorf("beside another program together for %.2f of the time", got)
	}
	m.processors = 1.7
	m.share(p, pause)
	if got := m.share(p, time.Minute); got != 1 {
		t.Errorf("when the other program has ended, together for %.2f of the time", got)
	}
	p.used = func() (time.Duration, bool) { return 0, false }
	if got := m.share(p, time.Minute); got != 1 {
		t.Errorf("where the processor time is not known, together for %.2f of the time", got)
	}
}
