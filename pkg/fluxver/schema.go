package fluxver

import (
	"encoding/json"
	"fmt"
	"sync"
)

// Schema is what is read of the OpenAPI schema of a field: its default, and
// those of the fields in it.
type Schema struct {
	// Default is JSON; empty when the field has none.
	Default    json.RawMessage    `json:"default"`
	Properties map[string]*Schema `json:"properties"`
	Items      *Schema            `json:"items"`
	// Others is not empty for a mapping with free keys.
	Others json.RawMessage `json:"additionalProperties"`
	// Preserves is true for a field that the API server takes as it is.
	Preserves bool `json:"x-kubernetes-preserve-unknown-fields"`
}

// Has is false for a field of a mapping that the API server would drop.
func (s *Schema) Has(field string) bool {
	return s == nil || s.Properties[field] != nil || s.Preserves || len(s.Others) > 0 || len(s.Properties) == 0
}

// Property is the schema of a field of a mapping; nil when it has none.
func (s *Schema) Property(field string) *Schema {
	if s == nil {
		return nil
	}
	return s.Properties[field]
}

// Item is the schema of the items of a list; nil when it has none.
func (s *Schema) Item() *Schema {
	if s == nil {
		return nil
	}
	return s.Items
}

// specSchemas keeps those that were decoded.
var specSchemas sync.Map

// SpecSchema returns the schema of the spec of a kind, by group/version and kind,
// as the built-in CRDs nearest to a Flux minor have it: the newest when it is
// not known. It is nil for what these do not define. Callers share the result.
func SpecSchema(minor Minor, apiVersion, kind string) *Schema {
	nearest := crdMinors[len(crdMinors)-1]
	for _, known := range crdMinors {
		if minor.Known() && !ParseMinor(known).Less(minor) {
			nearest = known
			break
		}
	}
	key := fmt.Sprint(nearest, " ", apiVersion, " ", kind)
	if found, ok := specSchemas.Load(key); ok {
		return found.(*Schema)
	}
	schema := decodeSpecSchema(nearest, apiVersion, kind)
	specSchemas.Store(key, schema)
	return schema
}

func decodeSpecSchema(minor, apiVersion, kind string) *Schema {
	crds, err := CRDs(minor)
	if err != nil {
		return nil
	}
	for _, crd := range crds {
		if crd.Kind != kind {
			continue
		}
		for _, version := range crd.Versions {
			var object Schema
			if crd.Group+"/"+version.Name == apiVersion && json.Unmarshal(version.Schema, &object) == nil {
				return object.Properties["spec"]
			}
		}
	}
	return nil
}
