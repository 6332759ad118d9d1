package experiment

import (
	"fmt"
	"time"
)

// Observer is told how a run goes on. It is called in the training goroutine,
// between two environment steps: it may draw, but what it does cannot change
// the run's numbers.
type Observer = func(Progress)

// The kinds of Progress.
const (
	Started   = "started"    // before the first step of this session
	Stepped   = "step"       // about ten times a second
	Episode   = "episode"    // a training episode has ended
	Evaluated = "evaluation" // Evaluation is new
	Saved     = "saved"      // a checkpoint is on disk
	Warned    = "warning"    // Message says what; training goes on
	Finished  = "finished"   // the last step is done
)

// Progress is one report of a run.
type Progress struct {
	Kind string

	Step, Steps int // environment steps done and wanted

	Episode int     // training episodes that have ended
	Return  float64 // of the last one: sum of rewards, exploration noise included
	Length  int     // of the last one: environment steps

	Evaluation *Evaluation // the last one, nil before the first
	Best       *Evaluation // the one with the highest mean so far

	CriticLoss, ActorLoss float64 // means since the last evaluation, NaN before the first update

	StepsPerSecond float64       // in the last seconds
	Elapsed, Left  time.Duration // of this session; Left is an estimate

	Message string // of a warning
	Run     *Run   // the run that reports
}

func (p Progress) String() string {
	s := fmt.Sprintf("step %d of %d", p.Step, p.Steps)
	if p.Evaluation != nil {
		s += fmt.Sprintf(", return %.0f ± %.0f", p.Evaluation.Mean, p.Evaluation.Std)
	}
	if p.StepsPerSecond > 0 {
		s += fmt.Sprintf(", %.0f steps/s, %v left", p.StepsPerSecond, p.Left.Round(time.Second))
	}
	return s
}

// clock measures speed over the last seconds and throttles the reports.
type clock struct {
	start, last time.Time
	marks       []mark // one about every second, the oldest first
	fromStep    int
}

type mark struct {
	at   time.Time
	step int
}

const (
	reportEvery = 100 * time.Millisecond
	speedWindow = 10 // marks
)

func startClock(step int) *clock {
	now := time.Now()
	return &clock{start: now, last: now, marks: []mark{{now, step}}, fromStep: step}
}

// due reports whether it is time for the next report.
func (c *clock) due(step int) bool {
	now := time.Now()
	if now.Sub(c.last) < reportEvery {
		return false
	}
	c.last = now
	if now.Sub(c.marks[len(c.marks)-1].at) >= time.Second {
		c.marks = append(c.marks, mark{now, step})
		if len(c.marks) > speedWindow {
			c.marks = c.marks[1:]
		}
	}
	return true
}

// speed is in steps per second over the last marks.
func (c *clock) speed(step int) float64 {
	first := c.marks[0]
	dt := time.Since(first.at).Seconds()
	if dt <= 0 || step <= first.step {
		return 0
	}
	return float64(step-first.step) / dt
}

func (c *clock) left(steps int, speed float64) time.Duration {
	if speed <= 0 {
		return 0
	}
	return time.Duration(float64(steps) / speed * float64(time.Second))
}
