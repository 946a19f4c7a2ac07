// Package version is the command that says what was built.
package version

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"
	"sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// NewCommand returns the version command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Example: templates.Examples(fmt.Sprintf(`
			# What runs here
			%[1]s version

			# For scripts
			%[1]s version -o json`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return run(factory, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json, yaml).")
	return cmd
}

func run(factory *cmdutil.Factory, output string) error {
	info := version.Get()
	out := factory.Streams.Out
	switch output {
	case "":
		fmt.Fprintf(out, "%s %s (%s, %s)\n", factory.Program, info.Version, info.GoVersion, info.Platform)
		return nil
	case "json":
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "    ")
		return encoder.Encode(info)
	case "yaml":
		text, err := yaml.Marshal(info)
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	}
	return cmdutil.Errorf("use json, yaml, or leave -o out", "output format %q is unknown", output)
}
