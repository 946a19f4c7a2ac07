package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const (
	// maxDrift bounds the fields that are listed of one object.
	maxDrift = 20
	// maxDriftValue bounds the values that are shown, in bytes of JSON.
	maxDriftValue = 120
)

// newDrifter prepares comparisons with what was applied.
func newDrifter(e *explainer) *drifter {
	d := &drifter{
		explainer: e, minor: fluxver.ParseMinor(e.Cluster.Flux.Version), changes: map[string]map[string]bool{},
		objects: map[model.Location]*model.Object{}, others: map[*model.RenderedBuild][]string{},
	}
	for _, object := range e.Repository.Objects {
		d.objects[object.Location] = object
	}
	return d
}

// findDrift compares the Flux objects that this cluster's builds make with the
// live ones, field by field. Status, metadata and what the API server adds are
// left out. What cannot be compared, because nobody knows what was applied, has
// no drift.
func (d *drifter) findDrift() {
	for i, object := range d.Objects {
		if object.Origin != model.FromCluster|model.FromRepository {
			continue
		}
		if drift := d.drift(object); drift != nil {
			joined := *object
			joined.Drift = drift
			d.Objects[i] = &joined
		}
	}
}

type drifter struct {
	*explainer
	minor fluxver.Minor
	// changes are the files that differ between an applied commit and the work
	// tree, by commit; nil when nobody can tell.
	changes map[string]map[string]bool
	objects map[model.Location]*model.Object // of the repository
	// others are the files of a build that define none of its objects.
	others map[*model.RenderedBuild][]string
}

func (d *drifter) drift(object *model.Object) []model.Drift {
	made := object.Effective
	if made == nil {
		return d.suspendedByHand(object)
	}
	build := d.own.makers[made]
	commits := d.appliedCommits(build)
	if len(commits) == 0 {
		return nil
	}
	differences := d.differences(made, object)
	if len(differences) == 0 {
		return nil
	}
	pending, known := d.pending(made, build, commits)
	if !known {
		return nil
	}
	var drift []model.Drift
	for _, found := range differences[:min(len(differences), maxDrift)] {
		drift = append(drift, d.describe(object, found, pending))
	}
	return drift
}

// differences are the fields of a live object that are not as a build makes them.
func (d *drifter) differences(made *model.EffectiveObject, object *model.Object) []difference {
	var body struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
		Spec json.RawMessage `json:"spec"`
	}
	if json.Unmarshal(made.Body, &body) != nil || leftAlone(body.Metadata.Annotations) || leftAlone(object.Annotations) {
		return nil
	}
	c := comparison{schema: fluxver.SpecSchema(d.minor, object.APIVersion, object.Kind)}
	c.compare("spec", decodeValue(body.Spec), decodeValue(object.RawSpec), c.schema)
	if row, ok := fluxkind.Lookup(object.Group, object.Kind); ok && row.DisabledBy != "" &&
		object.Annotations[row.DisabledBy] == "disabled" && body.Metadata.Annotations[row.DisabledBy] != "disabled" {
		c.found = append(c.found, difference{field: "metadata.annotations[" + row.DisabledBy + "]", live: "disabled"})
	}
	return slices.DeleteFunc(c.found, func(found difference) bool { return fromCluster(made, found.field) })
}

// pending is true when files that have a part in an object have changed since
// one of the commits; known is false when nobody can tell.
func (d *drifter) pending(made *model.EffectiveObject, build *model.RenderedBuild, commits []string) (pending, known bool) {
	for _, commit := range commits {
		changed, known := d.changedSince(commit)
		if !known {
			return false, false
		}
		pending = pending || d.touched(made, build, changed, 0)
	}
	return pending, true
}

// suspendedByHand judges an object that no build makes, which somebody applied:
// what was applied nobody knows, but who suspended it is on record.
func (d *drifter) suspendedByHand(object *model.Object) []model.Drift {
	written := d.objects[object.Location]
	if _, applied := appliedBy(object); applied || written == nil || !d.Sync.Matched() ||
		object.Spec == nil || written.Spec == nil || !object.Spec.Suspended() || written.Spec.Suspended() || templated(written.ID) {
		return nil
	}
	for _, manager := range object.ManagedFields {
		if manager.OwnsSuspend && manager.Operation == "Update" {
			return []model.Drift{d.describe(object, difference{field: "spec.suspend", live: true}, false)}
		}
	}
	return nil
}

