// Package cmd builds the command tree, one folder a verb.
package cmd

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/options"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/report"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/rules"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/schema"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/session"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/version"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/why"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// Execute runs the command line and returns the exit code of the process.
func Execute(args []string, streams genericiooptions.IOStreams, environment cmdutil.Environment) int {
	// The first signal ends the work and lets it clean up; a second one, with
	// the default behaviour back in place, ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	// client-go logs to stderr what the report says better.
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)

	factory := cmdutil.NewFactory(Program(args[0]), streams, environment)
	root := New(factory)
	root.SetArgs(args[1:])
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil {
		err = context.Canceled
	}
	symbols := factory.ErrTerminal().Symbols
	cmdutil.PrintError(streams.ErrOut, err, symbols.Bad, symbols.Step)
	return cmdutil.ExitCode(err)
}

// Program is the name that a user types for an executable: plugins of kubectl
// and of the Flux CLI are words of another command.
func Program(executable string) string {
	name := strings.TrimSuffix(filepath.Base(executable), ".exe")
	for _, host := range []string{"kubectl", "flux"} {
		if word, ok := strings.CutPrefix(name, host+"-"); ok {
			return host + " " + word
		}
	}
	return name
}

// New returns the root command, which is the main job.
func New(factory *cmdutil.Factory) *cobra.Command {
	root := report.NewCommand(factory)
	root.SetIn(factory.Streams.In)
	root.SetOut(factory.Streams.Out)
	root.SetErr(factory.Streams.ErrOut)
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = true

	flags := root.PersistentFlags()
	factory.ConfigFlags.AddFlags(flags)
	flags.StringVar(&factory.Color, "color", factory.Color,
		"When to use colour. One of: ("+strings.Join(ui.ColorModes(), ", ")+").")
	flags.BoolVarP(&factory.Quiet, "quiet", "q", factory.Quiet,
		"If true, print nothing but the document and errors.")

	root.AddCommand(
		docs.NewCommand(factory),
		options.NewCommand(factory),
		rules.NewCommand(factory),
		schema.NewCommand(factory),
		session.NewCommand(factory),
		version.NewCommand(factory),
		why.NewCommand(factory),
	)
	templates.ActsAsRootCommand(root, nil, templates.CommandGroups{}...)
	return root
}
