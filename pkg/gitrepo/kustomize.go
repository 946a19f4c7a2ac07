package gitrepo

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// kustomizationFiles are the names that kustomize accepts, in the order in
// which Flux looks for them.
var kustomizationFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

func isKustomizationFile(base string) bool { return slices.Contains(kustomizationFiles, base) }

// kustomization is what a kustomization file says, before its entries are
// looked for in the tree.
type kustomization struct {
	facts   model.KustomizeFile
	entries []entry
}

// entry is one path that a kustomization names, by the bytes of the file.
type entry struct {
	path  string
	field string
	line  int
	kind  entryKind
}

type entryKind uint8

const (
	// entryResource is a file, a folder with a kustomization, or remote.
	entryResource entryKind = iota
	// entryPatch is a file with a patch.
	entryPatch
	// entryInput is a file that something is made of.
	entryInput
	// entryDisabled stands in a comment.
	entryDisabled
)

// pathFields are the fields that list paths. Inline documents may stand in the
// place of those marked so.
var pathFields = map[string]struct {
	kind       entryKind
	inline     bool
	deprecated bool
}{
	"resources":             {kind: entryResource},
	"components":            {kind: entryResource},
	"bases":                 {kind: entryResource, deprecated: true},
	"generators":            {kind: entryResource, inline: true},
	"transformers":          {kind: entryResource, inline: true},
	"validators":            {kind: entryResource, inline: true},
	"crds":                  {kind: entryInput},
	"configurations":        {kind: entryInput},
	"patchesStrategicMerge": {kind: entryPatch, inline: true, deprecated: true},
}

// deprecatedFields are fields that kustomize has replaced and that list no
// paths of the tree, or not as text; helmCharts needs a plugin, which Flux does
// not run.
var deprecatedFields = []string{"commonLabels", "helmChartInflationGenerator", "helmCharts", "imageTags", "patchesJson6902", "vars"}

// readKustomization reads a kustomization file; nil means that it is none, as
// when a Flux Kustomization stands in a file of that name.
func readKustomization(root *yaml.Node, source chunk) *kustomization {
	group, _ := model.SplitAPIVersion(text(root, "apiVersion"))
	if root.Kind != yaml.MappingNode || fluxkind.IsGroup(group) {
		return nil
	}
	clean := func(node *yaml.Node, field string) string { return sanitize.Line(text(node, field), maxNameLength) }
	k := &kustomization{facts: model.KustomizeFile{
		APIVersion: clean(root, "apiVersion"), Kind: clean(root, "kind"), Namespace: clean(root, "namespace"),
		NamePrefix: clean(root, "namePrefix"), NameSuffix: clean(root, "nameSuffix"),
	}}
	eachField(root, func(key, value *yaml.Node) {
		field := key.Value
		if spec, ok := pathFields[field]; ok {
			if spec.deprecated {
				k.deprecated(key)
			}
			eachItem(value, func(item *yaml.Node) {
				if item.Kind == yaml.ScalarNode && !(spec.inline && isInline(item.Value)) {
					k.add(item.Value, field, item.Line, spec.kind)
				}
			})
			return
		}
		if slices.Contains(deprecatedFields, field) {
			k.deprecated(key)
		}
		switch field {
		case "patches", "patchesJson6902":
			k.addFields(value, field, entryPatch, "path")
		case "replacements":
			k.addFields(value, field, entryInput, "path")
		case "helmCharts":
			k.addFields(value, field, entryInput, "valuesFile", "additionalValuesFiles")
		case "openapi":
			if path := lookup(value, "path"); path != nil && path.Kind == yaml.ScalarNode {
				k.add(path.Value, field, path.Line, entryInput)
			}
		case "configMapGenerator":
			k.addGenerators(root, value, field, "ConfigMap")
		case "secretGenerator":
			k.addGenerators(root, value, field, "Secret")
		case "images":
			eachItem(value, func(item *yaml.Node) {
				image := model.KustomizeImage{
					Name: clean(item, "name"), NewName: clean(item, "newName"), NewTag: clean(item, "newTag"), Digest: clean(item, "digest"),
					Line: item.Line,
				}
				if tag := lookup(item, "newTag"); tag != nil {
					image.Line = tag.Line
				}
				k.facts.Images = append(k.facts.Images, image)
			})
		}
	})
	k.addDisabled(source)
	return k
}

func (k *kustomization) deprecated(key *yaml.Node) {
	k.facts.Deprecated = append(k.facts.Deprecated, model.KustomizeField{Name: key.Value, Line: key.Line})
}

func (k *kustomization) add(path, field string, line int, kind entryKind) {
	if path != "" && len(k.entries) < maxEntries {
		k.entries = append(k.entries, entry{path: path, field: field, line: line, kind: kind})
	}
}

