package cluster

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// cleanJSON cleans the strings of a JSON value and makes it compact. JSON
// writes control characters as escapes, so a value of plain ASCII without \u
// needs no second look; that is nearly every spec there is.
func cleanJSON(value jsontext.Value) []byte {
	if isPlainJSON(value) {
		return value
	}
	var clean bytes.Buffer
	decoder := jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	encoder := jsontext.NewEncoder(&clean, jsontext.AllowDuplicateNames(true))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			break
		}
		if token.Kind() == '"' {
			token = jsontext.String(sanitize.Text(token.String(), len(value)))
		}
		if encoder.WriteToken(token) != nil {
			break
		}
	}
	return bytes.TrimSpace(clean.Bytes())
}

func isPlainJSON(value []byte) bool {
	for i, c := range value {
		if c < ' ' || c >= 0x7f || (c == 'u' && i > 0 && value[i-1] == '\\') {
			return false
		}
	}
	return true
}
