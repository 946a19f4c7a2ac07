package cmdutil

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/kubectl/pkg/util/templates"
	"k8s.io/kubectl/pkg/util/term"
)

// UseHelp gives the commands below root the help of kubectl: examples, commands in
// groups, flags in groups, usage, where to read more. program is the name that
// the user typed, which may be two words.
func UseHelp(root *cobra.Command, program string, groups templates.CommandGroups) {
	templates.ActsAsRootCommand(root, []string{"options"}, groups...)
	groups = templates.AddAdditionalCommands(groups, "Other Commands:", withoutOptions(root.Commands()))
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		shown := groups
		if cmd != root {
			shown = templates.CommandGroups{{Message: "Available Commands:", Commands: cmd.Commands()}}
		}
		_, err := fmt.Fprint(term.NewResponsiveWriter(cmd.OutOrStderr()), usage(cmd, program, shown))
		return err
	})
}

func withoutOptions(commands []*cobra.Command) []*cobra.Command {
	var kept []*cobra.Command
	for _, command := range commands {
		if command.Name() != "options" && !command.Hidden {
			kept = append(kept, command)
		}
	}
	return kept
}

// usage is the help of a command without its description.
func usage(cmd *cobra.Command, program string, groups templates.CommandGroups) string {
	var sections []string
	if cmd.HasExample() {
		sections = append(sections, "Examples:\n"+strings.TrimRight(cmd.Example, " \n"))
	}
	for _, group := range groups {
		if list := commandList(group); cmd.HasAvailableSubCommands() && list != "" {
			sections = append(sections, group.Message+"\n"+list)
		}
	}
	if flags := FlagUsages(ownFlags(cmd)); flags != "" {
		sections = append(sections, flags)
	}
	if cmd.Runnable() {
		line := cmd.UseLine()
		if cmd.HasFlags() {
			line += " [options]"
		}
		sections = append(sections, "Usage:\n  "+line)
	}
	if tips := tips(cmd, program); tips != "" {
		sections = append(sections, tips)
	}
	return "\n\n" + strings.Join(sections, "\n\n") + "\n"
}

func commandList(group templates.CommandGroup) string {
	var lines []string
	for _, command := range group.Commands {
		if command.IsAvailableCommand() {
			lines = append(lines, fmt.Sprintf("  %-*s   %s", command.NamePadding(), command.Name(), command.Short))
		}
	}
	return strings.Join(lines, "\n")
}

// ownFlags leaves out what all commands share, which the options command lists.
func ownFlags(cmd *cobra.Command) *pflag.FlagSet {
	own := pflag.NewFlagSet("own", pflag.ContinueOnError)
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if cmd.PersistentFlags().Lookup(flag.Name) == nil {
			own.AddFlag(flag)
		}
	})
	return own
}

func tips(cmd *cobra.Command, program string) string {
	var lines []string
	if cmd.HasAvailableSubCommands() {
		lines = append(lines, fmt.Sprintf("Use %q for more information about a given command.", cmd.CommandPath()+" <command> --help"))
	}
	if cmd.Runnable() {
		lines = append(lines, fmt.Sprintf("Use %q for a list of global command-line options (applies to all commands).", program+" options"))
	}
	return strings.Join(lines, "\n")
}
