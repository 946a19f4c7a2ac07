package gitrepo

import (
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// nodeJSON writes a node as compact JSON.
func nodeJSON(node *yaml.Node) (json.RawMessage, error) {
	var value map[string]any
	if err := node.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
