package gitrepo

import (
	"go.yaml.in/yaml/v3"
)

// follow returns the node that an alias stands for, others as they are.
func follow(node *yaml.Node) *yaml.Node {
	for range maxAliasChain {
		if node == nil || node.Kind != yaml.AliasNode {
			return node
		}
		node = node.Alias
	}
	return nil
}

// eachField visits the fields that a mapping itself has, in the order of the
// file. Values are followed.
func eachField(mapping *yaml.Node, do func(key, value *yaml.Node)) {
	mapping = follow(mapping)
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if value := follow(mapping.Content[i+1]); value != nil {
			do(mapping.Content[i], value)
		}
	}
}

// eachItem visits the items of a sequence, followed.
func eachItem(sequence *yaml.Node, do func(item *yaml.Node)) {
	sequence = follow(sequence)
	if sequence == nil || sequence.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range sequence.Content {
		if item = follow(item); item != nil {
			do(item)
		}
	}
}

// lookup finds a field of a mapping, or of what it merges; nil when there is
// none.
func lookup(mapping *yaml.Node, name string) *yaml.Node {
	_, value := lookupKey(mapping, name)
	return value
}

func lookupKey(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	merges := maxMerges
	return lookupMerged(mapping, name, 0, &merges)
}

// lookupMerged looks into as many merged mappings as are left: they may double
// at each level.
func lookupMerged(mapping *yaml.Node, name string, depth int, left *int) (key, value *yaml.Node) {
	eachField(mapping, func(k, v *yaml.Node) {
		if k = follow(k); value == nil && k != nil && k.Kind == yaml.ScalarNode && k.Value == name {
			key, value = k, v
		}
	})
	if *left--; value != nil || depth == maxAliasChain || *left <= 0 {
		return key, value
	}
	eachField(mapping, func(k, v *yaml.Node) {
		if !isMerge(k) || value != nil {
			return
		}
		if v.Kind == yaml.MappingNode {
			key, value = lookupMerged(v, name, depth+1, left)
			return
		}
		eachItem(v, func(item *yaml.Node) {
			if value == nil {
				key, value = lookupMerged(item, name, depth+1, left)
			}
		})
	})
	return key, value
}

// text is the value of a scalar field; empty for anything else and for null.
func text(mapping *yaml.Node, name string) string {
	value := lookup(mapping, name)
	if value == nil || value.Kind != yaml.ScalarNode || isNull(value) {
		return ""
	}
	return value.Value
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Tag == "!!merge"
}
