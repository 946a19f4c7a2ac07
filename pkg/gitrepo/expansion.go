package gitrepo

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

var errExpands = fmt.Errorf("its aliases stand for more than %d values", maxExpandedNodes)

// mayAlias is false for text without anchors and aliases.
func mayAlias(text []byte) bool {
	return bytes.IndexByte(text, '&') >= 0 && bytes.IndexByte(text, '*') >= 0
}

// expands is true for a document that would have more than maxExpandedNodes
// nodes with its aliases written out, as alias bombs have, and for one that
// holds itself.
func expands(root *yaml.Node) bool {
	return expansion{}.nodes(root) > maxExpandedNodes
}

// expansion holds how many nodes each anchored one stands for; too many while
// these are counted.
type expansion map[*yaml.Node]int

func (e expansion) nodes(node *yaml.Node) int {
	if node.Kind == yaml.AliasNode {
		if node = node.Alias; node == nil {
			return 1
		}
	}
	if node.Anchor != "" {
		if known, ok := e[node]; ok {
			return known
		}
		e[node] = maxExpandedNodes + 1
	}
	count := 1
	for _, child := range node.Content {
		if count += e.nodes(child); count > maxExpandedNodes {
			return maxExpandedNodes + 1 // known for anchored ones already
		}
	}
	if node.Anchor != "" {
		e[node] = count
	}
	return count
}
