package merge

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxEvidence bounds how many places are named for one root cause.
const maxEvidence = 5

// Trace ties the messages of root causes to places in the repository: the entry
// that a build could not read, the object that the API server refused, the
// template that did not render. A place is named only when it holds what the
// message is about; a fault that this clone does not have has no place.
func Trace(facts *model.Facts) {
	if facts.Repository == nil || len(facts.RootCauses) == 0 {
		return
	}
	t := newTracer(facts)
	for i := range facts.RootCauses {
		facts.RootCauses[i].Evidence = t.evidence(&facts.RootCauses[i])
	}
}

// tracer finds what messages of controllers are about. Their forms are those of
// the controllers of Flux 2.6 to 2.10 and of the libraries that they build with.
type tracer struct {
	facts *model.Facts
	live  map[model.ID]*model.Object
	// written are the objects of the repository by where they stand.
	written   map[model.Location]*model.Object
	manifests map[model.Location]*model.Manifest
}

func newTracer(facts *model.Facts) *tracer {
	t := &tracer{
		facts: facts, live: map[model.ID]*model.Object{},
		written: map[model.Location]*model.Object{}, manifests: map[model.Location]*model.Manifest{},
	}
	for _, o := range facts.Objects {
		if o.Origin&model.FromCluster != 0 {
			t.live[o.ID] = o
		}
	}
	for _, o := range facts.Repository.Objects {
		t.written[o.Location] = o
	}
	for i := range facts.Repository.Manifests {
		m := &facts.Repository.Manifests[i]
		t.manifests[m.Location] = m
	}
	return t
}

// evidence asks each reader of messages in turn.
func (t *tracer) evidence(cause *model.RootCause) []model.Evidence {
	if cause.State == model.StateMissing || len(cause.Cycle) > 0 {
		return bounded(t.mentions(cause))
	}
	object := t.live[cause.Object]
	if object == nil {
		return nil
	}
	message := t.message(object, cause)
	if message == "" {
		return nil
	}
	var found []model.Evidence
	for _, read := range []func(*model.Object, string) []model.Evidence{
		t.missingEntry, t.missingPath, t.unreadableFile, t.registeredTwice, t.patchWithoutTarget, t.unsetVariable,
		t.refusedObject, t.unhealthyObjects, t.chartTemplate, t.absentChart, t.namedByObject, t.fieldOfObject,
	} {
		found = append(found, read(object, message)...)
	}
	return bounded(found)
}

// message is what the controller says of the failure. An object that tries
// again says it only in its last event.
func (t *tracer) message(o *model.Object, cause *model.RootCause) string {
	if c := o.Status.Condition("Ready"); c != nil && c.Status == "False" {
		return c.Message
	}
	if o.Assessment.State == model.StateReconciling {
		for _, event := range t.facts.Cluster.Events {
			if event.Object == o.ID {
				return event.Message
			}
		}
		return ""
	}
	return cause.Message
}

func bounded(found []model.Evidence) []model.Evidence {
	var kept []model.Evidence
	for _, e := range found {
		if len(kept) < maxEvidence && !slices.ContainsFunc(kept, func(k model.Evidence) bool { return k.Location == e.Location && k.Object == e.Object }) {
			kept = append(kept, e)
		}
	}
	return kept
}

// definition is the object as the repository writes it, if it does.
func (t *tracer) definition(o *model.Object) *model.Object {
	if o.Location.File == "" {
		return nil
	}
	return t.written[o.Location]
}

// at is the place of a field of an object's definition.
func (t *tracer) at(o *model.Object, field, text string) []model.Evidence {
	definition := t.definition(o)
	if definition == nil {
		return nil
	}
	location := definition.Location
	location.Line = cmp.Or(definition.Lines.Of(field), location.Line)
	return []model.Evidence{{Location: location, Object: o.ID, Text: text}}
}

