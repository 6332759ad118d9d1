//go:build !unix

package front

import "os"

// alive reports whether the process that started this one is still there.
func alive(parent int) bool {
	p, err := os.FindProcess(parent)
	if err != nil {
		return false
	}
	p.Release()
	return true
}
