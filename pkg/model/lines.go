package model

import (
	"slices"
	"strings"
)

// Lines says on which lines the fields of a document stand, sorted by field.
type Lines []FieldLine

// FieldLine is the line of one field, from 1. The field is a path such as
// "spec.dependsOn[1].name" or "metadata.name".
type FieldLine struct {
	Field string
	Line  int
}

// Of is the line of a field or, when the document does not write it, of its
// nearest parent; 0 when not even that is known.
func (l Lines) Of(field string) int {
	for field != "" {
		i, found := slices.BinarySearchFunc(l, field, func(line FieldLine, field string) int {
			return strings.Compare(line.Field, field)
		})
		if found {
			return l[i].Line
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 0
}
