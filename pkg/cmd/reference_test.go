package cmd_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
)

var update = flag.Bool("update", false, "write docs/reference and the generated parts of README.md")

// The reference is written from the commands themselves and from the tables
// that they use, so it cannot say anything else than the program does.
const referenceFolder = "../../docs/reference"

// generatedMark is the first line of every page, and how pages of commands that
// are gone are told from pages by other hands.
const generatedMark = "<!-- Written by 'make generate'; do not edit. -->\n"

func TestReference(t *testing.T) {
	pages := referencePages(t)
	if *update {
		writePages(t, pages)
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		content, err := os.ReadFile(filepath.Join(referenceFolder, name))
		if err != nil || string(content) != pages[name] {
			t.Errorf("docs/reference/%s is not what the program says (%v): run make generate", name, err)
		}
	}
	for _, name := range generatedPages(t) {
		if _, ok := pages[name]; !ok {
			t.Errorf("docs/reference/%s is about something that is gone: run make generate", name)
		}
	}
}

// referencePages renders all pages, by their names below the folder.
func referencePages(t *testing.T) map[string]string {
	root := newRoot(t)
	pages := map[string]string{
		"flags.md":       page("Flags of all commands", flagTable(root.PersistentFlags())),
		"exit-codes.md":  page("Exit codes", "Where several apply, 130 comes before 1 before 2 before 3.\n\n"+exitTable()),
		"environment.md": page("Environment variables", environmentText()),
		"report.md":      page("The report", reportText(t)),
		"topics.md":      page("Topics", topicsText()),
	}
	var list strings.Builder
	eachCommand(root, func(command *cobra.Command) {
		name := strings.ReplaceAll(command.CommandPath(), " ", "-")
		pages["commands/"+name+".md"] = page(command.CommandPath(), commandText(command))
		pages["man/"+name+".1"] = manPage(t, command)
		fmt.Fprintf(&list, "- [%s](commands/%s.md): %s\n", command.CommandPath(), name, command.Short)
	})
	pages["README.md"] = page("Reference", list.String()+`
- [Flags of all commands](flags.md)
- [Exit codes](exit-codes.md)
- [Environment variables](environment.md)
- [The report](report.md): what -o json prints, field by field
- [Topics](topics.md): each focus with its areas, capabilities, documents and rules
- [Rules](../rules/README.md): what is looked for, why, and what to do
- [Manual pages](man), for `+"`man -l`"+`
`)
	return pages
}

// newRoot returns the commands as on a machine with the home $HOME and the
// usual folder for temporary files, since both are in the defaults of flags.
func newRoot(t *testing.T) *cobra.Command {
	t.Setenv("HOME", "$HOME")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("KUBECACHEDIR", "")
	t.Setenv("TMPDIR", "/tmp")
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: io.Discard, ErrOut: io.Discard}
	environment := func(string) string { return "" }
	return cmd.New(cmdutil.NewFactory("kubectl fluxctx", streams, environment))
}

// eachCommand visits the commands that help shows, parents first.
func eachCommand(command *cobra.Command, visit func(*cobra.Command)) {
	visit(command)
	for _, child := range command.Commands() {
		if !child.Hidden && child.Name() != "help" {
			eachCommand(child, visit)
		}
	}
}

func page(title, text string) string {
	return generatedMark + "# " + title + "\n\n" + strings.TrimSpace(text) + "\n"
}

func commandText(command *cobra.Command) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s.\n\n", command.Short)
	// The root is called "kubectl-fluxctx" for cobra and two words by people.
	usage := strings.Replace(command.UseLine(), "kubectl-fluxctx", "kubectl fluxctx", 1)
	fmt.Fprintf(&text, "```\n%s\n```\n", usage)
	if long := strings.TrimSpace(command.Long); long != "" {
		fmt.Fprintf(&text, "\n%s\n", indentation.ReplaceAllString(long, ""))
	}
	if command.Example != "" {
		fmt.Fprintf(&text, "\n## Examples\n\n```sh\n%s\n```\n", dedent(command.Example))
	}
	own := command.LocalNonPersistentFlags()
	own.SortFlags = true
	if own.HasAvailableFlags() {
		fmt.Fprintf(&text, "\n## Flags\n\n%s", flagTable(own))
	}
	text.WriteString("\n[Flags of all commands](../flags.md) · [Exit codes](../exit-codes.md)\n")
	return text.String()
}

