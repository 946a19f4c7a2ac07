package gitrepo

import (
	"bytes"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxVariables bounds the variables that are kept of one file.
const maxVariables = 10_000

var (
	variableStart = []byte("${")
	// substituteKey switches substitution off for a document.
	substituteKey = []byte("kustomize.toolkit.fluxcd.io/substitute")
)

// readVariables finds the variables of a file, line by line. What stands in a
// comment never reaches the substitution; a line of a script that begins with #
// is passed over with it, since telling the two apart is not worth a full parse.
func (r *fileReader) readVariables(text []byte) {
	if r.result.template || !bytes.Contains(text, variableStart) {
		return
	}
	off := r.documentsWithoutSubstitution(text)
	line, from := 1, 0
	for len(r.result.variables) < maxVariables {
		found := bytes.Index(text[from:], variableStart)
		if found < 0 {
			return
		}
		found += from
		start := bytes.LastIndexByte(text[:found], '\n') + 1
		end := len(text)
		if length := bytes.IndexByte(text[found:], '\n'); length >= 0 {
			end = found + length
		}
		line += bytes.Count(text[from:start], []byte("\n"))
		if document := r.documentAt(line); !off[document] {
			r.lineVariables(text[start:end], model.Location{File: r.file.shown, Line: line, Document: document})
		}
		from = end
	}
}

// documentsWithoutSubstitution are the documents with the annotation
// kustomize.toolkit.fluxcd.io/substitute: disabled.
func (r *fileReader) documentsWithoutSubstitution(text []byte) map[int]bool {
	var off map[int]bool
	for from := 0; ; {
		found := bytes.Index(text[from:], substituteKey)
		if found < 0 {
			return off
		}
		from += found + len(substituteKey)
		rest, _, _ := bytes.Cut(text[from:], []byte("\n"))
		if bytes.Contains(rest, []byte("disabled")) {
			if off == nil {
				off = map[int]bool{}
			}
			off[r.documentAt(1+bytes.Count(text[:from], []byte("\n")))] = true
		}
	}
}

// lineVariables adds the variables of one line.
func (r *fileReader) lineVariables(line []byte, at model.Location) {
	if trimmed := bytes.TrimLeft(line, " \t"); len(trimmed) == 0 || trimmed[0] == '#' {
		return
	}
	if comment := bytes.Index(line, []byte(" #")); comment >= 0 && bytes.Count(line[:comment], []byte(`"`))%2 == 0 && bytes.Count(line[:comment], []byte("'"))%2 == 0 {
		line = line[:comment]
	}
	for i := 0; ; {
		found := bytes.Index(line[i:], variableStart)
		if found < 0 {
			return
		}
		i += found + len(variableStart)
		if dollars := countBefore(line[:i-len(variableStart)], '$'); dollars%2 == 1 {
			continue // $${NAME} is the text ${NAME}
		}
		name := variableName(line[i:])
		end := bytes.IndexByte(line[i:], '}')
		if len(name) == 0 || end < 0 {
			continue
		}
		operator := line[i+len(name) : i+end]
		r.result.variables = append(r.result.variables, model.Variable{
			Location: at, Name: r.share(name), Default: hasDefault(operator),
			Field: r.share(wholeValueOf(line, i-len(variableStart), i+end+1)),
		})
	}
}

// hasDefault is true for the operators that give a value: ${NAME:-x},
// ${NAME:=x}, ${NAME-x}, ${NAME=x} and ${NAME:+x}.
func hasDefault(operator []byte) bool {
	operator = bytes.TrimPrefix(operator, []byte(":"))
	return len(operator) > 0 && (operator[0] == '-' || operator[0] == '=' || operator[0] == '+')
}

// variableName is the name that a text begins with.
func variableName(text []byte) []byte {
	for i, c := range text {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return text[:i]
		}
	}
	return text
}

// countBefore counts how often a byte stands at the end of a text.
func countBefore(text []byte, c byte) int {
	n := 0
	for n < len(text) && text[len(text)-1-n] == c {
		n++
	}
	return n
}

// wholeValueOf is the key of a line whose value is the part from start to end
// and nothing else, quotes apart; empty otherwise.
func wholeValueOf(line []byte, start, end int) []byte {
	if len(bytes.Trim(line[end:], " \t\r\"'")) > 0 {
		return nil
	}
	before := bytes.TrimRight(line[:start], "\"'")
	key, found := bytes.CutSuffix(bytes.TrimRight(before, " \t"), []byte(":"))
	if !found || len(key)+1 == len(before) {
		return nil // A colon without a space after it is a part of the value.
	}
	key = bytes.TrimSpace(key)
	return bytes.Trim(bytes.TrimPrefix(key, []byte("- ")), " \"'")
}
