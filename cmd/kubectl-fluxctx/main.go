// Command kubectl-fluxctx is a plugin for kubectl and for the Flux CLI.
package main

import (
	"os"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	// Authentication plugins that kubeconfigs may name, as in kubectl.
	_ "k8s.io/client-go/plugin/pkg/client/auth"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
)

func main() {
	cmdutil.LimitMemory()
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	os.Exit(cmd.Execute(os.Args, streams, cmdutil.OSEnvironment()))
}
