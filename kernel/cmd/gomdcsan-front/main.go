// Command gomdcsan-front is the front of a kernel as a program of its own. It
// is started by `gomdcsan kernel`, not by hand: see package front.
package main

import (
	"fmt"
	"os"

	"gomdcsan/kernel/front"
	"gomdcsan/kernel/worker"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "gomdcsan:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("this is started by `gomdcsan kernel CONNECTION_FILE`, not by hand")
	}
	program, version, connectionFile, made := args[1], args[2], args[3], args[4] == "true"
	keepFromChildren(program)
	return front.RunFile(connectionFile, made, front.Options{Worker: worker.Options{Path: program}, Version: version})
}
