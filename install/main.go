// Command install takes a bare machine to a working gomdcsan.
//
//	go run ./install demo    install what is missing, build, register the
//	                         kernel, train a real MDC-SAN and show its curve
//	go run ./install test    install what the tests need and run all of them
//	go run ./install build   build the command and register the kernel only
//	go run ./install wheel   build a Python wheel
//	go run ./install fuzz    give every fuzz test ten minutes
//
// It uses the standard library alone, so that it runs before anything has been
// downloaded. Every step says what it will do before it does it, and is skipped
// when its result is already there. What cannot be had is named, with what is
// done instead:
//
//   - no MuJoCo: Pendulum-v1 remains until it is installed
//   - no PyPI: Debian's Jupyter
//   - no Jupyter: notebooks run through gomdcsan itself
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = `usage: go run ./install [flags] demo|test|build|wheel|fuzz

  demo    install what is missing, build gomdcsan, register the Jupyter kernel,
          run notebooks/quickstart.ipynb (a real training) and keep its curve
  test    install what the tests need and run all of them
  build   build gomdcsan and register the Jupyter kernel, nothing else
  wheel   build a Python wheel with the command, the kernel and the package
  fuzz    give every fuzz test ten minutes (hours in all)

flags (before or after the command):
  --yes         do not ask before installing system packages
  --no-system   install no system packages
  --no-mujoco   do not use MuJoCo, even where it is there
  --mujoco DIR  use the MuJoCo release in DIR instead of that of the Python
                environment or the system's
  --dir DIR     demo: write the executed notebook and the curve to DIR
                (default gomdcsan-demo); wheel: write the wheel there
  --each TIME   fuzz: another time for each test, such as 30s
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, command, err := parse(args)
	if err != nil {
		fmt.Fprint(out, usage)
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	m, err := newMachine(ctx, o, out)
	if err == nil && o.mujoco != "" {
		err = m.useMuJoCo()
	}
	if err != nil {
		return err
	}
	switch command {
	case "demo":
		return m.demo()
	case "test":
		return m.test()
	case "fuzz":
		return m.fuzz()
	case "wheel":
		return m.wheel()
	default:
		_, err := m.build()
		return err
	}
}

// options are the flags of all commands.
type options struct {
	yes, noSystem, noMuJoCo bool
	mujoco, dir             string
	each                    time.Duration // of fuzzing
}

// parse accepts flags before and after the command, as people type them.
func parse(args []string) (options, string, error) {
	var o options
	fs := flag.NewFlagSet("install", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&o.yes, "yes", false, "")
	fs.BoolVar(&o.noSystem, "no-system", false, "")
	fs.BoolVar(&o.noMuJoCo, "no-mujoco", false, "")
	fs.StringVar(&o.mujoco, "mujoco", "", "")
	fs.StringVar(&o.dir, "dir", "gomdcsan-demo", "")
	fs.DurationVar(&o.each, "each", fuzzTime, "")
	var command string
	for {
		if err := fs.Parse(args); err != nil {
			return o, "", err
		}
		rest := fs.Args()
		if len(rest) == 0 {
			break
		}
		if command != "" {
			return o, "", fmt.Errorf("one command at a time: %q after %q", rest[0], command)
		}
		command, args = rest[0], rest[1:]
	}
	switch command {
	case "demo", "test", "build", "wheel", "fuzz":
		return o, command, nil
	case "", "help":
		return o, "", flag.ErrHelp
	}
	return o, "", fmt.Errorf("unknown command %q: demo, test, build, wheel or fuzz", command)
}
