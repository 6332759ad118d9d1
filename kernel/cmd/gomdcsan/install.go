package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gomdcsan/kernel/kernelspec"

	"github.com/spf13/cobra"
)

// place is where a kernel is to be registered.
type place struct {
	user, sysPrefix bool
	prefix          string
}

func (p *place) flags(c *cobra.Command) {
	c.Flags().BoolVar(&p.user, "user", false, "for the current user (default)")
	c.Flags().BoolVar(&p.sysPrefix, "sys-prefix", false, "in the active Python environment")
	c.Flags().StringVar(&p.prefix, "prefix", "", "in this prefix: PREFIX/share/jupyter/kernels")
	c.MarkFlagsMutuallyExclusive("user", "sys-prefix", "prefix")
}

func (p *place) dir() (string, error) {
	switch {
	case p.prefix != "":
		abs, err := filepath.Abs(p.prefix)
		return kernelspec.PrefixDir(abs), err
	case p.sysPrefix:
		prefix, err := kernelspec.SysPrefix()
		return kernelspec.PrefixDir(prefix), err
	default:
		return kernelspec.UserDir()
	}
}

func newInstall() *cobra.Command {
	var where place
	var name, display string
	var env []string
	c := &cobra.Command{
		Use:   "install",
		Short: "Register the kernel with Jupyter",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := where.dir()
			if err != nil {
				return err
			}
			executable, err := permanentExecutable()
			if err != nil {
				return err
			}
			spec := kernelspec.Default(executable)
			spec.Name, spec.DisplayName = name, display
			if spec.Env, err = parseEnv(env); err != nil {
				return err
			}
			path, err := kernelspec.Install(dir, spec)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Installed kernel %q (%s) in %s\nIt starts %s\n", spec.Name, spec.DisplayName, path, executable)
			return nil
		},
	}
	where.flags(c)
	c.Flags().StringVar(&name, "name", kernelspec.DefaultName, "the kernel's name")
	c.Flags().StringVar(&display, "display-name", kernelspec.DefaultDisplayName, "what front-ends show")
	c.Flags().StringArrayVar(&env, "env", nil, "environment variable for the kernel, NAME=VALUE (may be repeated)")
	return c
}

// permanentExecutable returns this program's path, refusing one that will be
// gone when Jupyter wants to start it.
func permanentExecutable() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("where this program is: %w", err)
	}
	if strings.Contains(path, string(filepath.Separator)+"go-build") {
		return "", errors.New("this is a temporary build of `go run`: build the command with `go build ./kernel/cmd/gomdcsan` and run its install")
	}
	return path, nil
}

func parseEnv(list []string) (map[string]string, error) {
	env := map[string]string{}
	for _, item := range list {
		name, value, ok := strings.Cut(item, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--env %q: write NAME=VALUE", item)
		}
		env[name] = value
	}
	return env, nil
}

func newUninstall() *cobra.Command {
	var where place
	var name string
	c := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove the kernel from Jupyter",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dirs := kernelspec.DataDirs()
			if where.user || where.sysPrefix || where.prefix != "" {
				dir, err := where.dir()
				if err != nil {
					return err
				}
				dirs = []string{dir}
			}
			path, err := kernelspec.Uninstall(dirs, name)
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "Removed %s\n", path)
			}
			return err
		},
	}
	where.flags(c)
	c.Flags().StringVar(&name, "name", kernelspec.DefaultName, "the kernel's name")
	return c
}

func newList() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List where the kernel is registered with Jupyter",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			shown := 0
			for _, f := range kernelspec.List(kernelspec.DataDirs()) {
				if !all && !f.Ours() {
					continue
				}
				shown++
				fmt.Fprintf(out, "%-16s %-20s %s\n", f.Name, f.DisplayName, f.Dir)
				if f.Err != nil {
					fmt.Fprintf(out, "%-16s cannot be used: %v\n", "", f.Err)
				} else if _, err := os.Stat(f.Argv[0]); f.Ours() && err != nil {
					fmt.Fprintf(out, "%-16s cannot be started: %v; run `gomdcsan install` again\n", "", err)
				}
			}
			if shown == 0 {
				fmt.Fprintln(out, "The kernel is not registered: run `gomdcsan install`.")
			}
			return nil
		},
	}
	c.Flags().BoolVar(&all, "all", false, "other kernels too")
	return c
}
