// Package docs is the command that lists, shows and searches documents.
package docs

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

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
	Stale    bool     `json:"stale"`
	Score    float64  `json:"score,omitempty"`
	Excerpt  string   `json:"excerpt,omitempty"`
	Markdown string   `json:"markdown,omitempty"`
}

func toPrinted(section docs.Section) printed {
	p := printed{
		Topics: section.Topics, Page: section.Page, Title: section.Title, URL: section.URL, Anchor: section.Anchor,
		Source: section.Source, Stale: section.Stale, Markdown: section.Markdown,
	}
	if !section.Fetched.IsZero() {
		p.Fetched = section.Fetched.UTC().Format("2006-01-02T15:04:05Z")
	}
	return p
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "    ")
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
			loaded := docs.Load(cmd.Context(), flags.ToOptions(factory, focus.Names()))
			return list(factory, loaded, output)
		},
	}
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
			loaded := docs.Load(cmd.Context(), flags.ToOptions(factory, args))
			return show(factory, loaded, args, output)
		},
	}
	flags.AddFlags(cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json, markdown).")
	return cmd
}

func show(factory *cmdutil.Factory, loaded docs.Result, topics []string, output string) error {
	out := factory.Streams.Out
	sections := []printed{}
	for _, section := range loaded.Sections {
		if !about(section, topics) {
			continue
		}
		if output == "json" {
			sections = append(sections, toPrinted(section))
			continue
		}
		heading(factory, section, output)
		fmt.Fprintln(out, strings.TrimSpace(section.Markdown))
		fmt.Fprintln(out)
	}
	if output == "json" {
		return writeJSON(out, sections)
	}
	return nil
}

// heading is Markdown, in bold on a terminal that shows it.
func heading(factory *cmdutil.Factory, section docs.Section, output string) {
	text := strings.Repeat("#", max(section.Level, 1)) + " " + section.Title
	source := section.Source
	if section.URL != "" {
		source += " " + section.URL
	}
	if output == "" {
		theme := factory.Terminal().Theme
		text, source = theme.Heading.Render(text), theme.Muted.Render(source)
	}
	fmt.Fprintf(factory.Streams.Out, "%s\n\n%s\n\n", text, source)
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
		Long:  templates.LongDesc(`Search the built-in reference and the pages in the cache. Nothing is asked of the network.`),
		Example: templates.Examples(fmt.Sprintf(`
			%[1]s docs search RetriesExceeded
			%[1]s docs search spec.postBuild.substituteFrom -o json`, factory.Program)),
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := format(output); err != nil {
				return err
			}
			flags.Offline = true
			loaded := docs.Load(cmd.Context(), flags.ToOptions(factory, focus.Names()))
			hits := docs.NewIndex(loaded.Sections).Search(strings.Join(args, " "), limit)
			return printHits(factory, hits, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json, markdown).")
	cmd.Flags().IntVar(&limit, "limit", limit, "How many sections to show at most.")
	return cmd
}

func printHits(factory *cmdutil.Factory, hits []docs.Hit, output string) error {
	out := factory.Streams.Out
	if output == "json" {
		list := make([]printed, len(hits))
		for i, hit := range hits {
			list[i] = toPrinted(hit.Section)
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
			fmt.Fprintf(out, "- [%s](%s) (%s): %s\n", hit.Title, hit.URL, hit.Source, hit.Excerpt)
			continue
		}
		fmt.Fprintf(out, "%s %s\n", terminal.Theme.Strong.Render(hit.Title), terminal.Theme.Muted.Render("["+hit.Topics[0]+", "+hit.Source+"]"))
		if hit.URL != "" {
			fmt.Fprintf(out, "  %s\n", terminal.Link(hit.URL, terminal.Theme.Accent.Render(hit.URL)))
		}
		if hit.Excerpt != "" {
			fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(ui.Wrap(hit.Excerpt, terminal.Width-2), "\n", "\n  "))
		}
	}
	return nil
}
