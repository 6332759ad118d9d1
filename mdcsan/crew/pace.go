package crew

import "time"

// Where other programs want the same cores, two goroutines get no more of them
// than one would and only wait for each other. A crew notices by the processor
// time that its process gets, works alone for a while, and tries again. What is
// computed does not change by it.
const (
	trial  = 300 * time.Millisecond // how long a crew works together before it looks
	pause  = 5 * time.Second        // how long it works alone before the next trial
	worthy = 1.2                    // processors that a crew must get
)

// pace decides when the crew works together.
type pace struct {
	now  func() time.Time
	used func() (time.Duration, bool) // the process's processor time, if it is known

	alone bool
	since time.Time
	spent time.Duration // used at since
}

// together reports whether the next plan is to be shared.
func (p *pace) together() bool {
	now := p.now()
	passed := now.Sub(p.since)
	switch {
	case p.since.IsZero():
	case p.alone && passed < pause, !p.alone && passed < trial:
		return !p.alone
	}
	spent, known := p.used()
	p.alone = known && !p.alone && !p.since.IsZero() && (spent-p.spent).Seconds() < worthy*passed.Seconds()
	p.since, p.spent = now, spent
	return !p.alone
}
