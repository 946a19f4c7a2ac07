package gitrepo

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

var markerKey = []byte(`"$imagepolicy"`)

// readMarkers finds the comments that let image automation rewrite a line:
// # {"$imagepolicy": "namespace:name"}, with :tag, :name or :digest after it
// for a field that holds only a part of the image.
func (r *fileReader) readMarkers(text []byte) {
	line, from := 1, 0
	for len(r.result.markers) < maxMarkers {
		found := bytes.Index(text[from:], markerKey)
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
		if start < from {
			start = from // A second marker on one line.
		}
		if marker, ok := parseMarker(text[start:end]); ok {
			marker.Location = model.Location{File: r.file.shown, Line: line, Document: r.documentAt(line)}
			r.result.markers = append(r.result.markers, marker)
		}
		from = end
	}
}

// parseMarker reads the marker of a line.
func parseMarker(line []byte) (model.ImageMarker, bool) {
	key := bytes.Index(line, markerKey)
	hash := bytes.LastIndexByte(line[:max(key, 0)], '#')
	if hash < 0 {
		return model.ImageMarker{}, false
	}
	comment := bytes.TrimSpace(bytes.TrimLeft(line[hash:], "#"))
	var setter struct {
		Policy string `json:"$imagepolicy"`
	}
	// What follows the braces is a comment on the comment.
	if err := json.NewDecoder(bytes.NewReader(comment)).Decode(&setter); err != nil {
		return model.ImageMarker{}, false
	}
	// A variable may hold colons of its own: ${name:=default}.
	parts := splitOutsideVariables(setter.Policy)
	if len(parts) < 2 || len(parts) > 3 {
		return model.ImageMarker{}, false
	}
	marker := model.ImageMarker{
		Namespace: sanitize.Line(parts[0], maxNameLength),
		Policy:    sanitize.Line(parts[1], maxNameLength),
		Value:     sanitize.Line(markedValue(line[:hash]), maxNameLength),
	}
	if len(parts) == 3 {
		marker.Field = sanitize.Line(parts[2], maxNameLength)
	}
	return marker, true
}

func splitOutsideVariables(policy string) []string {
	var parts []string
	start, depth := 0, 0
	for i, c := range policy {
		switch {
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == ':' && depth == 0:
			parts = append(parts, policy[start:i])
			start = i + 1
		}
	}
	return append(parts, policy[start:])
}

// markedValue is the scalar before the comment: that of a field or an item.
func markedValue(line []byte) string {
	value := strings.TrimSpace(string(line))
	value = strings.TrimPrefix(value, "- ")
	if _, after, ok := strings.Cut(value, ": "); ok {
		value = after
	}
	return strings.Trim(strings.TrimSpace(value), `"'`)
}

// documentAt is the index of the document that a line belongs to.
func (r *fileReader) documentAt(line int) int {
	index := 0
	for _, start := range r.starts {
		if start > line {
			break
		}
		index++
	}
	return max(index-1, 0)
}
