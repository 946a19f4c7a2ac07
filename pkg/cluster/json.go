package cluster

import (
	"bytes"
	stdjson "encoding/json"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// tolerant are options for text that the API server has judged already.
var tolerant = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// unmarshal decodes a value. A field of another type than expected is left
// empty and the rest is kept.
func unmarshal(value jsontext.Value, into any) error {
	err := json.Unmarshal(value, into, tolerant)
	if is[*json.SemanticError](err) {
		// encoding/json goes on behind a type error.
		err = stdjson.Unmarshal(value, into)
		if is[*stdjson.UnmarshalTypeError](err) {
			err = nil
		}
	}
	return err
}

// decodeNext reads the next value.
func decodeNext(decoder *jsontext.Decoder, into any) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	return unmarshal(value, into)
}

// eachMember calls do for each member of the object that comes next; do reads
// its value. Another value than an object is passed over.
func eachMember(decoder *jsontext.Decoder, do func(name string) error) error {
	if decoder.PeekKind() != '{' {
		return decoder.SkipValue()
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for decoder.PeekKind() == '"' {
		name, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := do(name.String()); err != nil {
			return err
		}
	}
	_, err := decoder.ReadToken()
	return err
}

// eachElement calls do for each element of the array that comes next; do reads
// it. Another value than an array is passed over.
func eachElement(decoder *jsontext.Decoder, do func() error) error {
	if decoder.PeekKind() != '[' {
		return decoder.SkipValue()
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for kind := decoder.PeekKind(); kind != ']' && kind != jsontext.KindInvalid; kind = decoder.PeekKind() {
		if err := do(); err != nil {
			return err
		}
	}
	_, err := decoder.ReadToken()
	return err
}

var (
	// errNotObject says that an answer is no JSON object.
	errNotObject = errors.New("the answer is no JSON object")
	// errKeys stands for any mistake in the JSON of a Secret: the real one
	// might quote a value.
	errKeys = errors.New("the answer is no Secret or ConfigMap")
	// errEnough ends a list early.
	errEnough = errors.New("enough")
)

// cleanJSON cleans the strings of a JSON value; a value without need is returned
// as it is.
func cleanJSON(value jsontext.Value) []byte {
	if isPlainJSON(value) {
		return value
	}
	var clean bytes.Buffer
	decoder := jsontext.NewDecoder(bytes.NewReader(value), tolerant)
	encoder := jsontext.NewEncoder(&clean, tolerant)
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

// isPlainJSON is true when no string of the value needs cleaning, as in nearly
// every spec. JSON writes control characters as \u escapes, and Kubernetes
// writes three harmless characters so: < > and &.
func isPlainJSON(value []byte) bool {
	for i, c := range value {
		if c >= 0x7f {
			return false
		}
		if c == 'u' && i > 0 && value[i-1] == '\\' {
			switch string(value[i+1 : min(i+5, len(value))]) {
			case "003c", "003e", "0026":
			default:
				return false
			}
		}
	}
	return true
}
