package render

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// edit changes fields of an object and keeps what it changed, which is cheaper
// than to compare the whole object before and after.
type edit []difference

// set gives a node, which stands at a path, a field below it. Mappings that
// lead there are made; the outermost of them is the change.
func (e *edit) set(at string, node *yaml.Node, value string, path ...string) {
	e.setNode(at, node, scalar(value), path...)
}

func (e *edit) setNode(at string, node, value *yaml.Node, path ...string) {
	if node == nil || node.Kind != yaml.MappingNode {
		return
	}
	for i, name := range path {
		at = join(at, name)
		key, next := entryOf(node, name)
		last := i == len(path)-1
		if next != nil && !last && next.Kind == yaml.MappingNode {
			node = next
			continue
		}
		if last && next != nil && next.Kind == value.Kind && value.Kind == yaml.ScalarNode && sameScalar(next, value) {
			return
		}
		made := value
		for _, name := range slices.Backward(path[i+1:]) {
			made = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{scalar(name), made}}
		}
		set(node, name, made)
		*e = append(*e, difference{path: at, key: key, before: next, after: made})
		return
	}
}

// remove takes a field away.
func (e *edit) remove(at string, node *yaml.Node, name string) {
	if key, old := entryOf(node, name); old != nil {
		remove(node, name)
		*e = append(*e, difference{path: join(at, name), key: key, before: old})
	}
}

// entryOf is a field of a mapping with its key; nil when there is none.
func entryOf(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	eachField(mapping, func(k, v *yaml.Node) {
		if k.Value == name {
			key, value = k, v
		}
	})
	return key, value
}
