package render

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// traced is one object on its way through the kustomizations of a build. What
// kustomize makes of it is taken from kustomize; this is how it came there.
type traced struct {
	// node is the object as it is so far, with tagged lines.
	node     *yaml.Node
	location model.Location
	// name and namespace are those that the object began with, names all that
	// it had, as targets of patches may name either.
	name, namespace string
	names           []string
	// generated objects get their hash at the very end.
	generated bool
	// entry is that of the generator.
	entry   string
	steps   []model.AppliedStep
	deleted bool
}

func (t *traced) kind() string         { return text(t.node, "kind") }
func (t *traced) currentName() string  { return text(t.node, "metadata", "name") }
func (t *traced) currentSpace() string { return text(t.node, "metadata", "namespace") }

// tracer follows the objects of one build.
type tracer struct {
	view    *view
	docs    map[string][]document
	origins origins
	// steps are all that ran, for what kustomize did beyond them.
	steps []*step
	// owner is the Flux object that builds the outermost kustomization; nil when
	// none does.
	owner *owner
	// outermost is the place of that kustomization.
	outermost model.Location
}

// step is one entry of a kustomization: whom it changes, and how.
type step struct {
	model.Step
	// matches and apply are nil for steps that are left to kustomize.
	matches func(*traced) bool
	// edit changes single fields. apply does what may change anything: it returns
	// the node as it is afterwards, nil when the object is deleted.
	edit  func(*traced, *edit)
	apply func(*traced) *yaml.Node
	// line is the line of the step's file that its changes come from; 0 for
	// strategic merge patches, whose nodes tell theirs.
	line int
	// patch is a strategic merge patch.
	patch *yaml.Node
	// name and value are those that the step sets.
	name, value string
	// targets are the paths of the fields that a replacement sets.
	targets []string
}

// object begins to trace an object that a document defines.
func (t *tracer) object(node *yaml.Node, location model.Location) *traced {
	found := &traced{node: node, location: location}
	found.name, found.namespace = found.currentName(), found.currentSpace()
	found.names = []string{found.name}
	return found
}

// layer traces what a kustomization gives, on top of what its parent has when
// it is a component.
func (t *tracer) layer(l *layer, objects []*traced) []*traced {
	for _, resource := range l.resources {
		if resource.layer != nil {
			objects = append(objects, t.layer(resource.layer, nil)...)
			continue
		}
		objects = append(objects, t.file(resource.file)...)
	}
	if l.kustomization == nil {
		return objects
	}
	objects = t.generators(l, objects)
	for _, component := range l.components {
		objects = t.layer(component, objects)
	}
	for _, step := range t.stepsOf(l) {
		t.steps = append(t.steps, step)
		for _, object := range objects {
			t.run(step, object)
		}
	}
	return slices.DeleteFunc(objects, func(o *traced) bool { return o.deleted })
}

// run lets a step change an object, and notes what it did.
func (t *tracer) run(s *step, object *traced) {
	if object.deleted || s.edit == nil && s.apply == nil || !s.matches(object) {
		return
	}
	var changed edit
	if s.edit != nil {
		s.edit(object, &changed)
	} else {
		before := object.node
		object.node = clone(before)
		if object.node = s.apply(object); object.node == nil {
			object.deleted = true
			return
		}
		changed = diff(before, object.node)
	}
	if name := object.currentName(); !slices.Contains(object.names, name) {
		object.names = append(object.names, name)
	}
	t.record(object, s, changed)
}

// record notes the differences that a step made.
func (t *tracer) record(object *traced, s *step, differences []difference) {
	if len(differences) == 0 {
		return
	}
	secret := object.kind() == "Secret"
	applied := model.AppliedStep{Step: s.Step, Fields: make([]model.FieldChange, 0, len(differences))}
	for _, d := range differences {
		applied.Fields = append(applied.Fields, t.change(s, d, secret))
	}
	if last := len(object.steps) - 1; last >= 0 && object.steps[last].Step == s.Step {
		object.steps[last].Fields = append(object.steps[last].Fields, applied.Fields...)
		return
	}
	object.steps = append(object.steps, applied)
}