// build is the folder of this repository that a live object builds.
func (t *tracer) build(o *model.Object) *model.Build {
	spec, ok := o.Spec.(*fluxkind.Kustomization)
	if !ok {
		return nil
	}
	builds := t.facts.Repository.Builds
	for i := range builds {
		b := &builds[i]
		if sameOwner(b.Owner, o.ID) && b.Path == t.inTree(spec.Path) && (b.Source == model.SourceTree || b.Source == model.SourceAssumed) {
			return b
		}
	}
	return nil
}

// rendered is what a live object makes of its folder of this repository.
func (t *tracer) rendered(o *model.Object) *model.RenderedBuild {
	spec, ok := o.Spec.(*fluxkind.Kustomization)
	if !ok || t.facts.Rendering == nil || t.build(o) == nil {
		return nil
	}
	builds := t.facts.Rendering.Builds
	for i := range builds {
		if sameOwner(builds[i].Owner, o.ID) && builds[i].Path == t.inTree(spec.Path) {
			return &builds[i]
		}
	}
	return nil
}

// sameOwner compares an object of the repository with a live one; the first may
// be written without a namespace.
func sameOwner(written, live model.ID) bool {
	return written == live || written == withoutNamespace(live)
}

// inTree is a path of the source, relative to the folder that was scanned.
func (t *tracer) inTree(name string) string {
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	if prefix := t.facts.Repository.Git.Prefix; prefix != "" {
		if rest, ok := strings.CutPrefix(clean+"/", strings.Trim(prefix, "/")+"/"); ok {
			return strings.TrimSuffix(rest, "/")
		}
	}
	return clean
}

// workPath is a path below the temporary folder in which kustomize-controller
// builds, which holds the content of the artifact.
var workPath = lazyregexp.New(`/kustomization-[0-9]+/([^\s'":,;]+)`)

// workPaths lists the files that a message names, as paths of the repository.
func (t *tracer) workPaths(message string) []string {
	var paths []string
	for _, match := range workPath().FindAllStringSubmatch(message, -1) {
		if name := t.inTree(match[1]); !slices.Contains(paths, name) {
			paths = append(paths, name)
		}
	}
	return paths
}

// missingEntry finds the entries that lead to a file which a build did not find.
func (t *tracer) missingEntry(o *model.Object, message string) (found []model.Evidence) {
	if !strings.Contains(message, "no such file or directory") || strings.Contains(message, pathNotFound) || t.build(o) == nil {
		return nil
	}
	for _, name := range t.workPaths(message) {
		for _, k := range t.facts.Repository.Kustomizations {
			for _, entry := range slices.Concat(k.Missing, k.Bare) {
				if strings.TrimPrefix(path.Join("/", path.Dir(k.File), entry.Entry), "/") != name {
					continue
				}
				text := fmt.Sprintf("%s names %s, which does not exist", entry.Field, entry.Entry)
				if entry.Ignored {
					text = fmt.Sprintf("%s names %s, which is on the disk but not in Git", entry.Field, entry.Entry)
				}
				found = append(found, model.Evidence{Location: model.Location{File: k.File, Line: entry.Line}, Text: text})
			}
		}
	}
	return found
}

const pathNotFound = "kustomization path not found"

// missingPath finds the spec.path that leads nowhere.
func (t *tracer) missingPath(o *model.Object, message string) []model.Evidence {
	spec, ok := o.Spec.(*fluxkind.Kustomization)
	if !ok || !strings.Contains(message, pathNotFound) {
		return nil
	}
	text := fmt.Sprintf("spec.path is %s, which the source does not have", cmp.Or(spec.Path, "./"))
	if b := t.build(o); b != nil && b.Found {
		return nil // this clone has the folder: it is the source that lags behind
	}
	definition := t.definition(o)
	if definition == nil {
		return nil
	}
	if written, ok := definition.Spec.(*fluxkind.Kustomization); !ok || t.inTree(written.Path) != t.inTree(spec.Path) {
		return nil // it was changed here
	}
	return t.at(o, "spec.path", text)
}

