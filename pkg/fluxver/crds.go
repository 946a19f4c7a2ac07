// Package fluxver knows what each Flux minor served, removed and changed. It is
// data, checked by tests.
package fluxver

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:generate go run -C crdgen .

// crdFiles holds, for each Flux minor, MINOR.json.gz (the
// CustomResourceDefinitions without descriptions) and
// MINOR.descriptions.json.gz. The program in crdgen writes both.
//
//go:embed crds/*.json.gz
var crdFiles embed.FS

// CRD is one CustomResourceDefinition of a Flux minor.
type CRD struct {
	Group    string
	Kind     string
	Plural   string
	Scope    string // Namespaced or Cluster
	Versions []CRDVersion
}

// CRDVersion is one version of an API that a Flux minor defines.
type CRDVersion struct {
	Name       string
	Served     bool
	Storage    bool
	Deprecated bool
	// Schema is the OpenAPI v3 schema as JSON, without descriptions; see
	// CRDDescriptions.
	Schema json.RawMessage
}

// crdMinors lists the Flux minors whose CRDs are built in, oldest first.
var crdMinors = []string{"2.9", "2.10"}

// crdsByMinor decodes a minor once, when it is first asked for: most runs never
// look at a schema.
var crdsByMinor = map[string]func() ([]CRD, error){
	"2.9":  sync.OnceValues(func() ([]CRD, error) { return decodeCRDs("2.9") }),
	"2.10": sync.OnceValues(func() ([]CRD, error) { return decodeCRDs("2.10") }),
}

// CRDMinors lists the Flux minors whose CRDs are built in, oldest first.
func CRDMinors() []string { return slices.Clone(crdMinors) }

// ErrNoCRDs says that the CRDs of a Flux minor are not built in.
var ErrNoCRDs = errors.New("no built-in CRDs for this Flux version")

// CRDs returns the CustomResourceDefinitions that a Flux minor, for example
// "2.9", installs with all its components, sorted by group and plural. They are
// generated from the API modules of the controllers, so they are what a cluster
// of that minor serves. The error is ErrNoCRDs for a minor that CRDMinors does
// not list. Callers share the result and must not change it.
func CRDs(minor string) ([]CRD, error) {
	decode, known := crdsByMinor[minor]
	if !known {
		return nil, noCRDs(minor)
	}
	return decode()
}

// CRDDescriptions returns what the API of a Flux minor says about its fields:
// from group/version/Kind, for example
// "kustomize.toolkit.fluxcd.io/v1/Kustomization", to the path of a field, for
// example "spec.dependsOn[].name", to its description. The empty path is the
// kind itself, "[]" an item of a list, ".*" a value of a map with free keys.
// The error is ErrNoCRDs for a minor that CRDMinors does not list. Each call
// decodes the data again.
func CRDDescriptions(minor string) (map[string]map[string]string, error) {
	if !slices.Contains(crdMinors, minor) {
		return nil, noCRDs(minor)
	}
	var descriptions map[string]map[string]string
	if err := readCRDFile(minor+".descriptions.json.gz", &descriptions); err != nil {
		return nil, err
	}
	return descriptions, nil
}

func noCRDs(minor string) error {
	return fmt.Errorf("flux %s: %w (there are %s)", minor, ErrNoCRDs, strings.Join(crdMinors, ", "))
}

func decodeCRDs(minor string) ([]CRD, error) {
	var definitions []struct {
		Spec struct {
			Group string
			Scope string
			Names struct {
				Kind   string
				Plural string
			}
			Versions []struct {
				Name       string
				Served     bool
				Storage    bool
				Deprecated bool
				Schema     struct {
					OpenAPIV3Schema json.RawMessage
				}
			}
		}
	}
	if err := readCRDFile(minor+".json.gz", &definitions); err != nil {
		return nil, err
	}
	crds := make([]CRD, len(definitions))
	for i, definition := range definitions {
		spec := definition.Spec
		crds[i] = CRD{Group: spec.Group, Kind: spec.Names.Kind, Plural: spec.Names.Plural, Scope: spec.Scope}
		for _, version := range spec.Versions {
			crds[i].Versions = append(crds[i].Versions, CRDVersion{
				Name:       version.Name,
				Served:     version.Served,
				Storage:    version.Storage,
				Deprecated: version.Deprecated,
				Schema:     version.Schema.OpenAPIV3Schema,
			})
		}
	}
	return crds, nil
}

// readCRDFile decodes one of the embedded files. An error means that the binary
// was built from damaged data.
func readCRDFile(name string, into any) error {
	compressed, err := fs.ReadFile(crdFiles, "crds/"+name)
	if err != nil {
		return fmt.Errorf("read the built-in CRDs: %w", err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return fmt.Errorf("decompress the built-in CRDs %s: %w", name, err)
	}
	if err := json.NewDecoder(reader).Decode(into); err != nil {
		return fmt.Errorf("decode the built-in CRDs %s: %w", name, err)
	}
	return nil
}