// addFields adds the paths that the fields of the items of a list name.
func (k *kustomization) addFields(list *yaml.Node, field string, kind entryKind, names ...string) {
	eachItem(list, func(item *yaml.Node) {
		for _, name := range names {
			switch value := lookup(item, name); {
			case value == nil:
			case value.Kind == yaml.ScalarNode:
				if !isNull(value) {
					k.add(value.Value, field, value.Line, kind)
				}
			case value.Kind == yaml.SequenceNode:
				eachItem(value, func(path *yaml.Node) {
					if path.Kind == yaml.ScalarNode {
						k.add(path.Value, field, path.Line, kind)
					}
				})
			}
		}
	})
}

// addGenerators adds the objects that a generator makes and the files that it
// reads.
func (k *kustomization) addGenerators(root, list *yaml.Node, field, kind string) {
	hashed := text(lookup(root, "generatorOptions"), "disableNameSuffixHash") != "true"
	eachItem(list, func(item *yaml.Node) {
		object := model.GeneratedObject{
			Kind: kind, Name: sanitize.Line(text(item, "name"), maxNameLength), Namespace: sanitize.Line(text(item, "namespace"), maxNameLength),
			Line: item.Line, Hashed: hashed && text(lookup(item, "options"), "disableNameSuffixHash") != "true",
		}
		eachItem(lookup(item, "files"), func(file *yaml.Node) {
			// key=path, or a path whose last part becomes the key.
			key, path, ok := strings.Cut(file.Value, "=")
			if !ok {
				path = file.Value
				key = path[strings.LastIndexByte(path, '/')+1:]
			}
			object.Keys = append(object.Keys, sanitize.Line(key, maxNameLength))
			k.add(path, field, file.Line, entryInput)
		})
		eachItem(lookup(item, "literals"), func(literal *yaml.Node) {
			key, value, _ := strings.Cut(literal.Value, "=")
			key = sanitize.Line(key, maxNameLength)
			object.Keys = append(object.Keys, key)
			object.Literals = append(object.Literals, model.Entry{
				Field: "literals", Key: key, Line: literal.Line, Class: model.ClassifyValue(strings.Trim(value, `"'`)),
			})
		})
		eachItem(lookup(item, "envs"), func(file *yaml.Node) {
			k.add(file.Value, field, file.Line, entryInput)
		})
		if env := lookup(item, "env"); env != nil && env.Kind == yaml.ScalarNode && !isNull(env) {
			k.add(env.Value, field, env.Line, entryInput)
		}
		k.facts.Generated = append(k.facts.Generated, object)
	})
}

// isInline is true for text that is a document rather than a path.
func isInline(text string) bool {
	return strings.ContainsAny(text, "\n{") || strings.Contains(text, ": ")
}

var (
	topField      = lazyregexp.New(`^(?:#\s?)?([a-zA-Z]+):\s*(?:#.*)?$`)
	disabledEntry = lazyregexp.New(`^\s*#[\s#]*-\s+(?:path:\s*)?["']?([^\s"'#:]+)["']?\s*(?:#.*)?$`)
)

// addDisabled adds list items that stand in comments. Whether they were entries
// shows when they name something of the tree.
func (k *kustomization) addDisabled(source chunk) {
	if !bytes.Contains(source.text, []byte("#")) {
		return
	}
	field, line := "", source.line-1
	for text := range bytes.Lines(source.text) {
		line++
		text = bytes.TrimRight(text, "\r\n")
		if len(text) > maxSkimKey {
			continue
		}
		if match := topField().FindSubmatch(text); match != nil {
			field = string(match[1])
			continue
		}
		if _, ok := pathFields[field]; !ok && field != "patches" {
			continue
		}
		if match := disabledEntry().FindSubmatch(text); match != nil {
			k.add(string(match[1]), field, line, entryDisabled)
		}
	}
}

// isRemote is true for an entry that kustomize fetches from elsewhere: a URL, an
// address as scp writes it, or one of the forms for Git without a scheme.
func isRemote(path string) bool {
	switch {
	case strings.Contains(path, "://"),
		strings.HasPrefix(path, "git::"), strings.HasPrefix(path, "gh:"),
		strings.HasPrefix(path, "github.com/"), strings.HasPrefix(path, "github.com:"), strings.HasPrefix(path, "git@"),
		strings.Contains(path, "?ref="), strings.Contains(path, "?version="):
		return true
	}
	host, _, ok := strings.Cut(path, ":")
	if ok && strings.Contains(host, "@") && !strings.Contains(host, "/") {
		return true
	}
	return strings.Contains(path, ".git//") || strings.HasSuffix(path, ".git") && strings.Contains(path, ".") && !strings.HasPrefix(path, ".")
}
