// Package cmd builds the command tree, one folder a verb.
package cmd

import (
	"context"
	"io"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/completion"
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
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	context.AfterFunc(ctx, stop)

	// client-go logs to stderr what the report says better.
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)

	factory := cmdutil.NewFactory(Program(args[0]), streams, environment)
	root := New(factory)
	root.SetArgs(args[1:])
	if words, ok := completionWords(args); ok {
		completion.Register(root, factory)
		root.SetArgs(words)
	}
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil {
		err = context.Canceled
	}
	symbols := factory.ErrTerminal().Symbols
	cmdutil.PrintError(streams.ErrOut, err, symbols.Bad, symbols.Step)
	return cmdutil.ExitCode(err)
}

// completer is the name under which kubectl asks a plugin for completions.
const completer = "kubectl_complete-fluxctx"

// completionWords are the arguments of a question for completions, which is asked
// by the scripts of cobra, or by kubectl with the words of the plugin alone.
func completionWords(args []string) ([]string, bool) {
	if executable(args[0]) == completer {
		return append([]string{cobra.ShellCompRequestCmd}, args[1:]...), true
	}
	return args[1:], len(args) > 1 && (args[1] == cobra.ShellCompRequestCmd || args[1] == cobra.ShellCompNoDescRequestCmd)
}

func executable(path string) string { return strings.TrimSuffix(filepath.Base(path), ".exe") }

// Program is the name that a user types for an executable: plugins of kubectl
// and of the Flux CLI are words of another command.
func Program(path string) string {
	name := strings.Replace(executable(path), "_complete-", "-", 1)
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
	root.CompletionOptions.DisableDefaultCmd = true

	flags := root.PersistentFlags()
	factory.ConfigFlags.AddFlags(flags)
	flags.StringVar(&factory.Color, "color", factory.Color,
		"When to use colour. One of: ("+strings.Join(ui.ColorModes(), ", ")+").")
	flags.BoolVarP(&factory.Quiet, "quiet", "q", factory.Quiet,
		"If true, print nothing but the document and errors.")

	groups := templates.CommandGroups{
		{Message: "Commands about a Project:", Commands: []*cobra.Command{
			why.NewCommand(factory),
			session.NewCommand(factory),
		}},
		{Message: "Commands to Read More:", Commands: []*cobra.Command{
			docs.NewCommand(factory),
			rules.NewCommand(factory),
			schema.NewCommand(factory),
		}},
		{Message: "Settings Commands:", Commands: []*cobra.Command{
			completion.NewCommand(factory),
		}},
	}
	groups.Add(root)
	root.AddCommand(options.NewCommand(factory), version.NewCommand(factory))
	cmdutil.UseHelp(root, factory.Program, groups)
	return root
}