// leftAlone is true for annotations that make kustomize-controller leave an
// object as it is once it exists.
func leftAlone(annotations map[string]string) bool {
	const prefix = fluxkind.GroupKustomize + "/"
	switch annotations[prefix+"ssa"] {
	case "Ignore", "IfNotPresent", "Merge":
		return true
	}
	return annotations[prefix+"reconcile"] == "disabled"
}

// appliedCommits are those that a build's objects may be from: the one that was
// applied last, and the one that was tried last. There are none when nobody
// knows, and for what the operator makes of a FluxInstance.
func (d *drifter) appliedCommits(build *model.RenderedBuild) []string {
	for range maxOwnerDepth {
		if build == nil {
			return nil
		}
		owner := d.live[build.Owner]
		if owner == nil {
			return nil
		}
		if owner.Kind == "Kustomization" {
			applied := d.applied(owner)
			if applied == "" || !d.own.sources[sourceOf(owner)] {
				return nil
			}
			attempted := commitOf(d.Sync, owner, owner.Status.LastAttemptedRevision)
			switch {
			case attempted == applied, owner.Status.LastAttemptedRevision == "":
				return []string{applied}
			case attempted == "":
				return nil
			}
			return []string{applied, attempted}
		}
		if owner.Kind != "ResourceSet" {
			return nil
		}
		build = d.own.makers[d.own.objects[owner.ID]]
	}
	return nil
}

// maxOwnerDepth bounds chains of objects that make others.
const maxOwnerDepth = 20

// changedSince lists the files that differ between a commit and the work tree.
func (d *drifter) changedSince(commit string) (files map[string]bool, known bool) {
	if files, done := d.changes[commit]; done {
		return files, files != nil
	}
	d.changes[commit] = nil
	git := d.Repository.Git
	if !git.ChangesKnown || git.Head == "" {
		return nil, false
	}
	files = map[string]bool{}
	if commit != git.Head {
		if d.History == nil || d.History.Head != git.Head || !d.here(commit) {
			return nil, false
		}
		for _, way := range [][2]string{{git.Head, commit}, {commit, git.Head}} {
			between := d.between(way[0], way[1])
			if between.AtLeast {
				return nil, false
			}
			for _, c := range between.List {
				for _, file := range c.Files {
					files[file] = true
				}
			}
		}
	}
	for _, change := range git.Changed {
		files[change.Path] = true
		if change.From != "" {
			files[change.From] = true
		}
	}
	d.changes[commit] = files
	return files, true
}

// touched is true when a changed file may have a part in what an object is: it
// defines it, a step that changed it stands in it, or it is a file of the build
// that defines no other object, such as a kustomization. The same goes for what
// makes the object.
func (d *drifter) touched(made *model.EffectiveObject, build *model.RenderedBuild, changed map[string]bool, depth int) bool {
	if len(changed) == 0 || depth == maxOwnerDepth {
		return false
	}
	if changed[made.Location.File] {
		return true
	}
	for i := range made.Steps {
		for step := &made.Steps[i].Step; step != nil; step = step.Cause {
			if changed[step.Location.File] || changed[step.Declared.File] {
				return true
			}
		}
	}
	if build == nil || slices.ContainsFunc(d.otherFiles(build), func(file string) bool { return changed[file] }) {
		return true
	}
	owner := d.own.objects[build.Owner]
	if owner == nil || owner == made {
		return changed[build.File]
	}
	return d.touched(owner, d.own.makers[owner], changed, depth+1)
}

// otherFiles are the files of a build that define none of its objects.
func (d *drifter) otherFiles(build *model.RenderedBuild) []string {
	if files, known := d.others[build]; known {
		return files
	}
	var others []string
	if written := d.written[build.Location]; written != nil {
		defining := map[string]bool{}
		for i := range build.Objects {
			defining[build.Objects[i].Location.File] = true
		}
		for _, file := range written.Files {
			if !defining[file] {
				others = append(others, file)
			}
		}
	}
	d.others[build] = others
	return others
}

