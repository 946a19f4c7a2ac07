// Package completion is the command that prints shell completions, and what
// completions of flags and arguments offer.
package completion

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
)

// shells are those that cobra writes completions for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// NewCommand returns the completion command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print completion code for a shell (bash, zsh, fish, powershell)",
		Long: templates.LongDesc(`
			Print completion code for the program called by its own name.

			Called as a plugin, it is completed by kubectl, which asks an executable of the
			name kubectl_complete-fluxctx. The program itself is one when it is called so:
			give it that name with a link.`),
		Example: templates.Examples(fmt.Sprintf(`
			# Complete "kubectl fluxctx" wherever kubectl is completed
			ln -s "$(command -v kubectl-fluxctx)" ~/.local/bin/kubectl_complete-fluxctx

			# The same when krew installed the plugin
			ln -s kubectl-fluxctx "${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-fluxctx"

			# Complete the program called by its own name, in this shell
			source <(%[1]s completion bash)
			%[1]s completion fish | source
			%[1]s completion powershell | Out-String | Invoke-Expression

			# In every zsh that starts
			%[1]s completion zsh > "${fpath[1]}/_kubectl-fluxctx"`, factory.Program)),
		Args:      cobra.ExactArgs(1),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			return write(cmd.Root(), factory, args[0])
		},
	}
}

func write(root *cobra.Command, factory *cmdutil.Factory, shell string) error {
	out := factory.Streams.Out
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(out, true)
	case "zsh":
		return root.GenZshCompletion(out)
	case "fish":
		return root.GenFishCompletion(out, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(out)
	}
	return cmdutil.UnknownWord("shell", shell, shells)
}
