package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"go.yaml.in/yaml/v3"
)

var errExpands = errors.New("its aliases expand beyond all measure")

// document is one document of a file.
type document struct {
	node *yaml.Node
	// index is the number among the non-empty documents of the file, from 0.
	index int
}

// documents reads the documents of a file, aliases and merges expanded.
func documents(content []byte) ([]document, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var all []document
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		if len(node.Content) == 0 || isNull(node.Content[0]) {
			continue
		}
		expanded, err := expand(node.Content[0])
		if err != nil {
			return all, err
		}
		all = append(all, document{node: expanded, index: len(all)})
	}
}

// expand replaces aliases by what they stand for, and merges by the fields that
// they bring.
func expand(node *yaml.Node) (*yaml.Node, error) {
	if !aliased(node) {
		return node, nil
	}
	left := maxExpandedNodes
	return expandNode(node, 0, &left)
}

// aliased is true when an alias stands somewhere in a node.
func aliased(node *yaml.Node) bool {
	if node.Kind == yaml.AliasNode {
		return true
	}
	for _, child := range node.Content {
		if aliased(child) {
			return true
		}
	}
	return false
}

func expandNode(node *yaml.Node, depth int, left *int) (*yaml.Node, error) {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
		depth++
	}
	if *left--; *left < 0 || depth > maxNodeDepth || node == nil {
		return nil, errExpands
	}
	expanded := *node
	expanded.Anchor = ""
	expanded.Content = make([]*yaml.Node, 0, len(node.Content))
	var merged []*yaml.Node
	for i, child := range node.Content {
		child, err := expandNode(child, depth+1, left)
		if err != nil {
			return nil, err
		}
		if node.Kind == yaml.MappingNode && i%2 == 1 && node.Content[i-1].Tag == "!!merge" {
			expanded.Content = expanded.Content[:len(expanded.Content)-1]
			if child.Kind == yaml.SequenceNode {
				merged = append(merged, child.Content...)
			} else {
				merged = append(merged, child)
			}
			continue
		}
		expanded.Content = append(expanded.Content, child)
	}
	for _, mapping := range merged {
		eachField(mapping, func(key, value *yaml.Node) {
			if field(&expanded, key.Value) == nil {
				expanded.Content = append(expanded.Content, key, clone(value))
			}
		})
	}
	return &expanded, nil
}

func isNull(node *yaml.Node) bool {
	return node == nil || node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

func clone(node *yaml.Node) *yaml.Node {
	if node == nil {
		return nil
	}
	copied := *node
	if node.Content != nil {
		copied.Content = make([]*yaml.Node, len(node.Content))
		for i, child := range node.Content {
			copied.Content[i] = clone(child)
		}
	}
	return &copied
}

func eachField(mapping *yaml.Node, do func(key, value *yaml.Node)) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		do(mapping.Content[i], mapping.Content[i+1])
	}
}

// field is the value of a field of a mapping; nil when there is none. The last
// of several wins, as it does for kustomize.
func field(mapping *yaml.Node, path ...string) *yaml.Node {
	for _, name := range path {
		var found *yaml.Node
		eachField(mapping, func(key, value *yaml.Node) {
			if key.Value == name {
				found = value
			}
		})
		if mapping = found; found == nil {
			return nil
		}
	}
	return mapping
}

// text is the value of a scalar field, empty for anything else.
func text(mapping *yaml.Node, path ...string) string {
	value := field(mapping, path...)
	if value == nil || value.Kind != yaml.ScalarNode || isNull(value) {
		return ""
	}
	return value.Value
}

// items are those of a list, none for anything else.
func items(node *yaml.Node) []*yaml.Node {
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	return node.Content
}

// set gives a mapping a field, or another value to one that it has.
func set(mapping *yaml.Node, name string, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			mapping.Content[i+1] = value
			return
		}
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: value.Line}, value)
}

