package gitrepo

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// needsNodes is true for documents of which more is kept than a skim finds: Flux
// objects, lists, and manifests whose body rules read.
func needsNodes(apiVersion, kind []byte) bool {
	return keepsBody(kind) || bytes.HasSuffix(kind, []byte("List")) || bytes.Contains(apiVersion, []byte("flux")) || bytes.Contains(apiVersion, []byte("flagger"))
}

// readSkimmed adds a document of which the skim found all that is kept.
func (r *fileReader) readSkimmed(found *skimmed, line int) {
	if len(found.apiVersion) == 0 || len(found.kind) == 0 {
		r.foreign(found.mapping)
		return
	}
	document := model.Document{
		Location:   model.Location{File: r.file.shown, Line: line + found.line - 1, Document: r.index},
		APIVersion: r.share(found.apiVersion),
		Kind:       r.share(found.kind),
		Namespace:  r.share(found.namespace),
		Name:       sanitize.Line(string(found.name), maxNameLength),
		Local:      r.file.state == fileUntracked,
	}
	if found.nameLine > 0 {
		document.NameLine = line + found.nameLine - 1
	}
	r.result.documents = append(r.result.documents, document)
	// What a kind is does not depend on what is left of it after cleaning.
	kind := string(found.kind)
	if !isManifest(kind) {
		return
	}
	manifest := model.Manifest{
		ID: document.ID(), APIVersion: document.APIVersion, Location: document.Location,
		Labels: r.sharePairs(found.labels), Annotations: r.sharePairs(found.annotations),
	}
	if hasEntries(kind) {
		for _, entry := range found.entries {
			manifest.Entries = append(manifest.Entries, model.Entry{
				Field: r.share(entry.field),
				Key:   sanitize.Line(string(entry.key), maxNameLength),
				Line:  line + entry.line - 1,
				Class: entry.classify(kind),
			})
		}
	}
	r.result.manifests = append(r.result.manifests, manifest)
}

// readNode adds the document with this root, whose lines begin at 1 with the
// line of the file that offset says, less one.
func (r *fileReader) readNode(root *yaml.Node, content []byte) {
	root = follow(root)
	tooLarge := root != nil && mayAlias(content) && expands(root)
	if root == nil || root.Kind != yaml.MappingNode {
		r.foreign(false)
		return
	}
	apiVersion, kind := identity(root)
	if apiVersion == "" || kind == "" {
		r.foreign(true)
	} else {
		r.readObject(root, apiVersion, kind, false)
	}
	if tooLarge {
		r.tooManyAliases(r.at(root.Line), strings.TrimSpace(sanitize.Line(kind+" "+text(lookup(root, "metadata"), "name"), maxNameLength)), errExpands)
	}
	if apiVersion == "" || kind == "" {
		return
	}
	if strings.HasSuffix(kind, "List") {
		eachItem(lookup(root, "items"), func(item *yaml.Node) {
			if apiVersion, kind := identity(item); apiVersion != "" && kind != "" && r.roomForDocument() {
				r.readObject(item, apiVersion, kind, true)
			}
		})
	}
}

// tooManyAliases says of a document, named by kind and name where it has them,
// that what its aliases stand for is not read.
func (r *fileReader) tooManyAliases(at model.Location, name string, err error) {
	if name != "" {
		name += ": "
	}
	r.problem("DocumentTooLarge", at.String()+": "+name+err.Error(), "simplify its anchors and aliases")
}

// identity returns apiVersion and kind when both are strings.
func identity(root *yaml.Node) (apiVersion, kind string) {
	a, k := lookup(root, "apiVersion"), lookup(root, "kind")
	if a == nil || k == nil || a.Kind != yaml.ScalarNode || k.Kind != yaml.ScalarNode || a.ShortTag() != "!!str" || k.ShortTag() != "!!str" {
		return "", ""
	}
	return a.Value, k.Value
}

