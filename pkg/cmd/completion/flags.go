package completion

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

// The flags that take a folder or a file.
var (
	folderFlags = []string{"cache-dir", "repo", "session-dir"}
	fileFlags   = []string{"certificate-authority", "client-certificate", "client-key", "kubeconfig"}
)

// choices finds the values of a flag in its usage, which lists them as the flags
// of kubectl do.
var choices = lazyregexp.New(`One of: \(([^)]*)\)`)

// Register tells the flags of all commands what to offer: names of the
// kubeconfig, namespaces of the cluster, folders, files, or the words that their
// usage lists. Other flags offer nothing, where the default were files.
func Register(root *cobra.Command, factory *cmdutil.Factory) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	register(root, factory)
}

func register(cmd *cobra.Command, factory *cmdutil.Factory) {
	cmd.SetErr(io.Discard) // cobra says there how it went; the options command shows that on stdout
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if offer := offerOf(factory, flag); offer != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag.Name, offer) // fails only where a command registered its own
		}
	})
	for _, child := range cmd.Commands() {
		register(child, factory)
	}
}

func offerOf(factory *cmdutil.Factory, flag *pflag.Flag) cobra.CompletionFunc {
	switch {
	case flag.Name == "context", flag.Name == "cluster", flag.Name == "user":
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return factory.KubeconfigNames(flag.Name), cobra.ShellCompDirectiveNoFileComp
		}
	case flag.Name == "namespace":
		return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return namespaces(cmd.Context(), factory), cobra.ShellCompDirectiveNoFileComp
		}
	case slices.Contains(folderFlags, flag.Name):
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case slices.Contains(fileFlags, flag.Name):
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	if listed := choices().FindStringSubmatch(flag.Usage); listed != nil {
		return cobra.FixedCompletions(strings.Split(listed[1], ", "), cobra.ShellCompDirectiveNoFileComp)
	}
	return nil
}