// fromCluster is true for a field that holds a variable whose value stands in no
// file: it may have changed since it was filled in.
func fromCluster(made *model.EffectiveObject, field string) bool {
	for _, step := range made.StepsOf(field) {
		if step.Kind == model.StepSubstitute && step.Location.File == "" {
			return true
		}
	}
	return false
}

// describe words a difference and finds its line and who made it.
func (d *drifter) describe(object *model.Object, found difference, pending bool) model.Drift {
	drift := model.Drift{
		Field: found.field, Git: shownValue(found.field, found.git), Cluster: shownValue(found.field, found.live),
		Location: lineOf(object, found.field), Pending: pending,
	}
	by := ""
	if manager := setBy(object, found.field); manager != nil {
		drift.Manager, drift.Time = manager.Manager, manager.Time
		by = ", by " + toolName(manager.Manager)
		if !manager.Time.IsZero() {
			by += " " + ago(d.Now, manager.Time)
		}
	}
	inGit := "in Git"
	if found.commit != "" {
		inGit += " at " + found.commit
	}
	switch {
	case found.field == "spec.suspend" && found.live == true, strings.HasPrefix(found.field, "metadata.annotations["):
		drift.Text = "suspended only in the cluster" + by
	case found.field == "spec.suspend":
		drift.Text = "suspended " + inGit + ", not in the cluster" + by
	case found.git == nil:
		drift.Text = valued(found.field, drift.Cluster) + " is only in the cluster" + by
	case found.live == nil:
		drift.Text = valued(found.field, drift.Git) + " is only " + inGit + by
	case drift.Git == "" || drift.Cluster == "":
		drift.Text = found.field + " differs from Git" + by
	default:
		drift.Text = fmt.Sprintf("%s is %s %s and %s in the cluster%s", found.field, drift.Git, inGit, drift.Cluster, by)
	}
	return drift
}

func valued(field, value string) string {
	if value == "" {
		return field
	}
	return field + " " + value
}

// lineOf is where the repository sets a field: the last step that did, else the
// line of the object's definition.
func lineOf(object *model.Object, field string) model.Location {
	location := object.Location
	if object.Effective != nil {
		if steps := object.Effective.StepsOf(field); len(steps) > 0 {
			if last := steps[len(steps)-1]; last.Location.File != "" {
				location = last.Location
				if line := last.Fields[len(last.Fields)-1].Line; line > 0 {
					location.Line = line
				}
				return location
			}
		}
	}
	if line := object.Lines.Of(field); line > 0 {
		location.Line = line
	}
	return location
}

// setBy is the manager that set a field last, other than a controller of Flux.
func setBy(object *model.Object, field string) *model.FieldManager {
	top := strings.TrimPrefix(field, "spec.")
	if i := strings.IndexAny(top, ".["); i >= 0 {
		top = top[:i]
	}
	var latest *model.FieldManager
	for i := range object.ManagedFields {
		manager := &object.ManagedFields[i]
		if slices.Contains(manager.Fields, top) && (latest == nil || manager.Time.After(latest.Time)) {
			latest = manager
		}
	}
	return latest
}

// toolName is the tool behind a field manager: kubectl-edit, kubectl-patch and
// the like are all kubectl.
func toolName(manager string) string {
	name, _, _ := strings.Cut(manager, "/")
	if strings.HasPrefix(name, "kubectl") {
		return "kubectl"
	}
	return name
}

// shownValue is a value as it may be shown: short, and none that may be secret.
func shownValue(field string, value any) string {
	for _, hidden := range []string{"spec.values", "spec.postBuild", "spec.patches", "spec.inputs", "spec.resources"} {
		if strings.HasPrefix(field, hidden) {
			return ""
		}
	}
	switch value := value.(type) {
	case nil, map[string]any, []any:
		return ""
	case string:
		if class := model.ClassifyValue(value); class != model.ValueText && class != model.ValueEmpty || strings.Contains(value, "@") && strings.Contains(value, "://") {
			return ""
		}
	}
	text, err := json.Marshal(value)
	if err != nil || len(text) > maxDriftValue {
		return ""
	}
	return string(text)
}