func (r *fileReader) readObject(node *yaml.Node, apiVersion, kind string, item bool) {
	metadata := lookup(node, "metadata")
	nameKey, _ := lookupKey(metadata, "name")
	document := model.Document{
		Location:   model.Location{File: r.file.shown, Line: node.Line, Document: r.index},
		APIVersion: r.shareString(apiVersion),
		Kind:       r.shareString(kind),
		Namespace:  r.shareString(text(metadata, "namespace")),
		Name:       sanitize.Line(text(metadata, "name"), maxNameLength),
		Local:      r.file.state == fileUntracked,
		Encrypted:  isSOPS(node),
		Item:       item,
	}
	if nameKey != nil {
		document.NameLine = nameKey.Line
	}
	r.result.documents = append(r.result.documents, document)

	group, _ := model.SplitAPIVersion(apiVersion)
	row, known := fluxkind.Lookup(group, kind)
	if known || isFluxAPI(group) {
		r.readFlux(node, metadata, document, row, known)
		return
	}
	if isManifest(kind) {
		r.result.manifests = append(r.result.manifests, r.readManifest(node, metadata, document))
	}
}

// isFluxAPI is true for the API groups of Flux, of its first version too, whose
// objects are shown even when the table does not know their kind. Other groups
// of fluxcd.io are for configuration files of its tools.
func isFluxAPI(group string) bool {
	return fluxkind.IsGroup(group) && (strings.HasSuffix(group, ".toolkit.fluxcd.io") || strings.HasSuffix(group, ".extensions.fluxcd.io") ||
		group == fluxkind.GroupOperator || group == fluxkind.GroupFlagger || group == "helm.fluxcd.io")
}

// readFlux adds a Flux object.
func (r *fileReader) readFlux(node, metadata *yaml.Node, document model.Document, row fluxkind.Kind, known bool) {
	object := &model.Object{
		ID: document.ID(), APIVersion: document.APIVersion, Origin: model.FromRepository, Location: document.Location,
		Lines:  r.lines.find(node),
		Labels: r.sharedFields(metadata, "labels"), Annotations: r.sharedFields(metadata, "annotations"),
	}
	raw := parsedObject{Object: object}
	if spec := lookup(node, "spec"); spec != nil {
		var err error
		if object.RawSpec, err = nodeJSON(spec, false); err != nil {
			r.tooManyAliases(document.Location, document.Kind+" "+document.Name, err)
			object.RawSpec = nil
		}
	}
	if known {
		raw.spec, _ = row.Decode(object.RawSpec)
		object.Spec = raw.spec
		if !plainJSON(object.RawSpec) {
			if clean, err := nodeJSON(lookup(node, "spec"), true); err == nil {
				object.Spec, _ = row.Decode(clean)
			}
		}
	}
	r.result.objects = append(r.result.objects, raw)
}

// sharedFields returns the scalar fields of a mapping field such as labels.
func (r *fileReader) sharedFields(mapping *yaml.Node, name string) map[string]string {
	var fields map[string]string
	eachField(lookup(mapping, name), func(key, value *yaml.Node) {
		if value.Kind == yaml.ScalarNode && key.Kind == yaml.ScalarNode {
			if fields == nil {
				fields = map[string]string{}
			}
			fields[r.shareString(key.Value)] = r.shareString(value.Value)
		}
	})
	return fields
}

func (r *fileReader) sharePairs(pairs [][2][]byte) map[string]string {
	if len(pairs) == 0 {
		return nil
	}
	fields := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		fields[r.share(pair[0])] = r.share(pair[1])
	}
	return fields
}

// share returns the text, cleaned, and the same string for the same text.
func (r *fileReader) share(text []byte) string {
	if shared, ok := r.shared[string(text)]; ok {
		return shared
	}
	return r.remember(string(text))
}

func (r *fileReader) shareString(text string) string {
	if shared, ok := r.shared[text]; ok {
		return shared
	}
	return r.remember(text)
}

func (r *fileReader) remember(text string) string {
	clean := sanitize.Text(text, 0)
	if !strings.Contains(clean, "\n") {
		clean = sanitize.Line(text, 0)
	}
	if len(r.shared) < maxSharedNames && len(text) <= maxNameLength {
		r.shared[text] = clean
	}
	return clean
}
