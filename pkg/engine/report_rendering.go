package engine

import (
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxEffective bounds how many forms of one object are told: a base that two
// hundred clusters use is made two hundred times.
const maxEffective = 10

// reportRendering tells what the repository amounts to.
func reportRendering(report *v1alpha1.ContextReport, facts *model.Facts) {
	if report.Repository == nil {
		return
	}
	report.Repository.Builds = reportBuilds(facts)
	if base := facts.Base; base != nil {
		report.Repository.Base = &v1alpha1.Base{Reason: string(base.Reason), Revision: base.Revision, Commit: base.Commit}
	}
	if facts.Rendering == nil {
		return
	}
	places := map[model.Location][]int{}
	for i, object := range facts.Objects {
		if object.Location.File != "" {
			places[object.Location] = append(places[object.Location], i)
		}
	}
	for i := range facts.Rendering.Builds {
		build := &facts.Rendering.Builds[i]
		for j := range build.Objects {
			made := &build.Objects[j]
			for _, at := range places[made.Location] {
				shown, object := &report.Objects[at], facts.Objects[at]
				if made.Kind == object.Kind && made.Group == object.Group && len(shown.Effective) < maxEffective {
					shown.Effective = append(shown.Effective, reportEffective(build.Owner, made))
				}
			}
		}
	}
}

func reportEffective(owner model.ID, object *model.EffectiveObject) v1alpha1.Effective {
	effective := v1alpha1.Effective{
		Owner: objectRef(owner), Namespace: object.Namespace, Name: object.Name,
		Steps: []v1alpha1.Step{}, Unresolved: list(object.Unresolved),
	}
	for i := range object.Steps {
		step := &object.Steps[i]
		if step.Kind == model.StepOwnerLabels {
			continue // every object has them
		}
		reported := v1alpha1.Step{
			StepPlace: stepPlace(&step.Step),
			Fields: convert(step.Fields, func(f model.FieldChange) v1alpha1.FieldChange {
				return v1alpha1.FieldChange{Field: f.Field, Before: f.Before, After: f.After, Line: f.Line}
			}),
			Causes: []v1alpha1.StepPlace{},
		}
		for cause := step.Cause; cause != nil; cause = cause.Cause {
			reported.Causes = append(reported.Causes, stepPlace(cause))
		}
		effective.Steps = append(effective.Steps, reported)
	}
	return effective
}

func stepPlace(step *model.Step) v1alpha1.StepPlace {
	return v1alpha1.StepPlace{
		Kind: string(step.Kind), Owner: optionalRef(step.Owner), Entry: step.Entry,
		DeclaredFile: step.Declared.File, DeclaredLine: step.Declared.Line, File: step.Location.File, Line: step.Location.Line,
	}
}

// reportBuilds lists the builds as they run, each with what is written of it,
// then those that are only written.
func reportBuilds(facts *model.Facts) []v1alpha1.Build {
	written := facts.Repository.Builds
	at := make(map[model.Location]int, len(written))
	for i := range written {
		at[written[i].Location] = i
	}
	builds := []v1alpha1.Build{}
	ran := make([]bool, len(written))
	if facts.Rendering != nil {
		rendered := facts.Rendering.Builds
		for i := range rendered {
			r := &rendered[i]
			build := v1alpha1.Build{File: r.File, Line: r.Line, Document: r.Document, Path: r.Path, Found: r.State == model.BuildRendered, Source: string(model.SourceUnknown)}
			if index, ok := at[r.Location]; ok {
				build = reportBuild(written[index])
				ran[index] = true
			}
			if r.State == model.BuildRendered {
				build.Path = r.Path // a patch may have changed it
			}
			build.Owner, build.State, build.Reason, build.Cached = objectRef(r.Owner), string(r.State), r.Reason, r.Cached
			build.Objects = len(r.Objects)
			build.Unreadable = convert(r.Unknown, objectRef)
			if r.Parent >= 0 {
				parent := objectRef(rendered[r.Parent].Owner)
				build.Parent = &parent
			}
			for j := range r.Objects {
				build.Unresolved = append(build.Unresolved, r.Objects[j].Unresolved...)
			}
			slices.Sort(build.Unresolved)
			build.Unresolved = slices.Compact(build.Unresolved)
			builds = append(builds, withLists(build))
		}
	}
	for i := range written {
		if !ran[i] {
			builds = append(builds, withLists(reportBuild(written[i])))
		}
	}
	return builds
}

func reportBuild(b model.Build) v1alpha1.Build {
	return v1alpha1.Build{
		Owner: objectRef(b.Owner), File: b.File, Line: b.Line, Document: b.Document,
		Path: b.Path, Climbs: b.Climbs, Source: string(b.Source), Found: b.Found, Kustomization: b.Kustomization,
		Files: b.Files, Foreign: b.Foreign, Ignored: b.Ignored,
	}
}

// withLists replaces absent lists by empty ones.
func withLists(b v1alpha1.Build) v1alpha1.Build {
	b.Files, b.Foreign, b.Ignored, b.Unresolved, b.Unreadable = list(b.Files), list(b.Foreign), list(b.Ignored), list(b.Unresolved), list(b.Unreadable)
	return b
}