// difference is a field whose values differ. A side without the field has nil.
type difference struct {
	field     string
	git, live any
	// commit is the one that git is of; empty for the files here.
	commit string
}

// comparison collects the differences between a spec as it is written and as it
// is live.
type comparison struct {
	schema *fluxver.Schema
	found  []difference
}

func (c *comparison) add(field string, git, live any) {
	c.found = append(c.found, difference{field: field, git: git, live: live})
}

// compare walks both values. schema is that of the value, nil when unknown.
func (c *comparison) compare(field string, git, live any, schema *fluxver.Schema) {
	switch git := git.(type) {
	case map[string]any:
		if live, ok := live.(map[string]any); ok {
			c.compareMaps(field, git, live, schema)
			return
		}
	case []any:
		if live, ok := live.([]any); ok && len(live) == len(git) {
			for i := range git {
				c.compare(field+"["+strconv.Itoa(i)+"]", git[i], live[i], schema.Item())
			}
			return
		}
	}
	if !equalValues(git, live) && !unresolved(git) {
		c.add(field, git, live)
	}
}

func (c *comparison) compareMaps(field string, git, live map[string]any, schema *fluxver.Schema) {
	keys := slices.Collect(maps.Keys(git))
	for key := range live {
		if _, both := git[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		path, property := field+"."+key, schema.Property(key)
		written, inGit := git[key]
		running, inCluster := live[key]
		switch {
		case inGit && inCluster && written != nil:
			c.compare(path, written, running, property)
		case inGit && written != nil:
			// What the API server would drop is no drift.
			if !isZero(written) && schema.Has(key) && !unresolved(written) {
				c.add(path, written, nil)
			}
		case inCluster && path == "spec.suspend":
			if running == true {
				c.add(path, nil, running)
			}
		case inCluster:
			// Without a schema nobody can tell a default from a change.
			if c.schema != nil && !isZero(running) && !isDefault(running, property) {
				c.add(path, nil, running)
			}
		}
	}
}

// isDefault is true for a value that the API server sets by itself.
func isDefault(value any, schema *fluxver.Schema) bool {
	if schema == nil {
		return false
	}
	if len(schema.Default) > 0 && equalValues(decodeValue(schema.Default), value) {
		return true
	}
	fields, ok := value.(map[string]any)
	if !ok || len(schema.Default) == 0 {
		return false
	}
	for key, field := range fields {
		if !isZero(field) && !isDefault(field, schema.Properties[key]) {
			return false
		}
	}
	return true
}

// isZero is true for values that mean the same as none in the APIs of Flux.
func isZero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case bool:
		return !value
	case string:
		return value == ""
	case json.Number:
		return value == "0"
	case []any:
		return len(value) == 0
	case map[string]any:
		for _, item := range value {
			if !isZero(item) {
				return false
			}
		}
		return true
	}
	return false
}

// unresolved is true for a value with a variable that nobody could fill in.
func unresolved(value any) bool {
	switch value := value.(type) {
	case string:
		return strings.Contains(value, "${")
	case []any:
		return slices.ContainsFunc(value, unresolved)
	case map[string]any:
		for _, item := range value {
			if unresolved(item) {
				return true
			}
		}
	}
	return false
}

// equalValues compares two JSON values: numbers by value, and durations by
// length, since tools that read and write an object change their form.
func equalValues(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equalValues)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalValues)
	case json.Number:
		b, ok := b.(json.Number)
		if !ok || a == b {
			return ok
		}
		x, errA := a.Float64()
		y, errB := b.Float64()
		return errA == nil && errB == nil && x == y
	case string:
		b, ok := b.(string)
		if !ok || a == b {
			return ok
		}
		x, errA := time.ParseDuration(a)
		y, errB := time.ParseDuration(b)
		return errA == nil && errB == nil && x == y
	}
	return a == b
}

// decodeValue reads JSON, numbers as they are written; nil for what is none.
func decodeValue(text json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}
