package model

import (
	"encoding/json"
	"strings"
)

// Rendering is what the repository amounts to once Flux has built it: the
// objects that would run, each with what made it so. Paths are written as in
// Repository.
type Rendering struct {
	// Builds start with each object that nothing else makes, in the order of
	// Repository.Objects, followed by what it makes itself.
	Builds []RenderedBuild
}

// RenderedBuild is what one Kustomization, FluxInstance or ResourceSet makes.
type RenderedBuild struct {
	// Owner is the object as it runs, Location where it is written.
	Owner ID
	Location
	// Parent is the index of the build that makes the owner; -1 when none does,
	// because it is applied by hand, by the bootstrap or from another source.
	Parent int
	// Path is the folder that the owner builds, relative to the repository
	// root; empty for the root itself and for owners that build no folder.
	Path  string
	State BuildState
	// Reason says in one line why State is not BuildRendered.
	Reason string
	// Cached is true when an earlier run had built the same.
	Cached bool
	// Objects are in the order in which the build gives them.
	Objects []EffectiveObject
	// Unknown are the ConfigMaps and Secrets with variables that could not be
	// read.
	Unknown []ID
}

// BuildState says how far a build came.
type BuildState string

// The states of builds.
const (
	// BuildRendered builds have their objects.
	BuildRendered BuildState = "rendered"
	// BuildFailed builds are those that Flux cannot build or apply either.
	BuildFailed BuildState = "failed"
	// BuildSkipped builds were left out: the time was up, or they are too large.
	BuildSkipped BuildState = "skipped"
	// BuildUnknown builds need what is not in the repository: another source, a
	// remote base, values of the cluster.
	BuildUnknown BuildState = "unknown"
)

// EffectiveObject is an object as Flux would apply it.
type EffectiveObject struct {
	ID
	APIVersion string
	// Location is the place that defines the object: a document of a file, or
	// the generator or template that makes it.
	Location Location
	// Body is the compact JSON of the whole object. Values of Secrets are left
	// out, but for those that SOPS has encrypted; variables that could not be
	// resolved stand in it as they are written.
	Body json.RawMessage
	// Steps are those that changed the object, in the order in which they ran.
	Steps []AppliedStep
	// Unresolved are the names of variables that are left in the object.
	Unresolved []string
}

// AppliedStep is a step and what it did to one object.
type AppliedStep struct {
	Step
	Fields []FieldChange
}

// FieldChange is one field that a step set, changed or removed. A step that
// adds or removes a mapping or list counts once, for the whole of it.
type FieldChange struct {
	// Field is its path in the object as it is afterwards, for example
	// spec.template.spec.containers[0].image. A removed item of a list has the
	// index that it had.
	Field string
	// Before and After are compact JSON, cut when long; empty for a field that
	// is not there, and for values of Secrets.
	Before string
	After  string
	// Line is the line in the step's file that sets the field.
	Line int
}

// Step is one thing that changes objects in a build: an entry of a
// kustomization or of a Flux object's spec.
type Step struct {
	Kind StepKind
	// Owner is the Flux object whose spec holds the entry; zero for an entry of
	// a kustomization file.
	Owner ID
	// Entry is the path of the entry there, for example patches[0] or
	// spec.postBuild.substitute.domain, Declared its place.
	Entry    string
	Declared Location
	// Location is where the content stands: the patch file, the file of a
	// variable's value. It is Declared for what stands in the entry itself.
	Location Location
	// Cause is the step that put the entry there, for example the patch of a
	// root Kustomization that gave its children a patch; nil when it is written
	// in Declared from the beginning.
	Cause *Step
}

// StepKind says what a step does.
type StepKind string

// The kinds of steps.
const (
	StepPatch          StepKind = "patch"
	StepNamespace      StepKind = "namespace"
	StepNamePrefix     StepKind = "namePrefix"
	StepNameSuffix     StepKind = "nameSuffix"
	StepLabels         StepKind = "labels"
	StepAnnotations    StepKind = "annotations"
	StepReplicas       StepKind = "replicas"
	StepImages         StepKind = "images"
	StepReplacement    StepKind = "replacement"
	StepGenerator      StepKind = "generator"     // merges into or replaces a ConfigMap or Secret
	StepNameReference  StepKind = "nameReference" // follows the new name of another object
	StepTransformer    StepKind = "transformer"   // an entry of transformers
	StepVariable       StepKind = "vars"          // a kustomize variable, $(NAME)
	StepKustomize      StepKind = "kustomize"     // done by kustomize, by none of the above
	StepSubstitute     StepKind = "substitute"    // a postBuild variable, ${NAME}
	StepCommonMetadata StepKind = "commonMetadata"
	StepOwnerLabels    StepKind = "ownerLabels" // those that the controller sets on all it applies
	StepDefaults       StepKind = "defaults"    // those that the controller sets before it applies
	StepInputs         StepKind = "inputs"      // a ResourceSet's input, filled into a template
)

// StepsOf returns the steps that touched a field: the field itself, one that it
// is part of, or one that is part of it. The last one made it what it is; none
// means that it is as Location defines it.
func (o *EffectiveObject) StepsOf(field string) []AppliedStep {
	var found []AppliedStep
	for _, step := range o.Steps {
		var fields []FieldChange
		for _, changed := range step.Fields {
			if within(field, changed.Field) || within(changed.Field, field) {
				fields = append(fields, changed)
			}
		}
		if fields != nil {
			found = append(found, AppliedStep{Step: step.Step, Fields: fields})
		}
	}
	return found
}

// within is true when a path is that of outer or of something in it.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
