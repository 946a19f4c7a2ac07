package render

import (
	"strconv"

	"go.yaml.in/yaml/v3"
)

// difference is one field that is not the same in two states of an object.
type difference struct {
	path string
	// before and after are nil for a field that is not there.
	before, after *yaml.Node
	// key is the node of the field's name, or nil for items of lists.
	key *yaml.Node
}

// diff compares two states of an object. Mappings and lists that are added or
// removed count as one difference. Items of lists that have names are compared
// by them, others by position.
func diff(before, after *yaml.Node) []difference {
	var found []difference
	compare("", nil, before, after, &found)
	return found
}

func compare(path string, key, before, after *yaml.Node, found *[]difference) {
	if before == after {
		return
	}
	switch {
	case before == nil || after == nil || before.Kind != after.Kind:
	case before.Kind == yaml.MappingNode:
		compareMappings(path, before, after, found)
		return
	case before.Kind == yaml.SequenceNode:
		compareLists(path, before, after, found)
		return
	case before.Kind == yaml.ScalarNode && sameScalar(before, after):
		return
	}
	*found = append(*found, difference{path: path, before: before, after: after, key: key})
}

func compareMappings(path string, before, after *yaml.Node, found *[]difference) {
	matched := 0
	eachField(before, func(key, value *yaml.Node) {
		other := field(after, key.Value)
		if other != nil {
			matched++
		}
		compare(join(path, key.Value), key, value, other, found)
	})
	if matched == len(after.Content)/2 {
		return
	}
	eachField(after, func(key, value *yaml.Node) {
		if field(before, key.Value) == nil {
			*found = append(*found, difference{path: join(path, key.Value), after: value, key: key})
		}
	})
}

func compareLists(path string, before, after *yaml.Node, found *[]difference) {
	at := func(i int) string { return path + "[" + strconv.Itoa(i) + "]" }
	if !named(before) || !named(after) {
		for i := range max(len(before.Content), len(after.Content)) {
			var a, b *yaml.Node
			if i < len(before.Content) {
				a = before.Content[i]
			}
			if i < len(after.Content) {
				b = after.Content[i]
			}
			compare(at(i), nil, a, b, found)
		}
		return
	}
	old := make(map[string]*yaml.Node, len(before.Content))
	for _, item := range before.Content {
		old[text(item, "name")] = item
	}
	for i, item := range after.Content {
		name := text(item, "name")
		compare(at(i), nil, old[name], item, found)
		delete(old, name)
	}
	for i, item := range before.Content {
		if old[text(item, "name")] != nil {
			*found = append(*found, difference{path: at(i), before: item})
		}
	}
}

// named is true for a list whose items all have names, each another.
func named(list *yaml.Node) bool {
	names := make(map[string]bool, len(list.Content))
	for _, item := range list.Content {
		name := text(item, "name")
		if name == "" || names[name] {
			return false
		}
		names[name] = true
	}
	return true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
