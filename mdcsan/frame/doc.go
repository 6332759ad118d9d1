// Package frame is a small table of named columns for notebooks: what pandas is
// used for every day, on plain slices.
//
//	t, err := frame.ReadCSV("progress.csv")           // display.ReadCSV in a notebook
//	t.Num("step")                                     // []float64, ready for plotting
//	t.Where("step", ">", 10_000).Sort("-eval_mean").Head(5)
//	runs.Group("task", "actor").Agg(frame.Mean("best"), frame.Std("best"), frame.Count())
//	runs.Pivot("task", "actor", "best")               // a row for each task, a column for each actor
//
// A column holds numbers (float64, NaN where there is none) or texts (empty
// where there is none); ReadCSV takes a column for numbers if every cell that
// is not empty is one. A unit may stand in a name, as in "time (s)".
//
// # Rules
//
// No method changes its frame: each returns another, which may share columns
// with it. Rows keep their order; Group and Pivot go by first appearance. Errors
// of the world (a file that is not there, a row that is too short) are returned;
// a name that is not a column's panics with the names that there are, as an
// index out of range does. Slices that Num and Text return belong to the frame:
// they are to be read.
//
// It is small on purpose. Of the packages for Go that do more, gota and
// dataframe-go are no longer kept (go-gota/gota#222, rocketlaunchr/dataframe-go#76),
// goframe and golars are young; Apache Arrow's module is kept, but is columns for
// programs.
package frame
