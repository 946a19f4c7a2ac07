// Command cluster runs a real Kubernetes API server for tests: etcd and
// kube-apiserver, built from their Go modules, on the loopback interface, with
// the CRDs of Flux and with objects whose statuses real controllers wrote. There
// are no nodes and no controllers: what is loaded stays as it is.
//
// It runs on Linux and macOS.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const usage = `Usage:
  cluster build
      Build etcd, kube-apiserver and kubectl into the cache of this user, unless
      they are there. The first time takes several minutes.

  cluster start [--crds NAME[,NAME…]] [--load PATH]… [--replace OLD=NEW]…
                [--audit-log FILE] [--dir DIR]
      Start a cluster, print one line of JSON when it is ready (kubeconfig,
      server, kubectl, auditLog), and run until standard input closes or a signal
      arrives. The kubeconfig has the contexts admin, which is the current one,
      and nobody, a user without any right.

  cluster demo KUBECTL-FLUXCTX [ARG…]
      Run the plugin in a clone whose last commit broke a cluster, and keep both
      until standard input closes.

  cluster load --kubeconfig FILE [--replace OLD=NEW]… PATH…
      Load more objects into a running cluster; what exists is replaced.

Flags:
  --crds       CRDs to serve: 2.9 or 2.10 for those of a Flux minor,
               flux-operator, flagger, or none (default 2.9)
  --load       file or folder of YAML with objects and their statuses; repeatable
  --replace    replace a text in all files before they are read, for example a
               commit by that of a test's own repository; repeatable
  --audit-log  write one line for each request to FILE
  --dir        keep the cluster's files in DIR instead of a temporary folder
               that is removed at the end
`

// ready is the line that start prints.
type ready struct {
	Kubeconfig string `json:"kubeconfig"`
	Server     string `json:"server"`
	Kubectl    string `json:"kubectl"`
	AuditLog   string `json:"auditLog,omitempty"`
}

func main() {
	// On Linux a child is told to die with the thread that started it, so that
	// thread must live as long as the process: see startProcess.
	runtime.LockOSThread()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) == 0 {
		return flag.ErrHelp
	}
	command, args := args[0], args[1:]
	options := startOptions{crds: "2.9"}
	var kubeconfig string
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller prints the error
	switch command {
	case "build", "demo":
	case "start":
		flags.StringVar(&options.crds, "crds", options.crds, "")
		flags.Var(&options.load, "load", "")
		flags.Var(&options.replace, "replace", "")
		flags.StringVar(&options.auditLog, "audit-log", "", "")
		flags.StringVar(&options.dir, "dir", "", "")
	case "load":
		flags.StringVar(&kubeconfig, "kubeconfig", "", "")
		flags.Var(&options.replace, "replace", "")
	default:
		return flag.ErrHelp
	}
	if err := flags.Parse(args); err != nil {
		return err
	}

	switch command {
	case "demo":
		if flags.NArg() == 0 {
			return errors.New("demo needs the path of kubectl-fluxctx")
		}
		return demo(ctx, stdin, flags.Arg(0), flags.Args()[1:])
	case "load":
		if kubeconfig == "" || flags.NArg() == 0 {
			return errors.New("load needs --kubeconfig FILE and at least one path")
		}
		objects, err := readObjects(flags.Args(), options.replace)
		if err != nil {
			return err
		}
		config, err := clientConfig(kubeconfig)
		if err != nil {
			return err
		}
		return load(ctx, config, objects)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes no arguments: %s", command, flags.Arg(0))
	}
	if command == "build" {
		binaries, err := build(ctx)
		if err == nil {
			fmt.Fprintln(stdout, binaries)
		}
		return err
	}

	// Whoever started this command holds the other end of standard input: when
	// that process goes, however it goes, the cluster goes with it.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()
	c, err := start(ctx, options)
	if err != nil {
		return err
	}
	defer c.stop()
	line, err := json.Marshal(ready{
		Kubeconfig: c.kubeconfig,
		Server:     c.config.Host,
		Kubectl:    c.kubectl,
		AuditLog:   c.auditLog,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n", line)
	return c.wait(ctx)
}

// listFlag is a flag that may be given several times.
type listFlag []string

func (l *listFlag) String() string { return strings.Join(*l, ",") }

func (l *listFlag) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// replaceFlag collects OLD=NEW pairs in the form that strings.NewReplacer takes.
type replaceFlag []string

func (r *replaceFlag) String() string { return strings.Join(*r, ",") }

func (r *replaceFlag) Set(value string) error {
	before, after, found := strings.Cut(value, "=")
	if !found || before == "" {
		return errors.New("want OLD=NEW")
	}
	*r = append(*r, before, after)
	return nil
}

// progress tells the person who waits what is going on.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "► "+format+"\n", args...)
}

func since(begin time.Time) time.Duration {
	return time.Since(begin).Round(10 * time.Millisecond)
}
