package gitrepo

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// lineFinder collects on which lines the fields of documents stand.
type lineFinder struct {
	// names are the paths that were met so far: documents of a kind share most
	// of theirs.
	names map[string]string
	path  []byte
	lines model.Lines
}

// find says on which line each field below metadata, spec and the subjects of a
// binding stands, without what HelmRelease values hold.
func (f *lineFinder) find(document *yaml.Node) model.Lines {
	f.lines, f.path = f.lines[:0], f.path[:0]
	for i := 0; i+1 < len(document.Content); i += 2 {
		key, value := document.Content[i], document.Content[i+1]
		switch key.Value {
		case "apiVersion", "kind":
			f.add(key.Value, key.Line)
		case "metadata", "spec", "subjects":
			f.add(key.Value, key.Line)
			f.path = append(f.path[:0], key.Value...)
			f.below(value)
		}
	}
	lines := slices.Clone(f.lines)
	slices.SortStableFunc(lines, func(a, b model.FieldLine) int { return strings.Compare(a.Field, b.Field) })
	// Of a field that is there twice, the first counts.
	return slices.CompactFunc(lines, func(a, b model.FieldLine) bool { return a.Field == b.Field })
}

func (f *lineFinder) add(field string, line int) {
	if len(f.lines) < maxFieldLines {
		f.lines = append(f.lines, model.FieldLine{Field: field, Line: line})
	}
}

// below adds the fields of the node that the current path leads to. Those of an
// alias stand where its anchor is, and are left out.
func (f *lineFinder) below(node *yaml.Node) {
	length := len(f.path)
	if length > maxPathLength {
		return
	}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content) && len(f.lines) < maxFieldLines; i += 2 {
			key := node.Content[i]
			f.path = append(append(f.path[:length], '.'), key.Value...)
			f.add(f.name(), key.Line)
			if string(f.path) != "spec.values" {
				f.below(node.Content[i+1])
			}
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			if len(f.lines) >= maxFieldLines {
				break
			}
			f.path = append(strconv.AppendInt(append(f.path[:length], '['), int64(i), 10), ']')
			f.add(f.name(), item.Line)
			f.below(item)
		}
	case yaml.DocumentNode, yaml.ScalarNode, yaml.AliasNode:
	}
	f.path = f.path[:length]
}

func (f *lineFinder) name() string {
	if name, ok := f.names[string(f.path)]; ok {
		return name
	}
	name := string(f.path)
	// What only one document has need not be remembered for ever.
	if len(f.names) < maxSharedNames {
		f.names[name] = name
	}
	return name
}