// unreadableFile finds the file that is no manifest.
func (t *tracer) unreadableFile(o *model.Object, message string) (found []model.Evidence) {
	b := t.build(o)
	if b == nil || strings.Contains(message, "no such file or directory") {
		return nil
	}
	for _, name := range t.workPaths(message) {
		for _, e := range t.facts.Repository.ParseErrors {
			if e.File == name {
				found = append(found, model.Evidence{Location: e.Location, Text: e.Message})
			}
		}
		for _, d := range t.facts.Repository.DuplicateKeys {
			if d.File == name {
				text := fmt.Sprintf("the key %s stands here again, first on line %d", d.Key, d.First)
				found = append(found, model.Evidence{Location: d.Location, Text: text})
			}
		}
		if len(found) == 0 && slices.Contains(b.Foreign, name) {
			found = append(found, model.Evidence{Location: model.Location{File: name}, Text: "no Kubernetes manifest, but below the path that is built"})
		}
	}
	return found
}

// kustomizeID is how kustomize names a resource: Kind.version.group/name.namespace,
// with [noVer], [noGrp] and [noNs] for what is not there.
var kustomizeID = lazyregexp.New(`([A-Z][A-Za-z0-9]*)\.(?:\[noVer\]|v[a-z0-9]+)(?:\.(?:\[noGrp\]|[a-z0-9.-]+))?/([^\s/]+)\.(\[noNs\]|[a-z0-9-]+)`)

// documents are those of the files that an object builds which are of this kind
// and name.
func (t *tracer) documents(o *model.Object, kind, name string, patch bool) (found []model.Document) {
	b := t.build(o)
	if b == nil {
		return nil
	}
	for _, d := range t.facts.Repository.Documents {
		if d.Kind == kind && d.Name == name && d.Patch == patch && slices.Contains(b.Files, d.File) {
			found = append(found, d)
		}
	}
	return found
}

// registeredTwice finds the places that define the same object.
func (t *tracer) registeredTwice(o *model.Object, message string) (found []model.Evidence) {
	_, rest, ok := strings.Cut(message, "already registered id: ")
	match := kustomizeID().FindStringSubmatch(rest)
	if !ok || match == nil {
		return nil
	}
	documents := t.documents(o, match[1], match[2], false)
	if len(documents) < 2 {
		return nil // one of them comes in twice, or from elsewhere
	}
	for _, d := range documents {
		found = append(found, model.Evidence{Location: d.Location, Object: d.ID(), Text: "defines " + d.Kind + "/" + d.Name})
	}
	return found
}

// patchWithoutTarget finds the patch for an object that the build does not have.
func (t *tracer) patchWithoutTarget(o *model.Object, message string) (found []model.Evidence) {
	_, rest, ok := strings.Cut(message, "failed to find unique target for patch ")
	match := kustomizeID().FindStringSubmatch(rest)
	if !ok || match == nil {
		return nil
	}
	for _, d := range t.documents(o, match[1], match[2], true) {
		found = append(found, model.Evidence{Location: d.Location, Text: "patches " + d.Kind + "/" + d.Name + ", which the build does not have"})
	}
	return found
}

var unsetVariable = lazyregexp.New(`variable not set \(strict mode\): "([A-Za-z_][A-Za-z0-9_]*)"`)

// unsetVariable finds the uses of a variable that has no value.
func (t *tracer) unsetVariable(o *model.Object, message string) (found []model.Evidence) {
	match := unsetVariable().FindStringSubmatch(message)
	b := t.build(o)
	if match == nil || b == nil {
		return nil
	}
	for _, v := range t.facts.Repository.Variables {
		if v.Name == match[1] && !v.Default && slices.Contains(b.Files, v.File) {
			found = append(found, model.Evidence{Location: v.Location, Text: "uses ${" + v.Name + "}, which has no value and no default"})
		}
	}
	return found
}

