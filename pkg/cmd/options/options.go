// Package options is the command that lists the flags all commands share, as
// kubectl's own does.
package options

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

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
		Run: func(cmd *cobra.Command, _ []string) {
			_ = cmd.Usage() // it writes to a buffer of the command
		},
	}
	cmd.SetOut(factory.Streams.Out)
	cmd.SetErr(factory.Streams.Out) // usage goes to the error stream by default; here it is the document
	templates.UseOptionsTemplates(cmd)
	return cmd
}
