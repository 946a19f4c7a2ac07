package engine

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// The functions of this file turn facts into the public contract. Lists are
// never nil, so that scripts can loop over them.

func reportCluster(cluster *model.Cluster) *v1alpha1.Cluster {
	if cluster == nil {
		return nil
	}
	flux := cluster.Flux
	return &v1alpha1.Cluster{
		Context:           cluster.Context,
		Server:            cluster.Server,
		Reachable:         cluster.Reachable,
		KubernetesVersion: cluster.KubernetesVersion,
		Flux: v1alpha1.Flux{
			Installed: flux.Installed,
			Version:   flux.Version,
			Released:  released(flux.Version),
			Namespace: flux.Namespace,
			Registry:  flux.Registry,
			ManagedBy: flux.ManagedBy,
			Support:   reportSupport(flux.Version, cluster.KubernetesVersion),
			Components: convert(flux.Components, func(c model.Component) v1alpha1.FluxComponent {
				return v1alpha1.FluxComponent{
					Namespace: c.Namespace, Name: c.Name, Image: c.Image, Version: c.Version, Ready: c.Ready,
					Restarts: c.Restarts, OOMKilled: c.OOMKilled, Waiting: c.Waiting, Args: list(c.Args),
				}
			}),
			CRDs: convert(flux.CRDs, func(c model.InstalledCRD) v1alpha1.FluxCRD {
				return v1alpha1.FluxCRD{Group: c.Group, Kind: c.Kind, Served: list(c.Served), Stored: list(c.Stored)}
			}),
		},
		Events: convert(cluster.Events, reportEvent),
	}
}

// released is the day on which the minor of a Flux version came out.
func released(version string) string {
	release, _ := fluxver.LookupRelease(fluxver.ParseMinor(version))
	return release.Date
}

func reportSupport(flux, kubernetes string) *v1alpha1.FluxSupport {
	release, ok := fluxver.LookupRelease(fluxver.ParseMinor(flux))
	if !ok {
		return nil
	}
	support := &v1alpha1.FluxSupport{
		Minor: release.Minor.String(), Newest: fluxver.Newest().String(),
		Supported:  release.Minor.AtLeast(fluxver.OldestSupported()),
		Kubernetes: string(release.Supports(fluxver.ParseMinor(kubernetes))),
	}
	if release.Oldest.Known() {
		support.OldestKubernetes, support.NewestKubernetes = release.Oldest.String(), release.Newest.String()
	}
	return support
}

func reportRepository(repository *model.Repository) *v1alpha1.Repository {
	if repository == nil {
		return nil
	}
	return &v1alpha1.Repository{
		Root:      repository.Root,
		Git:       reportGit(repository.Git),
		Files:     repository.Files,
		YAMLFiles: repository.YAMLFiles,
		Documents: len(repository.Documents),
		Census:    repository.Census(),
		ParseErrors: convert(repository.ParseErrors, func(e model.ParseError) v1alpha1.ParseError {
			return v1alpha1.ParseError{File: e.File, Line: e.Line, Document: e.Document, Message: e.Message}
		}),
		Kustomizations: convert(repository.Kustomizations, reportKustomizeFile),
		Unreached: convert(repository.Unreached, func(u model.UnreachedFile) v1alpha1.UnreachedFile {
			return v1alpha1.UnreachedFile{File: u.File, Disabled: u.Disabled, Nearest: u.Nearest}
		}),
		Charts:        convert(repository.Charts, reportChart),
		Releases:      convert(repository.Releases, reportRelease),
		ImageMarkers:  reportMarkers(repository),
		GitOpsFolders: list(repository.GitOpsFolders),
		Pattern:       repository.Pattern,
		Clusters:      list(repository.Clusters),
		Environments:  list(repository.Environments),
		Tenants:       list(repository.Tenants),
		Analysis:      reportAnalysis(repository.Analysis),
		CI: convert(repository.CI, func(p model.Pipeline) v1alpha1.Pipeline {
			return v1alpha1.Pipeline{File: p.File, System: p.System, Does: list(p.Does)}
		}),
	}
}