// refused is how kustomize-controller names an object that the API server did
// not take (fluxcd/pkg/ssa, DryRunErr and the error of an apply).
var refused = lazyregexp.New(`(?:^|[\s:])([A-Z][A-Za-z0-9]*)/(?:([^\s/]+)/)?([^\s/]+) (?:dry-run failed|not found|namespace not specified|apply failed|invalid)`)

// refusedField is how the API server names a field that is wrong.
var refusedField = lazyregexp.New(`\.?([a-z][A-Za-z0-9]*(?:[.\[][A-Za-z0-9_./\]\[-]+)?): (?:Invalid value|Required value|Forbidden|Unsupported value|Duplicate value|Not found|Too long|Too many|field not declared in schema|expected )`)

// refusedObject finds the object that was refused and, where the message names
// a field, the line that sets it and the steps of the build that did.
func (t *tracer) refusedObject(o *model.Object, message string) []model.Evidence {
	match := refused().FindStringSubmatch(message)
	if match == nil {
		return nil
	}
	fields := refusedField().FindAllStringSubmatch(message, -1)
	if strings.Contains(message, " is forbidden: ") {
		fields = nil // it is about who asks, not about what
	}
	return t.object(o, match[1], match[2], match[3], fields)
}

// object finds what defines one object that a live owner applies.
func (t *tracer) object(owner *model.Object, kind, namespace, name string, fields [][]string) (found []model.Evidence) {
	build := t.rendered(owner)
	if build == nil || build.State != model.BuildRendered {
		return t.onlyDocument(owner, kind, namespace, name)
	}
	for i := range build.Objects {
		e := &build.Objects[i]
		if e.Kind != kind || e.Name != name || e.Namespace != "" && e.Namespace != namespace {
			continue
		}
		if len(fields) == 0 {
			found = append(found, model.Evidence{Location: e.Location, Object: e.ID})
		}
		for _, field := range fields {
			found = addField(found, t.field(e, field[1]))
		}
	}
	return found
}

// addField adds a field's place, or its name to that of another at the same
// place.
func addField(found []model.Evidence, field model.Evidence) []model.Evidence {
	for i := range found {
		if found[i].Location == field.Location {
			if !strings.Contains(found[i].Text, field.Text) {
				found[i].Text += ", " + field.Text
			}
			return found
		}
	}
	return append(found, field)
}

// field is where a field of a rendered object comes from: the step that set it
// last, else the line of its definition.
func (t *tracer) field(e *model.EffectiveObject, field string) model.Evidence {
	if steps := e.StepsOf(field); len(steps) > 0 {
		last := steps[len(steps)-1]
		location := last.Location
		if line := last.Fields[len(last.Fields)-1].Line; line > 0 {
			location.Line = line
		}
		if location.File != "" {
			return model.Evidence{Location: location, Object: e.ID, Text: fmt.Sprintf("%s, set here by %s", field, last.Kind)}
		}
	}
	location := e.Location
	if m := t.manifests[e.Location]; m != nil {
		location.Line = cmp.Or(m.Lines.Of(field), location.Line)
	} else if o := t.written[e.Location]; o != nil {
		location.Line = cmp.Or(o.Lines.Of(field), location.Line)
	}
	return model.Evidence{Location: location, Object: e.ID, Text: field}
}

// onlyDocument is the one document that can define an object of a build that
// was not rendered.
func (t *tracer) onlyDocument(owner *model.Object, kind, namespace, name string) []model.Evidence {
	documents := t.documents(owner, kind, name, false)
	documents = slices.DeleteFunc(documents, func(d model.Document) bool {
		return namespace != "" && d.Namespace != namespace && d.Namespace != "" && len(d.Namespaces) == 0
	})
	if len(documents) != 1 {
		return nil
	}
	return []model.Evidence{{Location: documents[0].Location, Object: documents[0].ID()}}
}

