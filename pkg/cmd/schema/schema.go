// Package schema is the command that prints the JSON Schema of the report.
package schema

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
)

// NewCommand returns the schema command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the report, of why, or of .fluxctx.yaml",
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
	cmd.AddCommand(newConfig(factory), newWhy(factory))
	return cmd
}

func newConfig(factory *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the JSON Schema of .fluxctx.yaml",
		Long: templates.LongDesc(`Print the JSON Schema (draft 2020-12) of .fluxctx.yaml, the file in the root of a repository that
			sets severities of rules and says which findings are ignored, where, why and until when.`),
		Example: templates.Examples(fmt.Sprintf(`
			# Let an editor complete and check the file
			%[1]s schema config > fluxctx.schema.json`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := factory.Streams.Out.Write(rules.ConfigSchema)
			return err
		},
	}
}

func newWhy(factory *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "why",
		Short: "Print the JSON Schema of a WhyReport",
		Long:  templates.LongDesc(`Print the JSON Schema (draft 2020-12) of what why -o json prints.`),
		Example: templates.Examples(fmt.Sprintf(`
			# Keep the contract beside a script that reads the chain of one thing
			%[1]s schema why > whyreport.schema.json`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := factory.Streams.Out.Write(v1alpha1.WhySchema)
			return err
		},
	}
}
