package render

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/semaphore"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// result is what a build gives; all of it can be kept in a file.
type result struct {
	State   model.BuildState
	Reason  string
	Path    string
	Objects []model.EffectiveObject
	// Places are those of the objects that make others themselves, by index.
	Places  map[int]places
	Unknown []model.ID
	// cached is true for one that an earlier run had built.
	cached bool
}

// failure is a result for an error of Flux.
func failure(err error) *result {
	return &result{State: model.BuildFailed, Reason: sanitize.Line(err.Error(), 0)}
}

// refusal is a result for a build that is not tried.
func refusal(err error) *result {
	refused := failure(err)
	switch {
	case errors.Is(err, errRemote):
		refused.State = model.BuildUnknown
	case errors.Is(err, errBuildTooLarge), errors.Is(err, errFileTooLarge), errors.Is(err, errExpands), errors.Is(err, errGrows):
		refused.State = model.BuildSkipped
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		refused.State, refused.Reason = model.BuildSkipped, "the time was up"
	}
	return refused
}

// schemaLock guards the one OpenAPI schema that kustomize has for the whole
// process: builds that bring their own run alone.
var schemaLock sync.RWMutex

// builder builds Kustomizations from one tree.
type builder struct {
	tree   *tree
	parsed *parsedFiles
	// inFlight bounds what the builds that run at the same time read, in bytes:
	// each byte costs some 100 bytes of memory.
	inFlight *semaphore.Weighted
}

func newBuilder(files fs.FS) *builder {
	return &builder{
		tree: newTree(files), parsed: &parsedFiles{files: map[string]*parsedFile{}},
		inFlight: semaphore.NewWeighted(maxBuildBytes),
	}
}

// build builds what a Flux Kustomization builds.
func (b *builder) build(v *view, o *owner, dir string, vars *variables) *result {
	if err := o.decode(); err != nil {
		return failure(err)
	}
	k, file, err := fluxKustomization(v, dir, &o.spec)
	if err != nil {
		if refused := refusal(err); refused.State != model.BuildFailed {
			return refused
		}
		return failure(err)
	}
	root := &layer{dir: dir, kustomization: k}
	if content, err := v.read(file); err == nil {
		root.file = file
		root.node = b.parsed.parse(content).node
	}
	o.layer = root
	built := b.layers(v, o, root, file, vars)
	built.Path = dir
	return built
}

// layers builds a kustomization that stands, or will be written, in file.
func (b *builder) layers(v *view, o *owner, root *layer, file string, vars *variables) *result {
	p := newPlan(v, b.parsed)
	p.root = root
	p.follow(root, nil)
	if p.refused != nil {
		return refusal(p.refused)
	}
	if err := overwrite(v, root, file); err != nil {
		return failure(err)
	}
	if err := b.inFlight.Acquire(v.ctx, int64(p.bytes)); err != nil {
		return refusal(err)
	}
	defer b.inFlight.Release(int64(p.bytes))
	if p.exclusive {
		schemaLock.Lock()
		defer schemaLock.Unlock()
		defer openapi.ResetOpenAPI()
	} else {
		schemaLock.RLock()
		defer schemaLock.RUnlock()
	}
	built, err := runKustomize(v, root.dir)
	if err != nil {
		if ctxErr := v.ctx.Err(); ctxErr != nil {
			return refusal(ctxErr)
		}
		return failure(fmt.Errorf("kustomize build failed: %w", err))
	}
	return b.finish(v, o, p, built, vars)
}

// overwrite puts kustomizations that kustomize would not read as they should be
// in front of those of the tree.
func overwrite(v *view, root *layer, file string) error {
	write := func(l *layer, file string, always bool) error {
		if l.kustomization == nil {
			return nil
		}
		k, changed := modern(l.kustomization, func(name string) bool { return v.kind(inTree(path.Join("/", l.dir, name))) == isFile })
		if !changed && !always {
			return nil
		}
		content, err := k8syaml.Marshal(k)
		if err != nil {
			return err
		}
		v.written[file] = content
		return nil
	}
	var below func(l *layer) error
	below = func(l *layer) error {
		included := slices.Clone(l.components)
		for _, resource := range l.resources {
			if resource.layer != nil {
				included = append(included, resource.layer)
			}
		}
		for _, l := range included {
			if v.written[l.file] != nil {
				continue
			}
			if err := write(l, l.file, false); err != nil {
				return err
			}
			if err := below(l); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(root, file, true); err != nil {
		return err
	}
	return below(root)
}

// runKustomize builds as kustomize-controller does, but for the lock and the
// reset of the schema that pkg/kustomize does for each build: 100 ms each time,
// and one build at a time.
func runKustomize(v *view, dir string) (built resmap.ResMap, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered from kustomize build panic: %v", r)
		}
	}()
	silence()
	options := &krusty.Options{LoadRestrictions: types.LoadRestrictionsNone, PluginConfig: types.DisabledPluginConfig()}
	return krusty.MakeKustomizer(options).Run(v, "/"+dir)
}

