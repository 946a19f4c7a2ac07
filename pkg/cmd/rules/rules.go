// Package rules is the command that lists and explains the rules.
package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// NewCommand returns the rules command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List and explain the rules behind the findings",
		Example: templates.Examples(fmt.Sprintf(`
			# Every rule
			%[1]s rules list

			# Those of one focus
			%[1]s rules list security

			# Why a rule exists, what to do, an example, and the page that says so
			%[1]s rules explain KS-04`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newList(factory), newExplain(factory))
	return cmd
}

func newList(factory *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:               "list [FOCUS...]",
		Short:             "List the rules, all or those of a focus",
		Example:           templates.Examples(fmt.Sprintf("%s rules list helm", factory.Program)),
		ValidArgsFunction: cobra.FixedCompletions(focus.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, arg := range args {
				if _, ok := focus.Lookup(arg); !ok {
					return cmdutil.UnknownWord("focus", arg, focus.Names())
				}
			}
			list(factory, args)
			return nil
		},
	}
}

func list(factory *cmdutil.Factory, topics []string) {
	terminal := factory.Terminal()
	muted := terminal.Theme.Muted.Render
	rows := [][]string{{muted("RULE"), muted("SEVERITY"), muted("TITLE")}}
	for _, rule := range rules.All() {
		if len(topics) == 0 || slices.ContainsFunc(rule.Focus, func(topic string) bool { return slices.Contains(topics, topic) }) {
			rows = append(rows, []string{rule.ID, string(rule.Severity), rule.Title})
		}
	}
	for _, line := range ui.Columns(rows) {
		fmt.Fprintln(factory.Streams.Out, line)
	}
}

func newExplain(factory *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "explain ID",
		Short:   "Explain one rule: why, what to do, and where it is written",
		Example: templates.Examples(fmt.Sprintf("%s rules explain SEC-01", factory.Program)),
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return described(typed), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			rule, ok := rules.Lookup(strings.ToUpper(args[0]))
			if !ok {
				return cmdutil.UnknownWord("rule", args[0], ids())
			}
			explain(factory, rule)
			return nil
		},
	}
}

func explain(factory *cmdutil.Factory, rule rules.Rule) {
	terminal := factory.Terminal()
	out := factory.Streams.Out
	fmt.Fprintf(out, "%s  %s\n", terminal.Theme.Strong.Render(rule.ID), terminal.Theme.Strong.Render(rule.Title))
	for _, part := range []struct{ label, text string }{
		{"Severity", string(rule.Severity)},
		{"Why", rule.Why},
		{"Fix", rule.Fix},
		{"Guard", rule.Guard},
		{"Focus", strings.Join(rule.Focus, ", ")},
		{"Since", rule.Since},
		{"Page", rule.Page},
	} {
		if part.text == "" {
			continue
		}
		const labelWidth = 10
		label := terminal.Theme.Muted.Render(ui.Pad(part.label, labelWidth))
		text := ui.Wrap(part.text, terminal.Width-labelWidth)
		fmt.Fprintf(out, "%s%s\n", label, strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", labelWidth)))
	}
	fmt.Fprintf(out, "%s\n\n", terminal.Theme.Muted.Render("Example"))
	for line := range strings.Lines(rule.Example()) {
		fmt.Fprint(out, "  "+line)
	}
}

func ids() []string {
	var list []string
	for _, rule := range rules.All() {
		list = append(list, rule.ID)
	}
	return list
}

// described are the ids with their titles, as completion shows them: in small
// letters when they are typed so.
func described(typed string) []string {
	var list []string
	for _, rule := range rules.All() {
		id := rule.ID
		if typed != strings.ToUpper(typed) {
			id = strings.ToLower(id)
		}
		list = append(list, id+"\t"+rule.Title)
	}
	return list
}
