package docs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// API is what is known of the Flux that is installed.
type API struct {
	// Kinds are those that the cluster serves, in the version that is read;
	// empty when no cluster was read.
	Kinds []model.InstalledCRD
	// Minor is the Flux minor, for example "2.9"; empty when it is not known.
	Minor string
	// OpenAPI returns what the API server publishes under
	// /openapi/v3/apis/GROUP/VERSION; nil when there is no server to ask.
	OpenAPI func(ctx context.Context, group, version string) ([]byte, error)
}

// APIReference writes the reference of each Flux kind from the schemas of the
// cluster itself, else from the built-in CRDs of the installed Flux minor. When
// the minor is not known, the oldest built-in one is taken, and when its CRDs are
// not built in, there is no reference: a field that the cluster does not have
// helps nobody. A kind comes in several sections, one for each field of its spec
// that has fields of its own.
func APIReference(ctx context.Context, api API) ([]Section, SourceStatus) {
	status := SourceStatus{Name: SourceCluster}
	var sections []Section
	var failed error
	if api.OpenAPI != nil {
		documents := readSchemas(ctx, api)
		for _, kind := range api.Kinds {
			row, known := fluxkind.Lookup(kind.Group, kind.Kind)
			if !known {
				continue
			}
			schema, err := clusterSchema(documents, kind)
			if err != nil {
				failed = cmp.Or(failed, err)
				continue
			}
			status.Documents++
			sections = append(sections, kindSections(row, kind.Version, schema, SourceCluster)...)
		}
	}
	switch {
	case status.Documents > 0 && failed == nil:
		status.Status = StatusLoaded
		return sections, status
	case status.Documents > 0:
		status.Status, status.Reason = StatusPartial, reason(failed)
		return sections, status
	case failed != nil:
		status.Status, status.Reason = StatusFailed, reason(failed)
	default:
		status.Status, status.Reason = StatusSkipped, "no cluster was asked for its API"
	}
	minor := api.Minor
	if minor == "" {
		minor = fluxver.CRDMinors()[0]
	}
	sections, err := builtinAPI(api, minor)
	if err != nil {
		status.Reason += "; " + reason(err)
		return nil, status
	}
	status.Reason += "; the fields are those of Flux " + minor
	return sections, status
}

// openAPI is the part of a published document that is of use.
type openAPI struct {
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

// schemas is what the API server says of one group and version, or why not.
type schemas struct {
	document openAPI
	err      error
}

// readSchemas asks for each group and version once, a few at a time.
func readSchemas(ctx context.Context, api API) map[string]*schemas {
	all := map[string]*schemas{}
	var asking errgroup.Group
	asking.SetLimit(maxAtOnce)
	for _, kind := range api.Kinds {
		name := kind.Group + "/" + kind.Version
		if _, known := fluxkind.Lookup(kind.Group, kind.Kind); !known || all[name] != nil {
			continue
		}
		s := &schemas{}
		all[name] = s
		asking.Go(func() error {
			var content []byte
			if content, s.err = api.OpenAPI(ctx, kind.Group, kind.Version); s.err == nil {
				s.err = json.Unmarshal(content, &s.document)
			}
			return nil
		})
	}
	_ = asking.Wait() // each keeps its own error
	return all
}

func clusterSchema(all map[string]*schemas, kind model.InstalledCRD) (*schema, error) {
	name := kind.Group + "/" + kind.Version
	document, err := all[name].document, all[name].err
	if err != nil {
		return nil, fmt.Errorf("API of %s: %w", name, err)
	}
	for _, s := range document.Components.Schemas {
		if s != nil && slices.Contains(s.Kinds, groupVersionKind{kind.Group, kind.Version, kind.Kind}) {
			return s, nil
		}
	}
	return nil, fmt.Errorf("API of %s: it has no kind %s", name, kind.Kind)
}

// builtinAPI takes the versions that the cluster serves; without a cluster, the
// newest that the minor serves.
func builtinAPI(api API, minor string) ([]Section, error) {
	crds, err := fluxver.CRDs(minor)
	if err != nil {
		return nil, err
	}
	descriptions, err := fluxver.CRDDescriptions(minor)
	if err != nil {
		return nil, err
	}
	var sections []Section
	for _, crd := range crds {
		row, known := fluxkind.Lookup(crd.Group, crd.Kind)
		version, served := readVersion(api, crd)
		if !known || !served {
			continue
		}
		s := &schema{}
		if err := json.Unmarshal(version.Schema, s); err != nil {
			return nil, fmt.Errorf("built-in schema of %s: %w", crd.Kind, err)
		}
		s.describe("", descriptions[crd.Group+"/"+version.Name+"/"+crd.Kind])
		sections = append(sections, kindSections(row, version.Name, s, SourceBuiltin)...)
	}
	if len(sections) == 0 {
		return nil, errors.New("no kind of it is installed")
	}
	return sections, nil
}

func readVersion(api API, crd fluxver.CRD) (fluxver.CRDVersion, bool) {
	row, _ := fluxkind.Lookup(crd.Group, crd.Kind)
	wanted := row.Versions // newest first
	if len(api.Kinds) > 0 {
		wanted = nil
		for _, kind := range api.Kinds {
			if kind.Group == crd.Group && kind.Kind == crd.Kind {
				wanted = []string{kind.Version}
			}
		}
	}
	for _, name := range wanted {
		for _, version := range crd.Versions {
			if version.Name == name && version.Served {
				return version, true
			}
		}
	}
	return fluxver.CRDVersion{}, false
}

// kindSections writes the sections of one kind.
func kindSections(row fluxkind.Kind, version string, s *schema, source string) []Section {
	page := row.Kind + " " + row.Group + "/" + version
	topics := []string{row.Topic}
	section := func(path, markdown string) Section {
		return Section{
			Topics: topics, Page: page, Title: strings.TrimSuffix(row.Kind+" "+path, " "), Level: 2, Source: source,
			Anchor: strings.ToLower(row.Kind) + "-" + version + strings.ReplaceAll("."+path, ".", "-"), Markdown: markdown,
		}
	}
	var overview strings.Builder
	if text := s.text(); text != "" {
		overview.WriteString(text + "\n\n")
	}
	fmt.Fprintf(&overview, "```yaml\napiVersion: %s/%s\nkind: %s\n```\n", row.Group, version, row.Kind)
	sections := make([]Section, 1, 8)
	for _, part := range []string{"spec", "status"} {
		fields := s.Properties[part]
		if fields == nil {
			continue
		}
		fmt.Fprintf(&overview, "\n### %s\n\n", part)
		for _, name := range fields.names() {
			field, path := fields.Properties[name], part+"."+name
			field.writeLine(&overview, path, fields.requires(name))
			if part == "spec" && field.hasFields() {
				var all strings.Builder
				field.writeAll(&all, path, fields.requires(name), 0)
				sections = append(sections, section(path, strings.TrimSpace(all.String())))
			}
		}
	}
	sections[0] = section("", strings.TrimSpace(overview.String()))
	sections[0].Anchor = strings.TrimSuffix(sections[0].Anchor, "-")
	return sections
}