// silence drops what kustomize logs: text of the tree, uncleaned, on the
// terminal. Nothing else in the program uses the standard logger. The warnings
// about deprecated fields that modern cannot replace still reach stderr; they
// hold no text of the tree.
var silence = sync.OnceFunc(func() { log.SetOutput(io.Discard) })

// finish does what the controller does between building and applying, and
// traces how each object became what it is.
func (b *builder) finish(v *view, o *owner, p *plan, built resmap.ResMap, vars *variables) *result {
	root, resources := p.root, built.Resources()
	if len(resources) > maxObjects {
		return refusal(errBuildTooLarge)
	}
	final := make([]*yaml.Node, len(resources))
	for i, res := range resources {
		final[i] = res.YNode()
		if err := writable(final[i]); err != nil {
			return failure(fmt.Errorf("kustomize build failed: %s/%s: %w", res.GetKind(), res.GetName(), err))
		}
		if res.GetName() == "" || res.GetKind() == "" || res.GetApiVersion() == "" {
			return failure(fmt.Errorf("failed to decode Kubernetes apiVersion, kind and name from: %s %s in /%s", res.GetKind(), res.GetName(), root.dir))
		}
	}
	t := &tracer{view: v, docs: p.docs, owner: o, outermost: model.Location{File: sanitize.Path(root.file), Line: 1}}
	if root.file == "" && o != nil {
		t.outermost = o.location
	}
	objects := t.explain(t.layer(root, nil), final)

	out := &result{State: model.BuildRendered, Places: map[int]places{}, Unknown: vars.unknown}
	for i, res := range resources {
		object, node := objects[i], final[i]
		changed, unresolved, err := vars.substitute(node)
		if err != nil {
			return failure(fmt.Errorf("post build failed for '%s/%s': %w", res.GetGvk(), res.GetName(), err))
		}
		t.recordSubstitution(object, vars, changed)
		if isKustomizeFile(node) {
			continue
		}
		if o != nil {
			t.finishObject(object, node)
			if excluded(node) {
				continue
			}
		}
		if err := checkTypes(node); err != nil {
			return failure(err)
		}
		effective := object.effective(node)
		effective.Unresolved = unresolved
		if makesOthers(effective.ID) {
			found := places{}
			placesOf(found, t.origins, "spec", field(adopt(node, object.node), "spec"))
			out.Places[len(out.Objects)] = found
		}
		out.Objects = append(out.Objects, effective)
	}
	return out
}

// finishObject sets what the controller sets on each object that it applies.
func (t *tracer) finishObject(object *traced, node *yaml.Node) {
	change := func(s model.Step, do func(*edit)) {
		var changed edit
		do(&changed)
		t.record(object, &step{Step: s, line: s.Location.Line}, changed)
	}
	if meta := t.owner.spec.CommonMetadata; meta != nil {
		for _, name := range sortedKeys(meta.Labels) {
			change(t.owner.step(model.StepCommonMetadata, "spec.commonMetadata.labels."+name), func(e *edit) {
				e.set("", node, meta.Labels[name], "metadata", "labels", name)
			})
		}
		for _, name := range sortedKeys(meta.Annotations) {
			change(t.owner.step(model.StepCommonMetadata, "spec.commonMetadata.annotations."+name), func(e *edit) {
				e.set("", node, meta.Annotations[name], "metadata", "annotations", name)
			})
		}
	}
	prefix := map[string]string{"Kustomization": fluxkind.GroupKustomize, "ResourceSet": "resourceset." + fluxkind.GroupOperator}[t.owner.id.Kind]
	if prefix != "" {
		change(t.owner.step(model.StepOwnerLabels, ""), func(e *edit) {
			e.set("", node, t.owner.id.Name, "metadata", "labels", prefix+"/name")
			e.set("", node, t.owner.id.Namespace, "metadata", "labels", prefix+"/namespace")
		})
	}
	change(t.owner.step(model.StepDefaults, ""), func(e *edit) { setDefaults(e, node) })
}

// setDefaults sets and removes what the controller's normalisation of built-in
// kinds does (github.com/fluxcd/pkg/ssa/normalize): the protocol of ports, and
// no status. Empty mappings that come from decoding are left out.
func setDefaults(e *edit, node *yaml.Node) {
	kind := text(node, "kind")
	if kind != "CustomResourceDefinition" {
		e.remove("", node, "status")
	}
	if meta := field(node, "metadata"); meta != nil && isNull(field(meta, "creationTimestamp")) {
		remove(meta, "creationTimestamp")
	}
	protocol := func(at string, ports *yaml.Node) {
		for i, port := range items(ports) {
			if text(port, "protocol") == "" {
				e.set(indexed(at, i), port, "TCP", "protocol")
			}
		}
	}
	var path []string
	switch {
	case kind == "Service" && text(node, "apiVersion") == "v1":
		protocol("spec.ports", field(node, "spec", "ports"))
		return
	case kind == "Pod":
		path = []string{"spec"}
	case kind == "CronJob":
		path = []string{"spec", "jobTemplate", "spec", "template", "spec"}
	case slices.Contains(workloads, kind) && kind != "ReplicationController":
		path = []string{"spec", "template", "spec"}
	default:
		return
	}
	path = append(path, "containers")
	for i, container := range items(field(node, path...)) {
		protocol(indexed(strings.Join(path, "."), i)+".ports", field(container, "ports"))
	}
}

