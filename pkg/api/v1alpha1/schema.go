package v1alpha1

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of a ContextReport, generated from
// the types of this package. Tests regenerate it: go test -run Schema -update.
//
//go:embed contextreport.schema.json
var Schema []byte

// WhySchema is the JSON Schema of a WhyReport, generated in the same way.
//
//go:embed whyreport.schema.json
var WhySchema []byte
