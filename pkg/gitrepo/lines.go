package gitrepo

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxFieldLines bounds the lines that are kept of one document; Flux objects
// with large values would otherwise cost more than all others together.
const maxFieldLines = 2000

// fieldLines says on which line each field of a document stands: those below
// metadata and spec, without what HelmRelease values hold.
func fieldLines(document *yaml.Node) model.Lines {
	lines := model.Lines{}
	eachField(document, func(key, value *yaml.Node) {
		switch key.Value {
		case "apiVersion", "kind":
			lines[key.Value] = key.Line
		case "metadata", "spec":
			lines[key.Value] = key.Line
			addLines(lines, key.Value, value)
		}
	})
	return lines
}

func addLines(lines model.Lines, path string, node *yaml.Node) {
	if len(lines) >= maxFieldLines {
		return
	}
	switch node.Kind {
	case yaml.MappingNode:
		eachField(node, func(key, value *yaml.Node) {
			field := path + "." + key.Value
			lines[field] = key.Line
			if field != "spec.values" {
				addLines(lines, field, value)
			}
		})
	case yaml.SequenceNode:
		for i, item := range node.Content {
			field := path + "[" + strconv.Itoa(i) + "]"
			lines[field] = item.Line
			addLines(lines, field, item)
		}
	case yaml.DocumentNode, yaml.ScalarNode, yaml.AliasNode:
		// A scalar has no fields; those of an alias stand where its anchor is.
	}
}

func eachField(mapping *yaml.Node, do func(key, value *yaml.Node)) {
	if mapping.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		do(mapping.Content[i], mapping.Content[i+1])
	}
}

// nameLine is the line of metadata.name, 0 when there is none.
func nameLine(document *yaml.Node) (line int) {
	eachField(document, func(key, metadata *yaml.Node) {
		if key.Value == "metadata" {
			eachField(metadata, func(key, _ *yaml.Node) {
				if key.Value == "name" {
					line = key.Line
				}
			})
		}
	})
	return line
}
