package model

import "encoding/json"

// Manifest is what rules read of a written document outside the Flux table:
// workloads, bindings, policies, namespaces, ConfigMaps and Secrets. It never
// holds the values of a ConfigMap or a Secret.
type Manifest struct {
	ID
	APIVersion string
	Location
	Lines       Lines
	Labels      map[string]string
	Annotations map[string]string
	// Body is the compact JSON of the document without metadata and without
	// the data of ConfigMaps and Secrets.
	Body json.RawMessage
	// Entries are the keys of a ConfigMap or Secret, in file order.
	Entries []Entry
}

// Entry is one key of a ConfigMap or Secret.
type Entry struct {
	// Field is data, stringData or binaryData.
	Field string
	Key   string
	Line  int
	Class ValueClass
}
