package cmd_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
)

// helpOf is what the help of a command prints for a program of this name.
func helpOf(t *testing.T, program string, command ...string) string {
	t.Helper()
	var out bytes.Buffer
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &out}
	root := cmd.New(cmdutil.NewFactory(program, streams, func(string) string { return "" }))
	root.SetArgs(command)
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHelpReadsLikeThatOfKubectl(t *testing.T) {
	help := helpOf(t, "kubectl fluxctx", "--help")
	last := -1
	for _, heading := range []string{
		"Examples:", "Commands about a Project:", "Commands to Read More:", "Settings Commands:", "Other Commands:",
		"Scope Options:", "Output Options:", "Document Options:", "Session Options:", "Time Limit Options:", "Usage:",
		`Use "kubectl fluxctx <command> --help" for more information about a given command.`,
		`Use "kubectl fluxctx options" for a list of global command-line options (applies to all commands).`,
	} {
		at := strings.Index(help, "\n"+heading+"\n")
		if at <= last {
			t.Errorf("%q is at %d, want it after %d:\n%s", heading, at, last, help)
		}
		last = at
	}
	// One group needs no title of its own.
	if got := helpOf(t, "kubectl fluxctx", "session", "prune", "--help"); !strings.Contains(got, "\nOptions:\n    --keep=") {
		t.Errorf("the flags of prune are not under Options:\n%s", got)
	}
	shared := helpOf(t, "kubectl fluxctx", "options")
	for _, heading := range []string{"\nCluster Options:\n", "\nUser Options:\n", "\nGeneral Options:\n"} {
		if !strings.Contains(shared, heading) {
			t.Errorf("options has no %q:\n%s", heading, shared)
		}
	}
}

// Help, examples and footers use the name that the program was called by, and
// each flag has its place.
func TestHelpOfAllCommands(t *testing.T) {
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: &bytes.Buffer{}, ErrOut: &bytes.Buffer{}}
	for _, program := range []string{"kubectl fluxctx", "flux fluxctx", "fluxctx"} {
		root := cmd.New(cmdutil.NewFactory(program, streams, func(string) string { return "" }))
		eachCommand(root, func(command *cobra.Command) {
			words := strings.Fields(strings.TrimPrefix(command.CommandPath(), program))
			t.Run(strings.Join(append([]string{program}, words...), " "), func(t *testing.T) {
				help := helpOf(t, program, append(words, "--help")...)
				for _, other := range []string{"Use \"kubectl-fluxctx", "Use \"flux-fluxctx", "Other Options:"} {
					if strings.Contains(help, other) {
						t.Errorf("the help has %q:\n%s", other, help)
					}
				}
				if command.Name() != "options" && !strings.Contains(help, "Use \""+program+" ") {
					t.Errorf("the help does not say what to type after it:\n%s", help)
				}
				if !strings.HasPrefix(command.CommandPath(), program) {
					t.Errorf("the command is called %s", command.CommandPath())
				}
				if command.Name() != "completion" && program != "kubectl fluxctx" && strings.Contains(command.Example, "kubectl fluxctx") {
					t.Errorf("an example is for another name:\n%s", command.Example)
				}
			})
		})
	}
}
