// Command gomdcsan-front is the front of a kernel as a program of its own. It
// is started by `gomdcsan kernel`, not by hand: see package front.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"gomdcsan/kernel/front"
	"gomdcsan/kernel/wire"
	"gomdcsan/kernel/worker"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "gomdcsan:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("this is started by `gomdcsan kernel CONNECTION_FILE`, not by hand")
	}
	program, version, connectionFile := args[1], args[2], args[3]
	keepFromChildren(program)
	info, err := wire.ReadConnectionFile(connectionFile)
	if err != nil {
		return err
	}
	return front.Run(info, front.Options{Worker: worker.Options{Path: program}, Version: version})
}

// keepFromChildren closes the descriptor that names the worker's program in
// every program that is started, the worker included.
func keepFromChildren(program string) {
	if fd, err := strconv.Atoi(filepath.Base(program)); err == nil && filepath.Dir(program) == "/proc/self/fd" {
		syscall.CloseOnExec(fd)
	}
}
