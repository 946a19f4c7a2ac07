package rules

import "encoding/json"

// withoutFields is the JSON of a spec without some of its fields, with sorted
// keys, for comparison.
func withoutFields(spec json.RawMessage, fields ...string) string {
	var all map[string]json.RawMessage
	if json.Unmarshal(spec, &all) != nil {
		return string(spec)
	}
	for _, field := range fields {
		delete(all, field)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return string(spec)
	}
	return string(text)
}

// rawField is the JSON of one field of a spec, nil when it is absent.
func rawField(spec json.RawMessage, field string) json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(spec, &all) != nil {
		return nil
	}
	return all[field]
}
