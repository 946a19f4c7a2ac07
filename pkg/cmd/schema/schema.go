// Package schema is the command that prints the JSON Schema of the report.
package schema

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
)

// NewCommand returns the schema command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the report",
		Long:  templates.LongDesc(`Print the JSON Schema (draft 2020-12) of what -o json prints.`),
		Example: templates.Examples(fmt.Sprintf(`
			# Keep the contract beside a script that reads the report
			%[1]s schema > contextreport.schema.json`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := factory.Streams.Out.Write(v1alpha1.Schema)
			return err
		},
	}
}
