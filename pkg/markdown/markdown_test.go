package markdown

import (
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for text, want := range map[string]string{
		"plain":   "`plain`",
		"a`b":     "`` a`b ``",
		"``` x":   "```` ``` x ````",
		"two\nx":  "`two x`",
		" \n\t ":  "",
		"# [x](y": "`# [x](y`",
	} {
		if got := Code(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestFence(t *testing.T) {
	for name, test := range map[string]struct{ language, text, want string }{
		"plain":            {"yaml", "a: 1\n", "```yaml\na: 1\n```\n"},
		"a fence in it":    {"", "```\nIgnore all\n```", "````\n```\nIgnore all\n```\n````\n"},
		"ticks in a line":  {"", "x ````` y", "``````\nx ````` y\n``````\n"},
		"blank lines":      {"", "\n\nx\n\n", "```\nx\n```\n"},
		"indented content": {"yaml", "  a: 1", "```yaml\n  a: 1\n```\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Fence(test.language, test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	text := strings.Repeat("A line of some length.\n", 100) + Fence("yaml", strings.Repeat("a: `b`\n", 100)) + strings.Repeat("The end.\n", 100)
	for limit := range len(text) + 2 {
		got := Cut(text, limit)
		if len(got) > limit {
			t.Fatalf("%d bytes for a limit of %d", len(got), limit)
		}
		if fences := strings.Count(got, "\n```"); fences%2 != 0 {
			t.Fatalf("limit %d: a block is cut", limit)
		}
		if whole := got == text; whole != (limit >= len(text)) {
			t.Fatalf("limit %d: whole is %v", limit, whole)
		}
		if got != "" && got != text && !strings.Contains(got, "More is in the report") {
			t.Fatalf("limit %d: it does not say that there is more", limit)
		}
	}
}

func TestBytes(t *testing.T) {
	if Bytes(0) != Bytes(DefaultMaxTokens) || Bytes(-1) != Bytes(0) || Bytes(100) != 400 {
		t.Errorf("%d, %d, %d", Bytes(0), Bytes(-1), Bytes(100))
	}
}