// indentation starts the paragraphs of help.
var indentation = regexp.MustCompile(`(?m)^ +`)

// dedent removes the space that help indents examples with.
func dedent(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimPrefix(strings.TrimRight(line, " \n"), "  "))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func flagTable(flags *pflag.FlagSet) string {
	table := [][]string{{"flag", "default", "what it does"}}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value != "" {
			name += " " + value
		}
		shown := ""
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
			shown = "`" + f.DefValue + "`"
		}
		table = append(table, []string{"`" + name + "`", shown, usage})
	})
	return markdownTable(table)
}

func exitTable() string {
	table := [][]string{{"code", "when"}}
	for _, exit := range cmdutil.ExitMeanings() {
		table = append(table, []string{strconv.Itoa(exit.Code), exit.Meaning})
	}
	return markdownTable(table)
}

func environmentTable() string {
	table := [][]string{{"variable", "effect"}}
	for _, variable := range cmdutil.Variables() {
		table = append(table, []string{"`" + variable.Name + "`", variable.Effect})
	}
	return markdownTable(table)
}

func environmentText() string {
	return environmentTable() + `
What the libraries read that this program is made of:

` + markdownTable([][]string{
		{"variable", "effect"},
		{"`KUBECONFIG`", "Kubeconfig files, as kubectl reads them; --kubeconfig comes first."},
		{"`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`", "Proxies for the cluster and for documents."},
		{"`XDG_CACHE_HOME`, `XDG_STATE_HOME`", "Folders for what is kept; without them those of the system for the user."},
	})
}

func markdownTable(rows [][]string) string {
	var text strings.Builder
	for i, row := range rows {
		for j, cell := range row {
			row[j] = strings.ReplaceAll(strings.ReplaceAll(cell, "\n", " "), "|", `\|`)
		}
		fmt.Fprintf(&text, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			text.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return text.String()
}

func manPage(t *testing.T, command *cobra.Command) string {
	var text bytes.Buffer
	// A page that changes with the day could not be compared: it gets no date.
	date := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	header := &doc.GenManHeader{
		Title:   strings.ToUpper(strings.ReplaceAll(command.CommandPath(), " ", "-")),
		Section: "1", Source: "kubectl fluxctx", Manual: "kubectl fluxctx", Date: &date,
	}
	if err := doc.GenMan(command, header, &text); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(text.String(), `"Jan 2000"`, `""`, 1)
}

// schemaNode is the part of JSON Schema that the report uses.
type schemaNode struct {
	Ref         string                `json:"$ref"`
	Type        any                   `json:"type"`
	Description string                `json:"description"`
	Properties  orderedProperties     `json:"properties"`
	Required    []string              `json:"required"`
	Items       *schemaNode           `json:"items"`
	Additional  json.RawMessage       `json:"additionalProperties"`
	Enum        []any                 `json:"enum"`
	Format      string                `json:"format"`
	OneOf       []schemaNode          `json:"oneOf"`
	Defs        map[string]schemaNode `json:"$defs"`
}

// orderedProperties keeps the order of the file, which is that of the output.
type orderedProperties struct {
	names []string
	nodes map[string]schemaNode
}

func (p *orderedProperties) UnmarshalJSON(content []byte) error {
	if err := json.Unmarshal(content, &p.nodes); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		p.names = append(p.names, name.(string))
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			return err
		}
	}
	return nil
}

