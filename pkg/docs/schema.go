package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxDepth ends schemas that contain themselves, or that were made to hurt.
const maxDepth = 16

// schema is what an OpenAPI v3 schema says about one field.
type schema struct {
	Type        string             `json:"type"`
	Description string             `json:"description"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	Items       *schema            `json:"items"`
	Additional  *additional        `json:"additionalProperties"`
	Enum        []json.RawMessage  `json:"enum"`
	Default     json.RawMessage    `json:"default"`
	Pattern     string             `json:"pattern"`
	IntOrString bool               `json:"x-kubernetes-int-or-string"`
	Free        bool               `json:"x-kubernetes-preserve-unknown-fields"`
	Kinds       []groupVersionKind `json:"x-kubernetes-group-version-kind"`
}

type groupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// additional is the schema of the values of a map; in OpenAPI it may be a
// boolean too, which says nothing about them.
type additional struct{ schema }

func (a *additional) UnmarshalJSON(content []byte) error {
	if len(content) > 0 && content[0] != '{' {
		return nil
	}
	return json.Unmarshal(content, &a.schema)
}

// describe adds descriptions by path, in the notation of
// fluxver.CRDDescriptions.
func (s *schema) describe(path string, descriptions map[string]string) {
	if s == nil {
		return
	}
	s.Description = descriptions[path]
	for name, field := range s.Properties {
		field.describe(strings.TrimPrefix(path+"."+name, "."), descriptions)
	}
	s.Items.describe(path+"[]", descriptions)
	if s.Additional != nil {
		s.Additional.describe(path+".*", descriptions)
	}
}

// names are the fields, those that are required first.
func (s *schema) names() []string {
	known := maps.Clone(s.Properties)
	maps.DeleteFunc(known, func(_ string, field *schema) bool { return field == nil })
	return slices.SortedFunc(maps.Keys(known), func(a, b string) int {
		if s.requires(a) != s.requires(b) {
			if s.requires(a) {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
}

func (s *schema) requires(name string) bool { return slices.Contains(s.Required, name) }

// element is what a list or a map holds, and how a path says so.
func (s *schema) element() (*schema, string) {
	switch {
	case s.Items != nil:
		return s.Items, "[]"
	case s.Additional != nil:
		return &s.Additional.schema, ".*"
	}
	return nil, ""
}

func (s *schema) hasFields() bool {
	if inner, _ := s.element(); inner != nil {
		return inner.hasFields()
	}
	return len(s.Properties) > 0
}

// writeAll writes a line for the field and for all below it.
func (s *schema) writeAll(b *strings.Builder, path string, required bool, depth int) {
	if depth > maxDepth {
		return
	}
	s.writeLine(b, path, required)
	fields := s
	for inner, step := s.element(); inner != nil; inner, step = fields.element() {
		fields, path = inner, path+step
	}
	for _, name := range fields.names() {
		fields.Properties[name].writeAll(b, path+"."+name, fields.requires(name), depth+1)
	}
}

func (s *schema) writeLine(b *strings.Builder, path string, required bool) {
	notes := []string{s.typeName(0)}
	if required {
		notes = append(notes, "required")
	}
	if len(s.Default) > 0 {
		notes = append(notes, "default "+value(s.Default))
	}
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i] = value(v)
		}
		notes = append(notes, "one of "+strings.Join(values, ", "))
	}
	if s.Pattern != "" {
		notes = append(notes, "matches "+code(sanitize.Line(s.Pattern, 200)))
	}
	fmt.Fprintf(b, "- `%s` (%s)", sanitize.Line(path, 300), strings.Join(notes, ", "))
	if text := s.text(); text != "" {
		b.WriteString(": " + text)
	}
	b.WriteString("\n")
}

func (s *schema) typeName(depth int) string {
	switch {
	case depth > maxDepth:
		return "any"
	case s.IntOrString:
		return "integer or string"
	case s.Items != nil:
		return "list of " + s.Items.typeName(depth+1)
	case s.Additional != nil:
		return "map of " + s.Additional.typeName(depth+1)
	case s.Type == "" || s.Free && len(s.Properties) == 0:
		return "any"
	}
	return sanitize.Line(s.Type, 40)
}

func (s *schema) text() string { return sanitize.Line(s.Description, 1000) }

func value(raw json.RawMessage) string { return code(sanitize.Line(string(raw), 100)) }