func (t *tracer) change(s *step, d difference, secret bool) model.FieldChange {
	change := model.FieldChange{
		Field: sanitize.Line(d.path, 0), Before: shown(d.before, secret, d.path), After: shown(d.after, secret, d.path), Line: s.Location.Line,
	}
	if s.line != 0 {
		change.Line = s.line
		return change
	}
	nodes := []*yaml.Node{d.after, d.key}
	if d.before == nil {
		nodes = []*yaml.Node{d.key, d.after}
	}
	for _, node := range nodes {
		if node == nil || d.after == nil {
			continue
		}
		if at, cause := t.origins.at(node); cause != nil && *cause == s.Step {
			change.Line = at.Line
			return change
		}
	}
	if node := nearest(s.patch, d.path, d.before); node != nil {
		at, _ := t.origins.at(node)
		change.Line = at.Line
	}
	return change
}

// nearest is the node of a patch that stands for a field which the patch
// removes, or its closest parent.
func nearest(patch *yaml.Node, path string, removed *yaml.Node) *yaml.Node {
	node := patch
	for _, part := range entryParts.FindAllString(path, -1) {
		var next *yaml.Node
		if part[0] == '[' {
			for _, item := range items(node) {
				if name := text(item, "name"); len(node.Content) == 1 || name != "" && name == text(removed, "name") {
					next = item
				}
			}
		} else {
			next = field(node, part)
		}
		if next == nil {
			break
		}
		node = next
	}
	return node
}

// shown is a value as changes show it.
func shown(node *yaml.Node, secret bool, path string) string {
	if node == nil || secret && !strings.HasPrefix(path, "metadata.") {
		return ""
	}
	out := appendJSON(nil, node, func(value string) string { return sanitize.Text(value, maxShownValue) })
	return sanitize.Line(string(out), maxShownValue)
}

// file traces the objects that a file defines.
func (t *tracer) file(name string) []*traced {
	var objects []*traced
	for _, doc := range t.docs[name] {
		doc.node = clone(doc.node)
		location := model.Location{File: sanitize.Path(name), Line: doc.node.Line, Document: doc.index}
		t.origins.tag(doc.node, origin{file: location.File})
		if list := field(doc.node, "items"); list != nil && strings.HasSuffix(text(doc.node, "kind"), "List") {
			for _, item := range items(list) {
				at, _ := t.origins.at(item)
				objects = append(objects, t.object(item, model.Location{File: location.File, Line: at.Line, Document: doc.index}))
			}
			continue
		}
		if doc.node.Kind == yaml.MappingNode {
			objects = append(objects, t.object(doc.node, location))
		}
	}
	return objects
}

// generators adds the ConfigMaps and Secrets that a kustomization generates.
// Their content is left to kustomize.
func (t *tracer) generators(l *layer, objects []*traced) []*traced {
	add := func(kind, entry string, args *types.GeneratorArgs) {
		declared := t.declared(l, entry)
		matches := func(o *traced) bool {
			return o.kind() == kind && slices.Contains(o.names, args.Name) && (args.Namespace == "" || args.Namespace == o.currentSpace())
		}
		if args.Behavior == "merge" || args.Behavior == "replace" {
			t.steps = append(t.steps, &step{Step: model.Step{Kind: model.StepGenerator, Entry: entry, Declared: declared, Location: declared}, matches: matches})
			return
		}
		node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		set(node, "apiVersion", scalar("v1"))
		set(node, "kind", scalar(kind))
		meta := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		set(meta, "name", scalar(args.Name))
		if args.Namespace != "" {
			set(meta, "namespace", scalar(args.Namespace))
		}
		set(node, "metadata", meta)
		object := t.object(node, declared)
		object.generated, object.entry = true, entry
		objects = append(objects, object)
	}
	for i := range l.kustomization.ConfigMapGenerator {
		add("ConfigMap", "configMapGenerator["+strconv.Itoa(i)+"]", &l.kustomization.ConfigMapGenerator[i].GeneratorArgs)
	}
	for i := range l.kustomization.SecretGenerator {
		add("Secret", "secretGenerator["+strconv.Itoa(i)+"]", &l.kustomization.SecretGenerator[i].GeneratorArgs)
	}
	return objects
}

