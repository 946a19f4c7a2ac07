// Package options is the command that lists the flags all commands share, as
// kubectl's own does.
package options

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
)

// NewCommand returns the options command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "options",
		Short: "List the flags that all commands share",
		Example: templates.Examples(fmt.Sprintf(`
			# Flags for the connection to the cluster, colour and quiet
			%[1]s options`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Usage()
		},
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := fmt.Fprintf(term.NewResponsiveWriter(factory.Streams.Out),
			"The following options can be passed to any command:\n\n%s\n", cmdutil.FlagUsages(cmd.InheritedFlags()))
		return err
	})
	return cmd
}