// excluded objects are not applied.
func excluded(node *yaml.Node) bool {
	for _, of := range []string{"labels", "annotations"} {
		meta := field(node, "metadata", of)
		if strings.EqualFold(text(meta, fluxkind.GroupKustomize+"/reconcile"), "disabled") ||
			strings.EqualFold(text(meta, fluxkind.GroupKustomize+"/ssa"), "ignore") {
			return true
		}
	}
	return false
}

// isKustomizeFile is true for kustomizations of kustomize itself, which the
// controller passes over.
func isKustomizeFile(node *yaml.Node) bool {
	return strings.EqualFold(text(node, "kind"), "Kustomization") && strings.HasPrefix(text(node, "apiVersion"), "kustomize.config.k8s.io/")
}

// makesOthers is true for the kinds whose objects are owners.
func makesOthers(id model.ID) bool {
	switch id.Kind {
	case "Kustomization":
		return id.Group == fluxkind.GroupKustomize
	case "FluxInstance", "ResourceSet":
		return id.Group == fluxkind.GroupOperator
	}
	return false
}

// effective is the object as others see it.
func (o *traced) effective(node *yaml.Node) model.EffectiveObject {
	return model.EffectiveObject{
		ID: identity(node), APIVersion: sanitize.Line(text(node, "apiVersion"), 0), Location: o.location, Body: body(node), Steps: o.steps,
	}
}

func identity(node *yaml.Node) model.ID {
	group, _ := model.SplitAPIVersion(sanitize.Line(text(node, "apiVersion"), 0))
	return model.ID{
		Group: group, Kind: sanitize.Line(text(node, "kind"), 0),
		Namespace: sanitize.Line(text(node, "metadata", "namespace"), 0), Name: sanitize.Line(text(node, "metadata", "name"), 0),
	}
}

// cleanText takes out of a text what does not show as itself.
func cleanText(value string) string {
	for i := range len(value) {
		if c := value[i]; (c < ' ' || c >= 0x7f) && c != '\n' && c != '\t' {
			return sanitize.Text(value, maxFileSize)
		}
	}
	return value
}

// body is the JSON of an object. What a Secret holds is left out, its keys are
// not; what SOPS has encrypted may stay.
func body(node *yaml.Node) json.RawMessage {
	if text(node, "kind") != "Secret" || text(node, "apiVersion") != "v1" {
		return slices.Clone(appendJSON(nil, node, cleanText)) // no larger than it is
	}
	hidden := clone(node)
	for _, name := range []string{"data", "stringData"} {
		eachField(field(hidden, name), func(_, value *yaml.Node) {
			plain := value.Value
			if decoded, err := base64.StdEncoding.DecodeString(plain); err == nil && name == "data" {
				plain = string(decoded)
			}
			if value.Kind != yaml.ScalarNode || model.ClassifyValue(value.Value) != model.ValueEncrypted && model.ClassifyValue(plain) != model.ValueEncrypted {
				*value = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}
			}
		})
	}
	// It may hold the values of an earlier apply.
	if annotations := field(hidden, "metadata", "annotations"); annotations != nil {
		remove(annotations, "kubectl.kubernetes.io/last-applied-configuration")
	}
	return slices.Clone(appendJSON(nil, hidden, cleanText))
}

// checkTypes finds numbers and booleans where the API takes nothing but text:
// what the API server refuses when a variable loses its quotes. One of them
// makes it refuse all of the build.
func checkTypes(node *yaml.Node) error {
	kind := text(node, "kind")
	fields := []string{"metadata.labels", "metadata.annotations"}
	if text(node, "apiVersion") == "v1" && (kind == "ConfigMap" || kind == "Secret") {
		fields = append(fields, "data", "binaryData", "stringData")
	}
	for _, path := range fields {
		var wrong error
		eachField(field(node, strings.Split(path, ".")...), func(key, value *yaml.Node) {
			if value.Kind == yaml.ScalarNode && !isText(value.ShortTag()) && !isNull(value) {
				shown := value.Value
				if kind == "Secret" {
					shown = "another type"
				}
				wrong = fmt.Errorf("%s/%s/%s dry-run failed: .%s.%s: expected string, got %s",
					kind, text(node, "metadata", "namespace"), text(node, "metadata", "name"), path, key.Value, shown)
			}
		})
		if wrong != nil {
			return wrong
		}
	}
	return nil
}
