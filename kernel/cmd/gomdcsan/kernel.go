package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"gomdcsan/kernel/front"
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
			path, err := connectionFile(cmd.OutOrStdout(), args)
			if err != nil {
				return err
			}
			becomeFront(path)
			info, err := wire.ReadConnectionFile(path)
			if err != nil {
				return err
			}
			return front.Run(info, front.Options{Version: version()})
		},
	}
}

// connectionFile returns the file that the user names, or makes one.
func connectionFile(out io.Writer, args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	info, err := wire.NewConnection()
	if err != nil {
		return "", err
	}
	path := filepath.Join(os.TempDir(), "gomdcsan-"+strconv.Itoa(os.Getpid()), "connection.json")
	if err := info.WriteFile(path); err != nil {
		return "", err
	}
	fmt.Fprintf(out, "To connect: jupyter console --existing %s\n", path)
	return path, nil
}
