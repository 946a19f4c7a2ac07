package gitrepo

import (
	"path"
	"slices"
	"strings"
)

// A pipelineCommand is one command line of a pipeline or of a script: its
// words, with quotes taken off, and the line on which it starts.
type pipelineCommand struct {
	words []string
	line  int
}

// name is the program without its folder.
func (c pipelineCommand) name() string {
	if len(c.words) == 0 {
		return ""
	}
	if strings.HasSuffix(c.words[0], "kaniko/executor") {
		return "kaniko"
	}
	return path.Base(c.words[0])
}

// runs tells whether the command is the tool: the name of a program and its
// sub-commands, with single spaces. The result is the number of other words,
// values of global flags, before the sub-commands; -1 when it is another tool.
func (c pipelineCommand) runs(tool string) int {
	program, rest, _ := strings.Cut(tool, " ")
	if c.name() != program {
		return -1
	}
	if rest == "" {
		return 0
	}
	sub := strings.Split(rest, " ")
	positional := c.positional()
	for i := range min(3, len(positional)-len(sub)+1) {
		if slices.Equal(positional[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// positional are the arguments that are no flags.
func (c pipelineCommand) positional() []string {
	var list []string
	for _, word := range c.words[1:] {
		if !strings.HasPrefix(word, "-") {
			list = append(list, word)
		}
	}
	return list
}

// flag is the value of the first of the named flags, which may be written
// --name value or --name=value; given is true for a flag without value too.
func (c pipelineCommand) flag(names ...string) (value string, given bool) {
	for i, word := range c.words {
		for _, name := range names {
			switch {
			case word == name && i+1 < len(c.words) && !strings.HasPrefix(c.words[i+1], "-"):
				return c.words[i+1], true
			case word == name:
				return "", true
			case strings.HasPrefix(word, name+"="):
				return word[len(name)+1:], true
			}
		}
	}
	return "", false
}

// wrappers are words that may stand before the command that matters.
var wrappers = []string{
	"!", "-", "bash", "bat", "command", "do", "else", "env", "exec", "if", "nice", "npx", "pwsh",
	"sh", "sudo", "then", "time", "uvx", "while", "xargs", "zsh",
}

// splitCommands finds the commands in one logical line of a pipeline: YAML, a
// shell script, a Makefile or Groovy. It is no shell parser; it only has to
// tell which programs run, with which words. Quotes are taken off, since in YAML
// and Groovy whole commands stand in them.
func splitCommands(text string, line int) []pipelineCommand {
	var commands []pipelineCommand
	var words []string
	var word strings.Builder
	endWord := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	endCommand := func() {
		endWord()
		if stripped := unwrap(words); len(stripped) > 0 {
			commands = append(commands, pipelineCommand{words: stripped, line: line})
		}
		words = nil
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '$':
			// An expression belongs to its word, with the spaces in it; only
			// $( ) at the start of a word may hold a command of its own.
			end := expressionEnd(text[i:])
			if end == 0 || word.Len() == 0 && text[i+1] == '(' {
				word.WriteByte(c)
				continue
			}
			word.WriteString(text[i : i+end])
			i += end - 1
		case '|', ';', '&', '`', '(', ')', '{', '}', '\n':
			endCommand()
		case '"', '\'':
			if strings.HasSuffix(word.String(), "=") {
				continue // --flag="value"
			}
			endWord()
		case ' ', '\t', '[', ']', ',':
			endWord()
		default:
			word.WriteByte(c)
		}
	}
	endCommand()
	return commands
}

// expressionEnd is the length of the ${ }, ${{ }} or $( ) that text starts
// with, 0 when it starts with none or does not end.
func expressionEnd(text string) int {
	if len(text) < 2 || text[1] != '{' && text[1] != '(' {
		return 0
	}
	depth := 0
	for i, r := range text {
		switch r {
		case '{', '(':
			depth++
		case '}', ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// unwrap takes off what stands before a command: list markers and keys of
// YAML, variables, and programs that run other programs.
func unwrap(words []string) []string {
	for len(words) > 0 {
		first := words[0]
		switch {
		case slices.Contains(wrappers, first):
		case strings.HasPrefix(first, "-") && len(first) > 1: // a flag of a wrapper
		case strings.HasSuffix(first, ":"):
		case strings.HasPrefix(first, "@") && len(first) > 1: // a quiet command of a Makefile
			words = slices.Concat([]string{first[1:]}, words[1:])
			continue
		case strings.Contains(first, "=") && !strings.HasPrefix(first, "-") && isVariable(first[:strings.IndexByte(first, '=')]):
		default:
			if i := slices.Index(words, "-exec"); i >= 0 && first == "find" {
				words = words[i+1:]
				continue
			}
			if image, ok := containerCommand(words); ok {
				return image
			}
			return words
		}
		words = words[1:]
	}
	return nil
}

func isVariable(text string) bool {
	return text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// containerCommand treats docker run IMAGE ARGS as the program that the image
// is named after.
func containerCommand(words []string) ([]string, bool) {
	switch path.Base(words[0]) {
	case "docker", "podman", "nerdctl":
	default:
		return nil, false
	}
	if len(words) < 3 || words[1] != "run" {
		return nil, false
	}
	for i, word := range words[2:] {
		if strings.HasPrefix(word, "-") || !strings.Contains(word, "/") || strings.HasPrefix(word, "/") || strings.HasPrefix(word, "$") || strings.HasPrefix(word, ".") {
			continue
		}
		image, _, _ := strings.Cut(word, "@")
		if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
			image = image[:colon]
		}
		return append([]string{path.Base(image)}, words[i+3:]...), true
	}
	return nil, false
}
