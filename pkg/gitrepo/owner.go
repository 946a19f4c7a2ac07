package gitrepo

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// findBuilds finds out what each Flux object builds.
func (g *graph) findBuilds() []model.Build {
	var builds []model.Build
	for o := range g.objects() {
		switch spec := o.spec.(type) {
		case *fluxkind.Kustomization:
			builds = append(builds, g.build(o, g.sources.of(o, spec.SourceRef), spec.Path, spec.Components, spec.TargetNamespace))
		case *fluxkind.FluxInstance, *fluxkind.HelmRelease:
			if sync, ok := syncOf(o, spec); ok {
				from := g.sources.of(o, fluxkind.ObjectRef{Kind: sync.kind, Name: sync.name})
				builds = append(builds, g.build(o, from, sync.path, nil, ""))
			}
		case *fluxkind.ResourceSet:
			for _, to := range resourceSetPaths(spec) {
				builds = append(builds, g.build(o, g.sources.repository(model.SourceUnknown, "", nil), to, nil, ""))
			}
		}
	}
	return builds
}

// build makes the facts of one build, and notes at the files that it reaches
// them.
func (g *graph) build(o written, from content, to string, components []string, targetNamespace string) model.Build {
	folder, climbs := clamp(to)
	b := model.Build{Owner: o.ID, Location: o.Location, Path: sanitize.Path(folder), Climbs: climbs, Source: from.source}
	if from.view.paths == nil || isTemplated(to) {
		if from.source == model.SourceTree || from.source == model.SourceAssumed {
			b.Source = model.SourceUnknown
		}
		return b
	}
	if from.origins == nil && from.view.root == "" {
		inside, ok := g.sources.inScan(folder)
		switch {
		case ok:
			folder = inside
		case !g.all.folders[folder]:
			// Outside of what is scanned.
			b.Source = model.SourceUnknown
			return b
		}
	}
	folder = path.Join(from.view.root, folder)
	if b.Found = from.view.folders[folder]; !b.Found {
		return b
	}
	if b.Source == model.SourceUnknown {
		if folder == "" {
			// Every repository has a root: that says nothing.
			b.Found = false
			return b
		}
		b.Source = model.SourceAssumed
	}
	origin := folder
	if from.origins != nil {
		origin = from.origins[folder]
	}
	b.Path = sanitize.Path(origin)

	builder := g.builder(from.view, from.ignored)
	made := builder.fluxPath(folder)
	if k := from.view.kustomization(folder); k != nil {
		b.Kustomization = k.shown
	}
	for _, component := range components {
		if name, ok := builder.resolve(folder, component); ok {
			if k := from.view.kustomization(name); k != nil {
				made = joined(made, builder.folder(name, k, 0))
			}
		}
	}
	if isTemplated(targetNamespace) {
		targetNamespace = ""
	}
	for _, p := range made.parts {
		known := g.of(p.file)
		known.reached = true
		if p.use == useResource {
			namespace := p.namespace
			if targetNamespace != "" {
				namespace = sanitize.Line(targetNamespace, maxNameLength)
			}
			known.addNamespace(namespace)
		}
	}
	b.Files = made.files()
	if b.Kustomization == "" {
		b.Foreign = shownNames(made.foreign)
	}
	if len(from.view.ignored) > 0 {
		for _, name := range from.view.below(folder) {
			if f := from.view.files[name]; from.view.ignored[f] && f.parsed != nil && g.room(1, f) {
				b.Ignored = append(b.Ignored, f.shown)
			}
		}
	}
	return b
}

func joined(a, b *built) *built {
	return &built{parts: slices.Concat(a.parts, b.parts), foreign: a.foreign}
}

func shownNames(files []*file) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.shown)
	}
	slices.Sort(names)
	return names
}

var (
	resourceSetInput = lazyregexp.New(`<<-?\s*inputs\.([A-Za-z0-9_]+)\s*(?:\|[^<>]*)?-?>>`)
	templatedPath    = lazyregexp.New(`(?m)^\s*path:\s*["']?([^\s"'#][^"'#\n]*)`)
)

// resourceSetPaths lists the folders that the Kustomizations of a ResourceSet
// build, for each of the inputs that it holds itself. Where an input comes from
// elsewhere, it is the folder above: all that may be meant.
func resourceSetPaths(spec *fluxkind.ResourceSet) []string {
	var templates []string
	for _, resource := range spec.Resources {
		var kustomization struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Spec       struct {
				Path string `json:"path"`
			} `json:"spec"`
		}
		_ = json.Unmarshal(resource, &kustomization) // What does not fit is no Kustomization.
		group, _ := model.SplitAPIVersion(kustomization.APIVersion)
		if kustomization.Kind == "Kustomization" && group == fluxkind.GroupKustomize && kustomization.Spec.Path != "" {
			templates = append(templates, kustomization.Spec.Path)
		}
	}
	for document := range strings.SplitSeq(spec.ResourcesTemplate, "\n---") {
		if strings.Contains(document, fluxkind.GroupKustomize+"/") && strings.Contains(document, "kind: Kustomization") {
			if match := templatedPath().FindStringSubmatch(document); match != nil {
				templates = append(templates, strings.TrimSpace(match[1]))
			}
		}
	}
	var found []string
	for _, template := range templates {
		if !strings.Contains(template, "<<") {
			found = append(found, template)
			continue
		}
		inputs := spec.Inputs[:min(len(spec.Inputs), maxArtifacts)]
		if len(inputs) == 0 {
			found = append(found, aboveTemplate(template))
		}
		for _, input := range inputs {
			var values map[string]any
			_ = json.Unmarshal(input, &values)
			filled := resourceSetInput().ReplaceAllStringFunc(template, func(expression string) string {
				if value, ok := values[resourceSetInput().FindStringSubmatch(expression)[1]].(string); ok {
					return value
				}
				return expression
			})
			found = append(found, aboveTemplate(filled))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// aboveTemplate cuts a path before the first part with an expression.
func aboveTemplate(to string) string {
	if i := strings.Index(to, "<<"); i >= 0 {
		return folderOf(to[:i]) + "/"
	}
	return to
}
