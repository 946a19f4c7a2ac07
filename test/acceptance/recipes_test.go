package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/itchyny/gojq"
	"github.com/rogpeppe/go-internal/testscript"
)

// recipe is a command of a document and what it prints.
var recipe = regexp.MustCompile("(?s)```sh\n([^`]*)```\n\n```text\n(.*?)```\n")

// recipes runs the commands of a document in a shell and compares what they
// print with what the document says:
//
//	recipes DOCUMENT
//
// With -update it is written.
func recipes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: recipes DOCUMENT")
	}
	path := filepath.Join(ts.Getenv("ROOT"), args[0])
	content, err := os.ReadFile(path)
	ts.Check(err)
	text := string(content)
	found := recipe.FindAllStringSubmatchIndex(text, -1)
	if blocks := strings.Count(text, "```sh\n"); len(found) == 0 || len(found) != blocks {
		ts.Fatalf("%s has %d commands, %d with what they print", args[0], blocks, len(found))
	}
	var fresh strings.Builder
	end := 0
	for _, at := range found {
		command, want := text[at[2]:at[3]], text[at[4]:at[5]]
		ts.Check(ts.Exec("sh", "-ec", jqFunction+command))
		got := ts.ReadFile("stdout")
		if got != want && !*update {
			ts.Fatalf("%s prints\n%s\nand not\n%s", command, got, want)
		}
		fresh.WriteString(text[end:at[4]] + got)
		end = at[5]
	}
	if *update {
		ts.Check(os.WriteFile(path, []byte(fresh.String()+text[end:]), 0o644))
	}
}

// jqFunction calls jqProgram by its name. A program of this name would take the
// place of the command of the scripts.
const jqFunction = `jq() { jq-program "$@"; }
`

// jqProgram is as much of jq as the recipes use, on the library that other tests
// ask, so that they run where there is no jq: jq [-r] [-c] [-e] QUERY.
func jqProgram() {
	raw, compact, status := false, false, false
	args := os.Args[1:]
	for len(args) > 1 {
		switch args[0] {
		case "-r":
			raw = true
		case "-c":
			compact = true
		case "-e":
			status = true
		default:
			jqFail(2, fmt.Errorf("unknown flag %s", args[0]))
		}
		args = args[1:]
	}
	query, err := gojq.Parse(args[0])
	if err != nil {
		jqFail(3, err)
	}
	var document any
	if err := json.NewDecoder(os.Stdin).Decode(&document); err != nil {
		jqFail(2, err)
	}
	var last any
	for results := query.Run(document); ; {
		result, ok := results.Next()
		if !ok {
			break
		}
		if err, ok := result.(error); ok {
			jqFail(5, err)
		}
		last = result
		if text, ok := result.(string); ok && raw {
			fmt.Println(text)
			continue
		}
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetEscapeHTML(false)
		if !compact {
			encoder.SetIndent("", "  ")
		}
		if err := encoder.Encode(result); err != nil {
			jqFail(5, err)
		}
	}
	if status && (last == nil || last == false) {
		os.Exit(1)
	}
}

func jqFail(code int, err error) {
	fmt.Fprintln(os.Stderr, "jq:", err)
	os.Exit(code)
}
