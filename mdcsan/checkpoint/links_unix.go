//go:build unix

package checkpoint

import (
	"io/fs"
	"syscall"
)

// Links returns how many names a file has.
func Links(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Nlink)
	}
	return 1
}
