// Package notebook reads, executes and writes Jupyter notebooks (nbformat 4)
// without Python.
//
//	nb, err := notebook.Read(path)
//	err = nb.SetParameters([]notebook.Parameter{{Name: "steps", Value: "5000"}})
//	err = notebook.Execute(ctx, nb, notebook.Options{Start: startWorker})
//	err = nb.Write(path) // also after a failed cell: the outputs until there
//
// Cells run through kernel/session, the code that serves Jupyter, with this
// package in the front-end's place: what is written is what Jupyter would have
// saved. Like nbclient it honours the cell tags raises-exception and
// skip-execution, and notes when each cell ran.
//
// Whatever a notebook holds that this package does not know stays in it: keys,
// their values and numbers are written as they were read, in the layout of
// Python's nbformat, so that a notebook that was not executed does not change.
//
// Parameters are papermill's: a cell tagged parameters declares them with their
// defaults, and a cell tagged injected-parameters, put behind it, assigns other
// values. Since it assigns, the compiler checks their types.
package notebook
