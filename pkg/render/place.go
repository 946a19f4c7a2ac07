package render

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// lineBits is how many bits of a tagged node's Line hold the line itself; those
// above hold the number of the text it stands in, from 1.
const lineBits = 32

// origin is a text that nodes come from: a file, or a part of one such as the
// patch in a Flux object.
type origin struct {
	file string
	// above is how many lines of the file are above the text.
	above int
	// cause is the step that put the text where it is; nil for files.
	cause *model.Step
}

// origins are the texts of one build. While a build is traced, the Line of each
// node tells in which of them, and where, the node was written; patches carry
// theirs along into the objects that they change.
type origins []origin

// tag marks every node of a tree as coming from a text.
func (o *origins) tag(node *yaml.Node, from origin) {
	*o = append(*o, from)
	tagNodes(node, len(*o)<<lineBits)
}

func tagNodes(node *yaml.Node, tag int) {
	node.Line = tag | node.Line&(1<<lineBits-1)
	for _, child := range node.Content {
		tagNodes(child, tag)
	}
}

// at is where a tagged node was written, and the step that put it there; zero
// for nodes that kustomize made.
func (o origins) at(node *yaml.Node) (model.Location, *model.Step) {
	number := node.Line >> lineBits
	if number < 1 || number > len(o) {
		return model.Location{}, nil
	}
	from := o[number-1]
	return model.Location{File: from.file, Line: from.above + node.Line&(1<<lineBits-1)}, from.cause
}

// place is where a field of a Flux object was written.
type place struct {
	model.Location
	// Text is the line on which the text of a scalar starts: the line below for
	// block scalars.
	Text int
	// Cause is the step that put the field there; nil when Location defines the
	// object itself.
	Cause *model.Step
}

// places tells for the paths of fields where they were written.
type places map[string]place

// placesOf notes the places of the fields below a path.
func placesOf(found places, o origins, path string, node *yaml.Node) {
	location, cause := o.at(node)
	if location.Line == 0 {
		return
	}
	text := location.Line
	if node.Kind == yaml.ScalarNode && node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		text++
	}
	found[path] = place{Location: location, Text: text, Cause: cause}
	switch node.Kind {
	case yaml.MappingNode:
		eachField(node, func(key, value *yaml.Node) {
			placesOf(found, o, path+"."+key.Value, value)
			// A mapping or list starts on the line of its key for people.
			if at, _ := o.at(key); value.Kind != yaml.ScalarNode && at.Line != 0 {
				if p, ok := found[path+"."+key.Value]; ok {
					p.Location.Line = at.Line
					found[path+"."+key.Value] = p
				}
			}
		})
	case yaml.SequenceNode:
		for i, item := range node.Content {
			placesOf(found, o, path+"["+strconv.Itoa(i)+"]", item)
		}
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
	}
}

// of is the place of a field or, when it is not known, of its nearest parent.
func (p places) of(path string) place {
	for path != "" {
		if found, ok := p[path]; ok {
			return found
		}
		path = parentPath(path)
	}
	return place{}
}

// parentPath takes the last name or index off a path.
func parentPath(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return ""
}
