package engine

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func reportAnalysis(analysis model.Analysis) v1alpha1.Analysis {
	return v1alpha1.Analysis{
		Structure:    convert(analysis.Structure, reportStatement),
		Applications: convert(analysis.Applications, reportApplication),
		Targets:      convert(analysis.Targets, reportTarget),
		Sources: convert(analysis.Sources, func(s model.SourceUse) v1alpha1.SourceUse {
			return v1alpha1.SourceUse{
				Object: objectRef(s.Object), URL: s.URL, Ref: s.Ref, Own: s.Own, UsedBy: s.UsedBy,
				Evidence: convert(s.Evidence, reportEvidence),
			}
		}),
		Workflows: convert(analysis.Workflows, reportStatement),
		Dependencies: convert(analysis.Dependencies, func(d model.Dependency) v1alpha1.Dependency {
			return v1alpha1.Dependency{
				Object: objectRef(d.Object), DependsOn: convert(d.DependsOn, objectRef), Depth: d.Depth,
				Evidence: convert(d.Evidence, reportEvidence),
			}
		}),
		Promotion:    convert(analysis.Promotion, reportStatement),
		Access:       convert(analysis.Access, reportStatement),
		Migration:    convert(analysis.Migration, reportStatement),
		Optimisation: convert(analysis.Optimisation, reportStatement),
		Compliance: convert(analysis.Compliance, func(p model.Practice) v1alpha1.Practice {
			return v1alpha1.Practice{Statement: reportStatement(p.Statement), Met: p.Met, Doc: p.Doc}
		}),
	}
}

func reportStatement(s model.Statement) v1alpha1.Statement {
	return v1alpha1.Statement{
		Topic: s.Topic, Text: s.Text, Next: s.Next, Count: s.Count, Evidence: convert(s.Evidence, reportEvidence),
	}
}

func reportApplication(a model.Application) v1alpha1.Application {
	return v1alpha1.Application{
		Name: a.Name, Namespace: a.Namespace, Kind: a.Kind, Chart: a.Chart, Version: a.Version,
		Source: optionalRef(a.Source), ManagedBy: convert(a.ManagedBy, objectRef),
		Clusters: list(a.Clusters), Environments: list(a.Environments), Workloads: a.Workloads,
		Evidence: convert(a.Evidence, reportEvidence),
	}
}

func reportTarget(t model.Target) v1alpha1.Target {
	return v1alpha1.Target{
		Cluster: t.Cluster, Path: t.Path, SyncedBy: optionalRef(t.SyncedBy), URL: t.URL, Ref: t.Ref,
		InstalledBy: t.InstalledBy, Version: t.Version, Remote: t.Remote, Environment: t.Environment,
		Kustomizations: t.Kustomizations, HelmReleases: t.HelmReleases,
		Evidence: convert(t.Evidence, reportEvidence),
	}
}

func reportEvidence(e model.Evidence) v1alpha1.Evidence {
	return v1alpha1.Evidence{File: e.File, Line: e.Line, Object: optionalRef(e.Object), Text: e.Text, Commit: reportCommit(e.Commit)}
}

// optionalRef is nil for the zero ID.
func optionalRef(id model.ID) *v1alpha1.ObjectRef {
	if id == (model.ID{}) {
		return nil
	}
	ref := objectRef(id)
	return &ref
}