// declared is the place of an entry of a kustomization file.
func (t *tracer) declared(l *layer, entry string) model.Location {
	location := model.Location{File: sanitize.Path(l.file), Line: 1}
	node := l.node
	for _, part := range entryParts.FindAllString(entry, -1) {
		if node == nil {
			break
		}
		if part[0] == '[' {
			i, err := strconv.Atoi(part[1 : len(part)-1])
			if err != nil || i >= len(items(node)) {
				break
			}
			node = node.Content[i]
			location.Line = node.Line
			continue
		}
		var found *yaml.Node
		eachField(node, func(key, value *yaml.Node) {
			if key.Value == part {
				found, location.Line = value, key.Line
			}
		})
		node = found
	}
	return location
}

var entryParts = regexp.MustCompile(`[^.\[\]]+|\[\d+\]`)

// entryNode is the node of an entry of a kustomization file; nil when the file
// does not have it.
func entryNode(l *layer, list string, i int) *yaml.Node {
	if all := items(field(l.node, list)); i < len(all) {
		return all[i]
	}
	return nil
}

// stepsOf lists what a kustomization does to objects, in kustomize's order.
//
//nolint:staticcheck // files still hold the deprecated fields
func (t *tracer) stepsOf(l *layer) []*step {
	k := l.kustomization
	own := func(kind model.StepKind, entry string) model.Step {
		declared := t.declared(l, entry)
		return model.Step{Kind: kind, Entry: entry, Declared: declared, Location: declared}
	}
	flux := func(kind model.StepKind, entry string) model.Step { return t.owner.step(kind, "spec."+entry) }
	// what is asked for by the spec stands in it, not in the file
	either := func(isFlux bool) func(model.StepKind, string) model.Step {
		if isFlux {
			return flux
		}
		return own
	}
	isRoot := t.owner != nil && t.owner.layer == l
	var spec kustomizationSpec
	if isRoot {
		spec = t.owner.spec
	}

	var steps []*step
	for i, patch := range k.PatchesStrategicMerge {
		step, content := own(model.StepPatch, "patchesStrategicMerge["+strconv.Itoa(i)+"]"), string(patch)
		offset := t.textLine(entryNode(l, "patchesStrategicMerge", i), step.Declared.Line)
		if from := len(k.PatchesStrategicMerge) - len(spec.PatchesStrategicMerge); i >= from {
			step = flux(model.StepPatch, "patchesStrategicMerge["+strconv.Itoa(i-from)+"]")
			offset = step.Location.Line
		}
		file := ""
		if !strings.Contains(content, "\n") && t.view.kind(inTree(path.Join("/", l.dir, content))) == isFile {
			file, content = path.Join(l.dir, content), ""
		}
		steps = append(steps, t.patches(step, file, content, offset, nil)...)
	}
	for i, patch := range k.Patches {
		step := own(model.StepPatch, "patches["+strconv.Itoa(i)+"]")
		offset := t.textLine(field(entryNode(l, "patches", i), "patch"), step.Declared.Line)
		if from := len(k.Patches) - len(spec.Patches); i >= from && isRoot {
			entry := t.owner.patch(i - from)
			step = t.owner.step(model.StepPatch, entry)
			p := t.owner.places.of(entry + ".patch")
			offset, step.Cause = p.Text, p.Cause
		}
		file := ""
		if patch.Path != "" {
			file = path.Join(l.dir, patch.Path)
		}
		steps = append(steps, t.patches(step, file, patch.Patch, offset, patch.Target)...)
	}
	if k.Namespace != "" {
		step := either(spec.TargetNamespace != nil)
		entry := "namespace"
		if spec.TargetNamespace != nil {
			entry = "targetNamespace"
		}
		steps = append(steps, namespaceStep(step(model.StepNamespace, entry), k.Namespace))
	}
	if k.NamePrefix != "" {
		steps = append(steps, nameStep(either(spec.NamePrefix != nil)(model.StepNamePrefix, "namePrefix"), k.NamePrefix, ""))
	}
	if k.NameSuffix != "" {
		steps = append(steps, nameStep(either(spec.NameSuffix != nil)(model.StepNameSuffix, "nameSuffix"), "", k.NameSuffix))
	}
	for i := range k.Labels {
		label := &k.Labels[i]
		steps = append(steps, t.labelSteps(own, l, "labels["+strconv.Itoa(i)+"].pairs", label)...)
	}
	if len(k.CommonLabels) > 0 {
		steps = append(steps, t.labelSteps(own, l, "commonLabels", &types.Label{Pairs: k.CommonLabels, IncludeSelectors: true})...)
	}
	for _, name := range sortedKeys(k.CommonAnnotations) {
		steps = append(steps, annotationStep(own(model.StepAnnotations, "commonAnnotations."+name), name, k.CommonAnnotations[name]))
	}
	for i, patch := range k.PatchesJson6902 {
		step := own(model.StepPatch, "patchesJson6902["+strconv.Itoa(i)+"]")
		offset := t.textLine(field(entryNode(l, "patchesJson6902", i), "patch"), step.Declared.Line)
		if from := len(k.PatchesJson6902) - len(spec.PatchesJSON6902); i >= from {
			step = flux(model.StepPatch, "patchesJson6902["+strconv.Itoa(i-from)+"]")
			offset = step.Location.Line
		}
		file := ""
		if patch.Path != "" {
			file = path.Join(l.dir, patch.Path)
		}
		steps = append(steps, t.patches(step, file, patch.Patch, offset, patch.Target)...)
	}
	for i, replica := range k.Replicas {
		steps = append(steps, replicaStep(own(model.StepReplicas, "replicas["+strconv.Itoa(i)+"]"), replica))
	}
	for i := range k.Images {
		image := k.Images[i]
		step := own(model.StepImages, "images["+strconv.Itoa(i)+"]")
		for j := range spec.Images {
			if spec.Images[j].Name == image.Name {
				step = flux(model.StepImages, "images["+strconv.Itoa(j)+"]")
			}
		}
		steps = append(steps, imageStep(step, image))
	}
	for i := range k.Replacements {
		steps = append(steps, t.replacements(l, own(model.StepReplacement, "replacements["+strconv.Itoa(i)+"]"), &k.Replacements[i])...)
	}
	for i := range k.Transformers {
		steps = append(steps, &step{Step: own(model.StepTransformer, "transformers["+strconv.Itoa(i)+"]")})
	}
	if len(k.BuildMetadata) > 0 {
		steps = append(steps, &step{Step: own(model.StepKustomize, "buildMetadata")})
	}
	for i := range k.Vars {
		steps = append(steps, &step{Step: own(model.StepVariable, "vars["+strconv.Itoa(i)+"]"), name: k.Vars[i].Name})
	}
	return steps
}