func reportGit(git model.Git) *v1alpha1.Git {
	if !git.Known {
		return nil
	}
	return &v1alpha1.Git{
		Head:     git.Head,
		Branch:   git.Branch,
		Upstream: git.Upstream,
		Ahead:    git.Ahead,
		Behind:   git.Behind,
		Detached: git.Detached,
		Shallow:  git.Shallow,
		Tags:     list(git.Tags),
		Linked:   git.Linked,
		Dirty:    git.Dirty(),

		ChangesKnown: git.ChangesKnown,
		Changed: convert(git.Changed, func(c model.Change) v1alpha1.GitChange {
			return v1alpha1.GitChange{Path: c.Path, Code: c.Code, From: c.From, Flux: c.Flux}
		}),
		Submodules: list(git.Submodules),
		Nested:     list(git.Nested),
		Remotes:    convert(git.Remotes, func(r model.Remote) v1alpha1.GitRemote { return v1alpha1.GitRemote{Name: r.Name, URL: r.URL} }),
	}
}

func reportObject(object *model.Object) v1alpha1.Object {
	report := v1alpha1.Object{
		APIVersion: object.APIVersion,
		Kind:       object.Kind,
		Namespace:  object.Namespace,
		Name:       object.Name,
		Origin:     object.Origin.String(),
		File:       object.Location.File,
		Line:       object.Location.Line,
		State:      string(object.Assessment.State),
		SubState:   object.Assessment.SubState,
		Reason:     object.Assessment.Reason,
		Message:    object.Assessment.Message,
		Since:      reportTime(object.Assessment.Since),
		Revision:   revision(object.Status),
		Suspended:  suspended(object),
		DependsOn:  []v1alpha1.ObjectRef{},
		Commit:     reportCommit(object.Commit),
		Absence:    reportAbsence(object.Absence),
		Drift:      convert(object.Drift, reportDrift),
	}
	if object.ManagedBy != (model.ID{}) {
		managedBy := objectRef(object.ManagedBy)
		report.ManagedBy = &managedBy
	}
	if object.Location.File != "" {
		report.Document = &object.Location.Document
	}
	if object.Spec != nil {
		for _, ref := range object.Spec.References(object.ID) {
			switch {
			case ref.Relation == model.RelationDependsOn:
				report.DependsOn = append(report.DependsOn, objectRef(ref.Target))
			case ref.Relation == model.RelationSource && report.Source == nil:
				source := objectRef(ref.Target)
				report.Source = &source
			}
		}
	}
	return report
}

// suspended is spec.suspend, or the annotation that takes its place.
func suspended(object *model.Object) bool {
	if object.Spec != nil && object.Spec.Suspended() {
		return true
	}
	kind, ok := fluxkind.Lookup(object.Group, object.Kind)
	return ok && kind.DisabledBy != "" && object.Annotations[kind.DisabledBy] == "disabled"
}

// revision is what an object runs: the artifact of a source, else what was
// applied last.
func revision(status model.Status) string {
	if status.Artifact != nil {
		return status.Artifact.Revision
	}
	if status.LastAppliedRevision != "" || len(status.History) == 0 {
		return status.LastAppliedRevision
	}
	return status.History[0].ChartVersion
}

func reportRootCause(cause model.RootCause) v1alpha1.RootCause {
	return v1alpha1.RootCause{
		Object:   objectRef(cause.Object),
		State:    string(cause.State),
		Reason:   cause.Reason,
		Message:  cause.Message,
		File:     cause.Location.File,
		Line:     cause.Location.Line,
		Commit:   reportCommit(cause.Commit),
		Evidence: convert(cause.Evidence, reportEvidence),
		Blocks:   convert(cause.Blocks, objectRef),
		Cycle:    convert(cause.Cycle, objectRef),
	}
}

func reportProblem(problem model.Problem) v1alpha1.Problem {
	return v1alpha1.Problem{Source: problem.Source, Code: problem.Code, Message: problem.Message, Hint: problem.Hint}
}

func objectRef(id model.ID) v1alpha1.ObjectRef {
	return v1alpha1.ObjectRef{Kind: id.Kind, Namespace: id.Namespace, Name: id.Name}
}

func reportTime(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return &metav1.Time{Time: t.UTC()}
}

func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

func convert[From, To any](in []From, f func(From) To) []To {
	out := make([]To, len(in))
	for i, item := range in {
		out[i] = f(item)
	}
	return out
}
