// Package markdown writes Markdown for assistants: text from outside stays
// data, and the whole stays within a number of tokens.
package markdown

import "strings"

// DefaultMaxTokens is the budget of a context: enough for the facts and a dozen
// sections of documents, and little beside what an assistant can read.
const DefaultMaxTokens = 16000

// bytesPerToken estimates tokens: it is a little low for prose and a little high
// for YAML.
const bytesPerToken = 4

// Bytes is about how long a text of so many tokens is; 0 means
// DefaultMaxTokens.
func Bytes(tokens int) int {
	if tokens <= 0 {
		tokens = DefaultMaxTokens
	}
	return tokens * bytesPerToken
}

// Code shows one line of text from outside as it is: nothing in it is Markdown.
func Code(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(text)+1)
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + text + fence
}

// Fence shows lines of text from outside as they are, in a block that nothing in
// them can end. Language may be empty.
func Fence(language, text string) string {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + language + "\n" + strings.Trim(text, "\n") + "\n" + fence + "\n"
}

// longestRun is the length of the longest row of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// Cut shortens a text to whole lines of at most limit bytes altogether, and says
// so at its end. It does not end in the middle of a fenced block.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const note = "\nMore is in the report: this text is at the end of its budget.\n"
	if limit < len(note) {
		return ""
	}
	kept, at, fence := 0, 0, ""
	for line := range strings.Lines(text) {
		if at += len(line); at > limit-len(note) {
			break
		}
		switch ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]; {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence != "" && len(ticks) >= len(fence) && strings.TrimSpace(line) == ticks:
			fence = ""
		}
		if fence == "" {
			kept = at
		}
	}
	return text[:kept] + note
}
