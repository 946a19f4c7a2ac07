package ui

import (
	"io"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	terminal := Terminal{Width: 30, Theme: NewTheme(io.Discard, false)}
	colored := Terminal{Width: 30, Theme: NewTheme(io.Discard, true), Links: true}
	for name, test := range map[string]struct {
		terminal   Terminal
		text, want string
	}{
		"a heading":            {terminal, "## Title", "Title\n"},
		"prose is wrapped":     {terminal, "one two three four five six\nseven eight", "one two three four five six\nseven eight\n"},
		"a list hangs":         {terminal, "- one two three four five six seven", "- one two three four five six\n  seven\n"},
		"code stays":           {terminal, "```yaml\na:   1   # **b** and a comment longer than the line\n```\n", "    a:   1   # **b** and a comment longer than the line\n"},
		"a fence in a fence":   {terminal, "````\n```\nx\n```\n````", "    ```\n    x\n    ```\n"},
		"a table stays":        {terminal, "| a | b |\n|---|---|\n| `c` | d |", "| a | b |\n|---|---|\n| c | d |\n"},
		"inline marks":         {terminal, "**bold** and `code`", "bold and code\n"},
		"no marks in code":     {terminal, "`**x** [a](http://b)`", "**x** [a](http://b)\n"},
		"a link without links": {terminal, "[a](https://b.c/)", "a (https://b.c/)\n"},
		"a link":               {colored, "[a](https://b.c/)", "\x1b]8;;https://b.c/\x07\x1b[36ma\x1b[0m\x1b]8;;\x07\n"},
		"colour":               {colored, "# T", "\x1b[1mT\x1b[0m\n"},
		"an open span":         {terminal, "a ` b **c**", "a ` b **c**\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.terminal.Markdown(test.text); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
	long := terminal.Markdown(strings.Repeat("word ", 100))
	for line := range strings.Lines(long) {
		if Width(strings.TrimSpace(line)) > 30 {
			t.Errorf("the line %q is too wide", line)
		}
	}
}