// listedStatus is how a failed health check names what it waited for:
// Kind/namespace/name status: 'InProgress'.
var listedStatus = lazyregexp.New(`([A-Za-z0-9]+)/(?:([^/\s\[]+)/)?([^/\s]+) status: '([A-Za-z]+)'`)

// unhealthyObjects finds what a health check waited for in vain.
func (t *tracer) unhealthyObjects(o *model.Object, message string) (found []model.Evidence) {
	for _, match := range listedStatus().FindAllStringSubmatch(message, -1) {
		for _, e := range t.object(o, match[1], match[2], match[3], nil) {
			e.Text = "the health check waited for it: " + match[4]
			found = append(found, e)
		}
	}
	return found
}

// templatePlace is how Helm names a line of a template: chart/templates/x.yaml:1:3.
var templatePlace = lazyregexp.New(`(?:^|[\s("])([A-Za-z0-9._-]+)/((?:charts/[A-Za-z0-9._-]+/)*templates/[A-Za-z0-9._/-]+?)(?::([0-9]+)(?::[0-9]+)?)?[)":\s]`)

// chartTemplate finds the template that did not render, when the chart stands in
// this repository.
func (t *tracer) chartTemplate(o *model.Object, message string) (found []model.Evidence) {
	if o.Kind != "HelmRelease" {
		return nil
	}
	chart := t.ownChart(o)
	if chart == nil {
		return nil
	}
	for _, match := range templatePlace().FindAllStringSubmatch(message, -1) {
		if match[1] != chart.Name {
			continue
		}
		line := 0
		for _, digit := range match[3] {
			line = line*10 + int(digit-'0')
		}
		location := model.Location{File: path.Join(chart.Path, match[2]), Line: line}
		found = append(found, model.Evidence{Location: location, Text: "this template of chart " + chart.Name + " does not render"})
	}
	return found
}

// ownChart is the chart of this repository that a release installs.
func (t *tracer) ownChart(o *model.Object) *model.Chart {
	spec, ok := o.Spec.(*fluxkind.HelmRelease)
	if !ok || spec.Chart == nil || !t.isOwnSource(spec.Chart.Spec.SourceRef, o.Namespace) {
		return nil
	}
	for i := range t.facts.Repository.Charts {
		if c := &t.facts.Repository.Charts[i]; c.Path == t.inTree(spec.Chart.Spec.Chart) {
			return c
		}
	}
	return nil
}

// isOwnSource is true for a source that fetches this repository: some
// Kustomization builds a folder of the tree from it.
func (t *tracer) isOwnSource(ref fluxkind.ObjectRef, namespace string) bool {
	if ref.Kind != "GitRepository" {
		return false
	}
	wanted := model.ID{Group: fluxkind.GroupSource, Kind: ref.Kind, Namespace: cmp.Or(ref.Namespace, namespace), Name: ref.Name}
	for _, use := range t.facts.Repository.Analysis.Sources {
		if use.Own && sameOwner(use.Object, wanted) {
			return true
		}
	}
	for _, o := range t.live {
		spec, ok := o.Spec.(*fluxkind.Kustomization)
		if !ok {
			continue
		}
		source := model.ID{Group: fluxkind.GroupSource, Kind: spec.SourceRef.Kind, Namespace: cmp.Or(spec.SourceRef.Namespace, o.Namespace), Name: spec.SourceRef.Name}
		if source == wanted && t.build(o) != nil {
			return true
		}
	}
	return false
}

// absentChart finds who asks for a chart that its source does not have. The
// HelmChart is made by the controller, so the release is named.
func (t *tracer) absentChart(o *model.Object, message string) (found []model.Evidence) {
	if o.Kind != "HelmChart" || !strings.Contains(message, "invalid chart reference") {
		return nil
	}
	for _, release := range t.facts.Objects {
		if release.Status.HelmChart == o.Namespace+"/"+o.Name {
			found = append(found, t.at(release, "spec.chart.spec.chart", "asks for a chart that the source does not have")...)
		}
	}
	return found
}

