// Package report is the main job: read the cluster, the repository and the
// documents, join them and print the result.
package report

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// NewCommand returns the command; it is the root of the tree.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	flags := NewFlags(factory)
	cmd := &cobra.Command{
		Use:   strings.ReplaceAll(factory.Program, " ", "-") + " [FOCUS...]",
		Short: "Show what Git says, what runs, and what to do about it",
		Long: templates.LongDesc(fmt.Sprintf(`
			Read the Flux state of the cluster and the Flux repository in this folder, join the
			two, and print what is wrong, why, and what to do next.

			Works in a clone or outside, with a cluster or without, with a network or without:
			what cannot be read is said, the rest is shown. Nothing is ever written to the
			cluster or to the repository.

			A focus gives the full picture of one area: %s.`, strings.Join(focus.Names(), ", "))),
		Example: templates.Examples(fmt.Sprintf(`
			# The whole picture of this clone and the current cluster
			%[1]s

			# One area: every finding, object and document about it
			%[1]s security
			%[1]s multi-cluster
			%[1]s image-automation

			# Only the repository, with no cluster and no network
			%[1]s --no-cluster --offline

			# Facts for a script
			%[1]s -o json
			%[1]s -o jsonpath='{.rootCauses[*].object.name}'`, factory.Program)),
		Args:        cobra.ArbitraryArgs,
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: factory.Program},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return completeFocus(args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := flags.ToOptions(cmd.Context(), factory, args)
			if err != nil {
				return err
			}
			return options.Run(cmd.Context())
		},
	}
	flags.AddFlags(cmd)
	return cmd
}

// completeFocus offers the topics that are not on the command line yet.
func completeFocus(args []string) []string {
	given := map[string]bool{}
	for _, arg := range args {
		given[arg] = true
	}
	var offers []string
	for _, topic := range focus.Topics() {
		if !given[topic.Name] {
			offers = append(offers, topic.Name+"\t"+topic.Title)
		}
	}
	return offers
}
