package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gomdcsan/kernel/engine"
)

// rerunMagic is a cell that runs again what workers that died had run. It is
// for the front to answer: the fresh worker knows nothing of it.
const rerunMagic = "%rerun"

// rerunID begins the IDs of cells that are run again: what they print and show
// was seen before and is left out.
const rerunID = "rerun/"

// remember keeps a cell that succeeded, for rerunMagic. One that the user ran
// again is no longer lost.
func (c *Client) remember(cell engine.Cell, out engine.Outcome) {
	if out.Err != nil || cell.Silent || strings.TrimSpace(cell.Code) == "" {
		return
	}
	cell.Evaluate = nil
	c.mu.Lock()
	defer c.mu.Unlock()
	c.succeeded.Add(cell)
	c.lost = slices.DeleteFunc(c.lost, func(l engine.Cell) bool { return l.Code == cell.Code })
}

// lose is called when a worker has died; c.mu is held.
func (c *Client) lose() {
	c.lost = slices.AppendSeq(c.lost, c.succeeded.All())
	c.succeeded = engine.Journal{}
}

// takeLost returns the cells to run again.
func (c *Client) takeLost() []engine.Cell {
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := c.lost
	c.lost = nil
	return lost
}

// rerun runs lost cells again until one fails; those after it stay lost.
func (c *Client) rerun(ctx context.Context, cell engine.Cell, lost []engine.Cell) engine.Outcome {
	kind := engine.Show
	say := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		c.sink.Emit(engine.Event{Kind: kind, Cell: cell.ID, DisplayID: rerunID + cell.ID,
			Display: &engine.Display{Data: map[string]any{"text/plain": text}, Metadata: map[string]any{}}})
		kind = engine.Update
	}
	for i, old := range lost {
		say("running %s again (%d of %d)", cellName(old), i+1, len(lost))
		again := old
		again.ID, again.AllowStdin = rerunID+cell.ID+"/"+old.ID, false
		out := c.execute(ctx, again)
		if out.Err != nil {
			c.mu.Lock()
			c.lost = append(c.lost, lost[i+1:]...)
			c.mu.Unlock()
			say("%d of %d earlier cells were run again, %s failed", i, len(lost), cellName(old))
			return out
		}
		c.remember(old, out)
	}
	say("%d earlier cells were run again", len(lost))
	return engine.Outcome{}
}