// remove takes a field out of a mapping.
func remove(mapping *yaml.Node, name string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			mapping.Content = append(mapping.Content[:i], mapping.Content[i+2:]...)
			return
		}
	}
}

// scalar is a text that no file holds as it is.
func scalar(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// sameScalar is true for values that mean the same to Kubernetes.
func sameScalar(a, b *yaml.Node) bool {
	tagA, tagB := a.ShortTag(), b.ShortTag()
	if tagA == tagB && a.Value == b.Value {
		return true
	}
	if isText(tagA) || isText(tagB) {
		return isText(tagA) && isText(tagB) && a.Value == b.Value
	}
	return string(appendJSON(nil, a, nil)) == string(appendJSON(nil, b, nil))
}

// isText is true for tags whose values are strings in JSON.
func isText(tag string) bool {
	switch tag {
	case "!!null", "!!bool", "!!int", "!!float":
		return false
	}
	return true
}

// appendJSON writes a node, without aliases, as compact JSON. Texts go through
// clean first, unless it is nil.
func appendJSON(out []byte, node *yaml.Node, clean func(string) string) []byte {
	switch node.Kind {
	case yaml.MappingNode:
		out = append(out, '{')
		first := true
		eachField(node, func(key, value *yaml.Node) {
			if !first {
				out = append(out, ',')
			}
			first = false
			out = appendText(out, key.Value, clean)
			out = append(out, ':')
			out = appendJSON(out, value, clean)
		})
		return append(out, '}')
	case yaml.SequenceNode:
		out = append(out, '[')
		for i, item := range node.Content {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, item, clean)
		}
		return append(out, ']')
	case yaml.ScalarNode:
		return appendScalar(out, node, clean)
	case yaml.DocumentNode, yaml.AliasNode:
	}
	return append(out, "null"...)
}

// appendScalar leaves to the library what type a plain scalar has.
func appendScalar(out []byte, node *yaml.Node, clean func(string) string) []byte {
	switch node.ShortTag() {
	case "!!null":
		return append(out, "null"...)
	case "!!bool", "!!int", "!!float":
		var value any
		if err := node.Decode(&value); err == nil {
			if float, ok := value.(float64); !ok || !math.IsInf(float, 0) && !math.IsNaN(float) {
				if encoded, err := json.Marshal(value); err == nil {
					return append(out, encoded...)
				}
			}
		}
	}
	return appendText(out, node.Value, clean)
}

func appendText(out []byte, value string, clean func(string) string) []byte {
	if clean != nil {
		value = clean(value)
	}
	if plainText(value) {
		out = append(out, '"')
		out = append(out, value...)
		return append(out, '"')
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil { // No string fails.
		return append(out, `""`...)
	}
	return append(out, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...)
}

// plainText is true for text that JSON writes as it is.
func plainText(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// holdsText is true when some key or text of a node contains part.
func holdsText(node *yaml.Node, part string) bool {
	if node.Kind == yaml.ScalarNode {
		return strings.Contains(node.Value, part)
	}
	for _, child := range node.Content {
		if holdsText(child, part) {
			return true
		}
	}
	return false
}

// writable is an error for a node that is no JSON: with a key twice, keys that
// are no scalars, or numbers that are none.
func writable(node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		seen := make(map[string]bool, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			switch {
			case key.Kind != yaml.ScalarNode:
				return errors.New("a mapping has a key that is no scalar")
			case seen[key.Value]:
				return fmt.Errorf("mapping key %q already defined", key.Value)
			}
			seen[key.Value] = true
		}
	case yaml.ScalarNode:
		if node.ShortTag() == "!!float" {
			switch strings.ToLower(strings.TrimLeft(node.Value, "+-")) {
			case ".inf", ".nan":
				return fmt.Errorf("%s is no number of JSON", node.Value)
			}
		}
	case yaml.SequenceNode, yaml.DocumentNode, yaml.AliasNode:
	}
	for _, child := range node.Content {
		if err := writable(child); err != nil {
			return err
		}
	}
	return nil
}
