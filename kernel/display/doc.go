// Package display shows values: in a notebook as figures, images, tables and
// text, in an ordinary program on the terminal.
//
// The last value of a cell is shown without a call. Anything else goes through
// Show, which takes any values:
//
//	display.Show(p)                             // a *plot.Plot, as SVG
//	display.Show(display.PNG(p))                // the same as PNG
//	display.Show(img, display.Markdown("*Ant*")) // an image.Image, some prose
//	h := display.Show("waiting"); h.Update(m)   // replaced in place
//
// HTML, Markdown, Latex and SVG are string types, JSON, PNG and Image are
// functions; each gives a value to show or to end a cell with.
//
// # What a value looks like
//
// Bundle renders a value as Jupyter's MIME bundle, text/plain always included:
// plots and figures of package plotting, images, gonum matrices and vectors
// and slices of structs as tables (large ones abridged), errors, everything
// else as text. A type of any package decides for itself with a method
//
//	MimeBundle() map[string]any // MIME type to string, []byte or JSON value
//
// or with one or more of HTML, Markdown, Latex and SVG returning a string, PNG
// and JPEG returning bytes; nothing needs to import this package for that.
//
// # While a cell works
//
//	bar := display.Progress("training", 20000) // rate and time left
//	defer bar.Close()
//	fig := display.Live(func() any { return plotting.LearningCurves("return", s) })
//	defer fig.Close()                          // draws the last state
//	for i := range 20000 {
//		if display.Context().Err() != nil { break } // the user's interrupt
//		bar.Add(1)
//		fig.Redraw()                           // draws at most four times a second
//	}
//
// Training makes both for mdcsan.Train. Interact draws a figure again when the
// user moves a Slider or another Widget.
//
// Context is cancelled when the user interrupts the cell, in a program at
// Ctrl-C. Input and Password ask the user. ClearOutput empties the cell's
// output.
//
// # Concurrency
//
// Show, Handle, Bar and Context are safe for concurrent use. A value must not
// change while it is shown; a Live figure draws in the goroutine that calls
// Redraw, so that its data needs no lock.
//
// The worker process attaches the Host that carries events to the front-end;
// without one, the terminal is the host.
package display
