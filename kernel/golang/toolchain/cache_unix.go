//go:build unix

package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// onlyOurs says why others could put files into a folder, nil if they cannot:
// it is this user's, and nobody else may write to it or rename it.
func onlyOurs(dir string) error {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	for at, own := dir, true; ; at, own = filepath.Dir(at), false {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		st, known := info.Sys().(*syscall.Stat_t)
		if own && known && int(st.Uid) != os.Geteuid() {
			return fmt.Errorf("%s belongs to another user (%d)", at, st.Uid)
		}
		if info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
			return fmt.Errorf("others may write to %s (chmod go-w %s)", at, at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}
