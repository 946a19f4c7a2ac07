package fluxkind

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// Decode reads the JSON of a spec into the kind's struct. It is tolerant:
// unknown fields are passed over and a field of another type than the product
// expects is left empty, since the API server (or a schema check) judges types,
// and a reader of facts must not lose the rest. Text is cleaned of what could
// reach a terminal. An error means that the text is no JSON object at all.
func (k Kind) Decode(spec json.RawMessage) (model.Spec, error) {
	s := k.newSpec()
	if len(spec) == 0 {
		return s, nil
	}
	spec, err := clean(spec)
	if err != nil {
		return s, err
	}
	err = json.Unmarshal(spec, s)
	// encoding/json fills everything else before it returns a type error.
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = nil
	}
	return s, err
}

// clean returns the JSON with every string cleaned. Nearly every spec is plain
// ASCII without \u escapes and is returned as it is.
func clean(spec json.RawMessage) (json.RawMessage, error) {
	if plain(spec) {
		return spec, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(spec))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(cleanValue(value))
}

func plain(spec json.RawMessage) bool {
	for _, c := range spec {
		if c >= 0x7f {
			return false
		}
	}
	return !bytes.Contains(spec, []byte(`\u`)) && !bytes.Contains(spec, []byte(`\b`))
}

func cleanValue(value any) any {
	switch value := value.(type) {
	case string:
		return sanitize.Text(value, len(value)+1)
	case []any:
		for i := range value {
			value[i] = cleanValue(value[i])
		}
	case map[string]any:
		for key, item := range value {
			delete(value, key)
			value[sanitize.Line(key, 0)] = cleanValue(item)
		}
	}
	return value
}
