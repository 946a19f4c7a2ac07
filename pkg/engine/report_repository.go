package engine

import (
	"cmp"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func reportKustomizeFile(k model.KustomizeFile) v1alpha1.KustomizeFile {
	return v1alpha1.KustomizeFile{
		File:      k.File,
		Missing:   convert(k.Missing, func(m model.KustomizeEntry) string { return m.Entry }),
		Component: k.Kind == "Component",
		Namespace: k.Namespace,
		Reached:   k.Reached,
		Entries:   reportEntries(k),
		Images: convert(k.Images, func(i model.KustomizeImage) v1alpha1.KustomizeImage {
			return v1alpha1.KustomizeImage{Name: i.Name, NewName: i.NewName, NewTag: i.NewTag, Digest: i.Digest, Line: i.Line}
		}),
		Generated: convert(k.Generated, func(g model.GeneratedObject) v1alpha1.GeneratedObject {
			return v1alpha1.GeneratedObject{Kind: g.Kind, Namespace: g.Namespace, Name: g.Name, Line: g.Line, Hashed: g.Hashed}
		}),
		Deprecated: convert(k.Deprecated, func(f model.KustomizeField) v1alpha1.DeprecatedField {
			return v1alpha1.DeprecatedField{Name: f.Name, Line: f.Line}
		}),
	}
}

// reportEntries brings the entries of a kustomization back into the order of the
// file.
func reportEntries(k model.KustomizeFile) []v1alpha1.KustomizeEntry {
	entries := []v1alpha1.KustomizeEntry{}
	add := func(state string, list []model.KustomizeEntry) {
		for _, e := range list {
			entry := v1alpha1.KustomizeEntry{Path: e.Entry, Field: e.Field, Line: e.Line, Target: e.Target, State: state}
			if e.Ignored {
				entry.State = "ignored"
			}
			entries = append(entries, entry)
		}
	}
	add("found", k.Entries)
	add("remote", k.Remote)
	add("missing", k.Missing)
	add("bare", k.Bare)
	add("disabled", k.Disabled)
	slices.SortStableFunc(entries, func(a, b v1alpha1.KustomizeEntry) int { return cmp.Compare(a.Line, b.Line) })
	return entries
}

func reportChart(c model.Chart) v1alpha1.Chart {
	return v1alpha1.Chart{
		Path: c.Path, Name: c.Name, Version: c.Version, CRDs: c.CRDs,
		Dependencies: convert(c.Dependencies, func(d model.ChartDependency) v1alpha1.ChartDependency {
			return v1alpha1.ChartDependency{Name: d.Name, Version: d.Version, Repository: d.Repository}
		}),
	}
}

func reportRelease(r model.Release) v1alpha1.Release {
	return v1alpha1.Release{
		Namespace: r.Namespace, Name: r.Name, File: r.File, Line: r.Line, Document: r.Document,
		Chart: r.Chart, Version: r.Version,
		Source: optionalRef(r.Source), SourceFile: r.SourceLocation.File, SourceLine: r.SourceLocation.Line, URL: r.URL, Ref: r.Ref,
		LocalChart: r.LocalChart,
		Values:     list(r.Values),
		ValuesFrom: convert(r.ValuesFrom, func(v model.ValuesSource) v1alpha1.ValuesSource {
			return v1alpha1.ValuesSource{Kind: v.Kind, Name: v.Name, Key: v.Key, TargetPath: v.TargetPath, Optional: v.Optional}
		}),
	}
}

// reportMarkers adds to each marker the namespaces that the object of its line
// gets.
func reportMarkers(repository *model.Repository) []v1alpha1.ImageMarker {
	type place struct {
		file     string
		document int
	}
	namespaces := map[place][]string{}
	if len(repository.Markers) > 0 {
		for i := range repository.Documents {
			if d := &repository.Documents[i]; len(d.Namespaces) > 0 {
				namespaces[place{d.File, d.Document}] = d.Namespaces
			}
		}
	}
	return convert(repository.Markers, func(m model.ImageMarker) v1alpha1.ImageMarker {
		return v1alpha1.ImageMarker{
			File: m.File, Line: m.Line, Document: m.Document, Namespace: m.Namespace, Policy: m.Policy, Field: m.Field, Value: m.Value,
			Namespaces: list(namespaces[place{m.File, m.Document}]),
		}
	})
}
