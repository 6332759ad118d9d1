package interpret

import "io/fs"

// noFiles keeps the interpreter from looking for packages on disk: what a cell
// may import is known before it runs.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
