package why

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/completion"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// completer offers the kinds of Flux, then the names of their objects in the
// cluster, and leaves files to the shell.
func completer(factory *cmdutil.Factory) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		word, _, named := strings.Cut(typed, "/")
		switch {
		case len(args) > 1:
			return nil, cobra.ShellCompDirectiveNoFileComp
		case len(args) == 1:
			kind, _ := fluxKind(args[0])
			return completion.Objects(cmd.Context(), factory, kind), cobra.ShellCompDirectiveNoFileComp
		case named || strings.Contains(typed, "."):
			kind, ok := fluxKind(word)
			if !ok {
				return nil, cobra.ShellCompDirectiveDefault
			}
			names := completion.Objects(cmd.Context(), factory, kind)
			for i, name := range names {
				names[i] = word + "/" + name
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		}
		var offers []string
		for _, kind := range fluxkind.All() {
			offers = append(offers, strings.ToLower(kind.Kind)+"/")
		}
		return offers, cobra.ShellCompDirectiveNoSpace
	}
}

// fluxKind finds a kind of Flux by its name, plural or short name, in any case.
func fluxKind(word string) (fluxkind.Kind, bool) {
	for _, r := range fluxkind.Resources() {
		names := append([]string{r.Kind, r.Plural}, r.Short...)
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, word) }) {
			return fluxkind.Lookup(r.Group, r.Kind)
		}
	}
	return fluxkind.Kind{}, false
}