// replacements are the steps of one entry of replacements, which kustomize does
// alone; only the paths that they set are needed.
func (t *tracer) replacements(l *layer, s model.Step, entry *types.ReplacementField) []*step {
	if entry.Path == "" {
		found := &step{Step: s}
		for _, target := range entry.Targets {
			if target != nil {
				found.targets = append(found.targets, target.FieldPaths...)
			}
		}
		return []*step{found}
	}
	var steps []*step
	for _, doc := range t.docs[inTree(path.Join("/", l.dir, entry.Path))] {
		list := items(doc.node)
		if doc.node.Kind == yaml.MappingNode {
			list = []*yaml.Node{doc.node}
		}
		for _, item := range list {
			found := &step{Step: s}
			found.Location = model.Location{File: sanitize.Path(inTree(path.Join("/", l.dir, entry.Path))), Line: item.Line}
			for _, target := range items(field(item, "targets")) {
				for _, fieldPath := range items(field(target, "fieldPaths")) {
					found.targets = append(found.targets, fieldPath.Value)
				}
			}
			steps = append(steps, found)
		}
	}
	return steps
}

// textLine is the line on which the text of a scalar starts.
func (t *tracer) textLine(node *yaml.Node, otherwise int) int {
	if node == nil {
		return otherwise
	}
	if node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return node.Line + 1
	}
	return node.Line
}
