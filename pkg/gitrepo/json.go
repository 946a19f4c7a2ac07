package gitrepo

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

var errTooMuchJSON = errors.New("aliases expand it beyond all measure")

// nodeJSON writes a node as compact JSON, as kubectl would send it: aliases and
// merges expanded, keys as strings. An error means that it exceeds
// maxExpandedSize or maxExpandedDepth, as alias bombs do. With clean, escape
// sequences and the like are taken out of all text.
func nodeJSON(node *yaml.Node, clean bool) (json.RawMessage, error) {
	w := jsonWriters.Get().(*jsonWriter)
	defer jsonWriters.Put(w)
	w.out, w.clean, w.merges = w.out[:0], clean, 0
	if err := w.value(node, 0); err != nil {
		return nil, err
	}
	return slices.Clone(w.out), nil
}

// jsonWriters keep their buffers, so that what is kept has no spare room.
var jsonWriters = sync.Pool{New: func() any { return &jsonWriter{} }}

// cleanJSON is nodeJSON with clean, at the price of one without for text that
// has nothing to clean.
func cleanJSON(node *yaml.Node) (json.RawMessage, error) {
	raw, err := nodeJSON(node, false)
	if err != nil || plainJSON(raw) {
		return raw, err
	}
	return nodeJSON(node, true)
}

// plainJSON is true for JSON whose strings need no cleaning: ASCII without
// control characters other than line breaks and tabs.
func plainJSON(raw []byte) bool {
	for i, c := range raw {
		if c >= 0x7f || c == '\\' && i+1 < len(raw) && (raw[i+1] == 'u' || raw[i+1] == 'r' || raw[i+1] == 'b' || raw[i+1] == 'f') {
			return false
		}
	}
	return true
}

type jsonWriter struct {
	out   []byte
	clean bool
	// merges counts the mappings that were merged into others: they may double
	// at each level and yet write nothing.
	merges int
}

func (w *jsonWriter) value(node *yaml.Node, depth int) error {
	node = follow(node)
	if node == nil || depth > maxExpandedDepth || len(w.out) > maxExpandedSize {
		return errTooMuchJSON
	}
	switch node.Kind {
	case yaml.MappingNode:
		w.out = append(w.out, '{')
		first := true
		seen := map[string]bool{}
		if err := w.fields(node, depth, seen, &first); err != nil {
			return err
		}
		w.out = append(w.out, '}')
	case yaml.SequenceNode:
		w.out = append(w.out, '[')
		for i, item := range node.Content {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			if err := w.value(item, depth+1); err != nil {
				return err
			}
		}
		w.out = append(w.out, ']')
	case yaml.ScalarNode:
		w.scalar(node)
	case yaml.DocumentNode, yaml.AliasNode:
		return errTooMuchJSON
	}
	return nil
}

// fields writes those of a mapping, then those that it merges and does not have
// itself. The first of several merges wins, as does the first of two equal
// keys.
func (w *jsonWriter) fields(mapping *yaml.Node, depth int, seen map[string]bool, first *bool) error {
	if depth > maxExpandedDepth {
		return errTooMuchJSON
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := follow(mapping.Content[i]), mapping.Content[i+1]
		if key == nil || key.Kind != yaml.ScalarNode {
			continue
		}
		if isMerge(key) {
			switch value = follow(value); {
			case value == nil:
			case value.Kind == yaml.MappingNode:
				merged = append(merged, value)
			case value.Kind == yaml.SequenceNode:
				eachItem(value, func(item *yaml.Node) {
					if item.Kind == yaml.MappingNode {
						merged = append(merged, item)
					}
				})
			}
			continue
		}
		if seen[key.Value] {
			continue
		}
		seen[key.Value] = true
		if !*first {
			w.out = append(w.out, ',')
		}
		*first = false
		w.text(key.Value)
		w.out = append(w.out, ':')
		if err := w.value(value, depth+1); err != nil {
			return err
		}
	}
	for _, mapping := range merged {
		if w.merges++; w.merges > maxMerges {
			return errTooMuchJSON
		}
		if err := w.fields(mapping, depth+1, seen, first); err != nil {
			return err
		}
	}
	return nil
}

// scalar leaves to the library what type a plain scalar has.
func (w *jsonWriter) scalar(node *yaml.Node) {
	switch node.ShortTag() {
	case "!!null":
		w.out = append(w.out, "null"...)
		return
	case "!!bool", "!!int", "!!float":
		var value any
		if err := node.Decode(&value); err == nil {
			if float, ok := value.(float64); !ok || !math.IsInf(float, 0) && !math.IsNaN(float) {
				if encoded, err := json.Marshal(value); err == nil {
					w.out = append(w.out, encoded...)
					return
				}
			}
		}
	}
	w.text(node.Value)
}

func (w *jsonWriter) text(value string) {
	if w.clean {
		value = sanitize.Text(value, maxExpandedSize)
	}
	w.out = append(w.out, '"')
	from := 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c >= ' ' && c != '"' && c != '\\' && c < 0x7f {
			continue
		}
		if c >= 0x80 {
			// What is no UTF-8 becomes what the JSON package makes of it.
			if r, size := utf8.DecodeRuneInString(value[i:]); r != utf8.RuneError || size > 1 {
				i += size - 1
				continue
			}
		}
		w.out = append(w.out, value[from:i]...)
		switch c {
		case '"', '\\':
			w.out = append(w.out, '\\', c)
		case '\n':
			w.out = append(w.out, '\\', 'n')
		case '\t':
			w.out = append(w.out, '\\', 't')
		default:
			if c >= 0x80 {
				w.out = append(w.out, "\ufffd"...)
				break
			}
			w.out = append(w.out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
		from = i + 1
	}
	w.out = append(append(w.out, value[from:]...), '"')
}

const hexDigits = "0123456789abcdef"
