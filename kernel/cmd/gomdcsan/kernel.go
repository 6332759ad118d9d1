package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gomdcsan/kernel/front"
	"gomdcsan/kernel/golang/rtype"
	"gomdcsan/kernel/wire"

	"github.com/spf13/cobra"
)

func newKernel() *cobra.Command {
	return &cobra.Command{
		Use:   "kernel [CONNECTION_FILE]",
		Short: "Run as a Jupyter kernel (Jupyter calls this)",
		Long: `Run as a Jupyter kernel on the ports that the connection file names.
Without a file it makes one and prints how to connect to it.

Environment:
  GOMDCSAN_HISTORY      file of the history, "off" for none
  GOMDCSAN_OUTPUT_RATE  "off": show as fast as cells print; by default what they
                        print is kept under the limits of Jupyter servers
  GOMDCSAN_LOG          "on": messages about what clients did wrong, on stderr`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := rtype.Release(); err != nil {
				fmt.Fprintln(cmd.ErrOrStderr(), "gomdcsan:", err)
			}
			path, made, err := connectionFile(cmd.OutOrStdout(), args)
			if err != nil {
				return err
			}
			becomeFront(path, made)
			return front.RunFile(path, made, front.Options{Version: version()})
		},
	}
}

// connectionFile returns the file that the user names, or makes one in a folder
// that nobody else can have made or can look into.
func connectionFile(out io.Writer, args []string) (path string, made bool, err error) {
	if len(args) == 1 {
		return args[0], false, nil
	}
	info, err := wire.NewConnection()
	if err != nil {
		return "", false, err
	}
	dir, err := os.MkdirTemp("", "gomdcsan-kernel-")
	if err != nil {
		return "", false, fmt.Errorf("a folder for the connection file: %w", err)
	}
	path = filepath.Join(dir, "connection.json")
	if err := info.WriteFile(path); err != nil {
		return "", false, errors.Join(err, os.RemoveAll(dir))
	}
	fmt.Fprintf(out, "To connect: jupyter console --existing %s\n", path)
	return path, true, nil
}