var (
	missingNamed     = lazyregexp.New(`(secrets|configmaps|serviceaccounts) "([^"]+)" not found`)
	forbiddenAccount = lazyregexp.New(`User "system:serviceaccount:([^:"]+):([^"]+)" cannot`)
)

// namedByObject finds the fields that name a Secret, ConfigMap or service
// account which the message says is missing or has no rights.
func (t *tracer) namedByObject(o *model.Object, message string) (found []model.Evidence) {
	if o.Spec == nil {
		return nil
	}
	kinds := map[string]string{"secrets": "Secret", "configmaps": "ConfigMap", "serviceaccounts": "ServiceAccount"}
	for _, match := range missingNamed().FindAllStringSubmatch(message, -1) {
		found = append(found, t.reference(o, kinds[match[1]], match[2], "does not exist")...)
	}
	for _, match := range forbiddenAccount().FindAllStringSubmatch(message, -1) {
		if match[1] == o.Namespace {
			found = append(found, t.reference(o, "ServiceAccount", match[2], "may not do this")...)
		}
	}
	return found
}

// reference is the field of an object's definition that names another.
func (t *tracer) reference(o *model.Object, kind, name, is string) (found []model.Evidence) {
	definition := t.definition(o)
	if definition == nil || definition.Spec == nil {
		return nil
	}
	for _, ref := range definition.Spec.References(o.ID) {
		if ref.Target.Kind == kind && ref.Target.Name == name {
			found = append(found, t.at(o, ref.Field, fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, is))...)
		}
	}
	return found
}

var (
	missingBranch   = lazyregexp.New(`couldn't find remote ref "refs/heads/([^"]+)"`)
	healthCheckExpr = lazyregexp.New(`custom status evaluator for healthchecks?\[([0-9]+)\]`)
	schemaMismatch  = "values don't meet the specifications of the schema(s)"
)

// fieldOfObject finds the field of the object itself that its message is about.
func (t *tracer) fieldOfObject(o *model.Object, message string) []model.Evidence {
	if match := missingBranch().FindStringSubmatch(message); match != nil {
		spec, ok := o.Spec.(*fluxkind.GitRepository)
		if ok && spec.Ref != nil && spec.Ref.Branch == match[1] {
			return t.at(o, "spec.ref.branch", "names the branch "+match[1]+", which the remote does not have")
		}
	}
	if match := healthCheckExpr().FindStringSubmatch(message); match != nil {
		return t.at(o, "spec.healthCheckExprs["+match[1]+"]", "this expression cannot be evaluated")
	}
	if o.Kind == "HelmRelease" && strings.Contains(message, schemaMismatch) {
		return t.at(o, "spec.values", "these values do not fit the schema of the chart")
	}
	return nil
}

// mentions are the fields that name a missing object, or the next member of a
// cycle.
func (t *tracer) mentions(cause *model.RootCause) (found []model.Evidence) {
	waiting := cause.Blocks
	if len(cause.Cycle) > 0 {
		waiting = cause.Cycle
	}
	for _, id := range waiting {
		o := t.live[id]
		if o == nil {
			continue
		}
		definition := t.definition(o)
		if definition == nil || definition.Spec == nil {
			continue
		}
		for _, ref := range definition.Spec.References(o.ID) {
			switch {
			case len(cause.Cycle) == 0 && ref.Target == cause.Object:
				found = append(found, t.at(o, ref.Field, ref.Field+" names it")...)
			case ref.Relation == model.RelationDependsOn && slices.Contains(cause.Cycle, ref.Target):
				found = append(found, t.at(o, ref.Field, fmt.Sprintf("%s waits for %s", o.ID, ref.Target))...)
			}
		}
	}
	return found
}
