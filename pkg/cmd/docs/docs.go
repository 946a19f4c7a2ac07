// Package docs is the command that lists, shows and searches documents.
package docs

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// NewCommand returns the docs command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "List, show and search Flux documents",
		Example: templates.Examples(fmt.Sprintf(`
			# The topics, and how much there is to read about each
			%[1]s docs list

			# Everything about one topic
			%[1]s docs show helm

			# The sections that say most about some words
			%[1]s docs search 'dependsOn cycle'`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newList(factory), newShow(factory), newSearch(factory))
	return cmd
}

// printed is a section as -o json prints it.
type printed struct {
	Topics   []string `json:"topics"`
	Page     string   `json:"page,omitempty"`
	Title    string   `json:"title"`
	URL      string   `json:"url,omitempty"`
	Anchor   string   `json:"anchor,omitempty"`
	Source   string   `json:"source"`
	Fetched  string   `json:"fetched,omitempty"`
	Age      string   `json:"age,omitempty"`
	Stale    bool     `json:"stale"`
	Score    float64  `json:"score,omitempty"`
	Excerpt  string   `json:"excerpt,omitempty"`
	Markdown string   `json:"markdown,omitempty"`
}

func toPrinted(section docs.Section, now time.Time) printed {
	p := printed{
		Topics: section.Topics, Page: section.Page, Title: section.Title, URL: section.URL, Anchor: section.Anchor,
		Source: section.Source, Stale: section.Stale, Markdown: section.Markdown,
	}
	if !section.Fetched.IsZero() {
		p.Fetched = section.Fetched.UTC().Format(time.RFC3339)
		p.Age = now.Sub(section.Fetched).Round(time.Second).String()
	}
	return p
}

// origin says where a section comes from, and how old a copy is.
func origin(section docs.Section, now time.Time) string {
	text := section.Source
	if !section.Fetched.IsZero() {
		text += ", " + docs.Age(now.Sub(section.Fetched)) + " old"
	}
	if section.Stale {
		text += ", its source does not answer"
	}
	return text
}

// tell says on stderr which sources could not be used, and what was used
// instead.
func tell(factory *cmdutil.Factory, loaded docs.Result) {
	if factory.Quiet {
		return
	}
	terminal := factory.ErrTerminal()
	for _, limit := range loaded.Connectivity.Limits {
		fmt.Fprintf(factory.Streams.ErrOut, "%s %s\n", terminal.Symbols.Warn, limit)
	}
	for _, source := range loaded.Sources {
		if source.Name == docs.SourceCluster && source.Reason != "" {
			fmt.Fprintf(factory.Streams.ErrOut, "%s cluster: %s\n", terminal.Symbols.Warn, source.Reason)
		}
	}
	fmt.Fprintf(factory.Streams.ErrOut, "%s used: %s\n", terminal.Symbols.Step, loaded.Connectivity.Strategy)
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "    ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// format checks the value of -o.
func format(output string) error {
	switch output {
	case "", "json", "markdown":
		return nil
	}
	return cmdutil.UnknownWord("output format", output, []string{"json", "markdown"})
}

func topicArgs(args []string) error {
	for _, arg := range args {
		if _, ok := focus.Lookup(arg); !ok {
			return cmdutil.UnknownWord("topic", arg, focus.Names())
		}
	}
	return nil
}

func newList(factory *cmdutil.Factory) *cobra.Command {
	var output string
	flags := NewFlags()
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the topics and what is at hand about each",
		Long:    templates.LongDesc(`List the topics, with how many sections are at hand: those of the built-in reference and those in the cache. Nothing is asked of the network.`),
		Example: templates.Examples(fmt.Sprintf("%s docs list", factory.Program)),
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := format(output); err != nil {
				return err
			}
			flags.Offline = true
			return list(factory, docs.Load(cmd.Context(), flags.ToOptions(factory, focus.Names())), output)
		},
	}
	flags.AddFlags(cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json, markdown).")
	return cmd
}

func list(factory *cmdutil.Factory, loaded docs.Result, output string) error {
	type row struct {
		Topic    string `json:"topic"`
		Title    string `json:"title"`
		Sections int    `json:"sections"`
		Pages    int    `json:"pages"`
		Cached   int    `json:"cached"`
	}
	var rows []row
	for _, coverage := range loaded.Topics {
		topic, _ := focus.Lookup(coverage.Topic)
		rows = append(rows, row{topic.Name, topic.Title, coverage.Builtin, coverage.Pages, coverage.Loaded})
	}
	out := factory.Streams.Out
	switch output {
	case "json":
		return writeJSON(out, rows)
	case "markdown":
		fmt.Fprintln(out, "| topic | title | built-in sections | pages in the cache |\n|---|---|---|---|")
		for _, r := range rows {
			fmt.Fprintf(out, "| %s | %s | %d | %d of %d |\n", r.Topic, r.Title, r.Sections, r.Cached, r.Pages)
		}
		return nil
	}
	muted := factory.Terminal().Theme.Muted.Render
	table := [][]string{{muted("TOPIC"), muted("BUILT-IN"), muted("CACHED"), muted("TITLE")}}
	for _, r := range rows {
		table = append(table, []string{r.Topic, fmt.Sprint(r.Sections), fmt.Sprintf("%d/%d", r.Cached, r.Pages), r.Title})
	}
	for _, line := range ui.Columns(table) {
		fmt.Fprintln(out, line)
	}
	return nil
}

