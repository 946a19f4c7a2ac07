package model

import "strings"

// Lines maps the paths of a document's fields, for example
// "spec.dependsOn[1].name" or "metadata.name", to the lines on which they
// stand, from 1.
type Lines map[string]int

// Of is the line of a field or, when the document does not write it, of its
// nearest parent; 0 when not even that is known.
func (l Lines) Of(field string) int {
	for field != "" {
		if line, ok := l[field]; ok {
			return line
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 0
}