// reportText lists the fields of the report, the top level first, then each
// type where it is first used.
func reportText(t *testing.T) string {
	var schema schemaNode
	if err := json.Unmarshal(v1alpha1.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("The JSON Schema is [contextreport.schema.json](../../pkg/api/v1alpha1/contextreport.schema.json); " +
		"`kubectl fluxctx schema` prints it.\nFields are only ever added inside a version of the API. " +
		"Fields without ✔ are left out when they have no value.\n")
	queue, seen := []string{path.Base(schema.Ref)}, map[string]bool{}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		definition := schema.Defs[name]
		if seen[name] || len(definition.Properties.names) == 0 {
			continue
		}
		seen[name] = true
		fmt.Fprintf(&text, "\n## %s\n\n", name)
		if definition.Description != "" {
			fmt.Fprintf(&text, "%s\n\n", definition.Description)
		}
		table := [][]string{{"field", "type", "always", "what it is"}}
		for _, field := range definition.Properties.names {
			node := definition.Properties.nodes[field]
			shown, used := typeName(node)
			if used != "" {
				queue = append(queue, used)
			}
			always := ""
			if slices.Contains(definition.Required, field) {
				always = "✔"
			}
			description := node.Description
			if len(node.Enum) > 0 {
				description = strings.TrimSpace(fmt.Sprintf("%s One of: %v.", description, node.Enum))
			}
			table = append(table, []string{"`" + field + "`", shown, always, description})
		}
		text.WriteString(markdownTable(table))
	}
	return text.String()
}

// typeName is the type of a field for people, and the definition it leads to.
func typeName(node schemaNode) (shown, definition string) {
	switch {
	case node.Ref != "":
		name := path.Base(node.Ref)
		return "[" + name + "](#" + strings.ToLower(name) + ")", name
	case node.Items != nil:
		shown, definition = typeName(*node.Items)
		return "list of " + shown, definition
	case len(node.Additional) > 0 && node.Additional[0] == '{':
		var values schemaNode
		if json.Unmarshal(node.Additional, &values) == nil {
			shown, definition = typeName(values)
			return "map to " + shown, definition
		}
	case node.Format != "":
		return node.Format, ""
	case len(node.OneOf) > 0:
		return typeName(node.OneOf[0])
	case node.Type == nil:
		return "any", ""
	}
	return fmt.Sprint(node.Type), ""
}

// generatedPages lists the files of the folder that this test writes.
func generatedPages(t *testing.T) []string {
	var names []string
	err := filepath.WalkDir(referenceFolder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(referenceFolder, file)
		if strings.HasPrefix(string(content), generatedMark) || filepath.Ext(file) == ".1" {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func writePages(t *testing.T, pages map[string]string) {
	if err := os.MkdirAll(referenceFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range generatedPages(t) {
		if err := os.Remove(filepath.Join(referenceFolder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range pages {
		file := filepath.Join(referenceFolder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// region is a part of README.md that is generated:
//
//	<!-- begin exit codes -->
//	…
//	<!-- end -->
var region = regexp.MustCompile(`(?s)(<!-- begin ([a-z ]+) -->\n).*?(<!-- end -->)`)

func TestReadmeTables(t *testing.T) {
	const readme = "../../README.md"
	content, err := os.ReadFile(readme)
	if err != nil {
		t.Skipf("there is no README.md: %v", err)
	}
	root := newRoot(t)
	tables := map[string]string{
		"commands":              commandTable(root),
		"flags":                 flagTable(root.LocalNonPersistentFlags()),
		"exit codes":            exitTable(),
		"environment variables": environmentTable(),
	}
	fresh := region.ReplaceAllFunc(content, func(found []byte) []byte {
		parts := region.FindSubmatch(found)
		table, ok := tables[string(parts[2])]
		if !ok {
			t.Errorf("README.md asks for %q; there are %v", parts[2], slices.Sorted(maps.Keys(tables)))
			return found
		}
		return fmt.Appendf(nil, "%s%s%s", parts[1], table, parts[3])
	})
	if *update {
		if err := os.WriteFile(readme, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(content, fresh) {
		t.Error("the tables of README.md are not what the program says: run make generate")
	}
}

func commandTable(root *cobra.Command) string {
	table := [][]string{{"command", "what it does"}}
	eachCommand(root, func(command *cobra.Command) {
		table = append(table, []string{"`" + command.CommandPath() + "`", command.Short})
	})
	return markdownTable(table)
}