func newShow(factory *cmdutil.Factory) *cobra.Command {
	var output string
	flags := NewFlags()
	cmd := &cobra.Command{
		Use:               "show TOPIC...",
		Short:             "Show the documents about topics",
		Example:           templates.Examples(fmt.Sprintf("%s docs show security --offline", factory.Program)),
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(focus.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := topicArgs(args); err != nil {
				return err
			}
			if err := format(output); err != nil {
				return err
			}
			loaded := flags.load(cmd.Context(), factory, args)
			tell(factory, loaded)
			return show(factory, loaded, args, output)
		},
	}
	flags.AddFlags(cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json, markdown).")
	return cmd
}

func show(factory *cmdutil.Factory, loaded docs.Result, topics []string, output string) error {
	sections := []docs.Section{}
	for _, section := range loaded.Sections {
		if about(section, topics) {
			sections = append(sections, section)
		}
	}
	out, terminal, now := factory.Streams.Out, factory.Terminal(), factory.Now()
	if output == "json" {
		all := make([]printed, len(sections))
		for i, section := range sections {
			all[i] = toPrinted(section, now)
		}
		return writeJSON(out, all)
	}
	for _, section := range sections {
		text := fmt.Sprintf("%s %s\n\n%s", strings.Repeat("#", max(section.Level, 1)), section.Title, origin(section, now))
		if section.URL != "" {
			text += ", " + section.URL
		}
		text += "\n\n" + strings.TrimSpace(section.Markdown) + "\n"
		if output == "" && terminal.Interactive {
			text = terminal.Markdown(text)
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return err
		}
	}
	return nil
}

func about(section docs.Section, topics []string) bool {
	return slices.ContainsFunc(section.Topics, func(topic string) bool { return slices.Contains(topics, topic) })
}

func newSearch(factory *cmdutil.Factory) *cobra.Command {
	var output string
	limit := 10
	flags := NewFlags()
	cmd := &cobra.Command{
		Use:   "search WORDS...",
		Short: "Find the sections that say most about some words",
		Long: templates.LongDesc(`
			Search all documents: the pages of fluxcd.io, the answers of Context7, the reference of
			the API that the cluster serves, and the built-in reference. What is not in the cache is
			loaded first, unless --offline is given.`),
		Example: templates.Examples(fmt.Sprintf(`
			%[1]s docs search RetriesExceeded
			%[1]s docs search spec.postBuild.substituteFrom -o json`, factory.Program)),
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := format(output); err != nil {
				return err
			}
			loaded := flags.load(cmd.Context(), factory, focus.Names())
			tell(factory, loaded)
			hits := docs.NewIndex(loaded.Sections).Search(strings.Join(args, " "), limit)
			return printHits(factory, hits, output)
		},
	}
	flags.AddFlags(cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json, markdown).")
	cmd.Flags().IntVar(&limit, "limit", limit, "How many sections to show at most.")
	return cmd
}

func printHits(factory *cmdutil.Factory, hits []docs.Hit, output string) error {
	out := factory.Streams.Out
	if output == "json" {
		list := make([]printed, len(hits))
		for i, hit := range hits {
			list[i] = toPrinted(hit.Section, factory.Now())
			list[i].Score, list[i].Excerpt = hit.Score, hit.Excerpt
		}
		return writeJSON(out, list)
	}
	if len(hits) == 0 {
		return cmdutil.Errorf("try other words, or load more with 'docs show TOPIC'", "no section has these words")
	}
	terminal := factory.Terminal()
	for _, hit := range hits {
		if output == "markdown" {
			title := hit.Title
			if hit.URL != "" {
				title = "[" + title + "](" + hit.URL + ")"
			}
			fmt.Fprintf(out, "- %s (%s): %s\n", title, origin(hit.Section, factory.Now()), strings.TrimSpace(hit.Excerpt))
			continue
		}
		fmt.Fprintf(out, "%s %s\n", terminal.Theme.Strong.Render(hit.Title), terminal.Theme.Muted.Render("["+hit.Topics[0]+", "+origin(hit.Section, factory.Now())+"]"))
		if hit.URL != "" {
			fmt.Fprintf(out, "  %s\n", terminal.Link(hit.URL, terminal.Theme.Accent.Render(hit.URL)))
		}
		if hit.Excerpt != "" {
			fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(ui.Wrap(hit.Excerpt, terminal.Width-2), "\n", "\n  "))
		}
	}
	return nil
}
