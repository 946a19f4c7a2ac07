package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxPlaces bounds how many places are named for one API version.
const maxPlaces = 5

// Versions compares the API versions that this cluster builds with what it
// serves now, and after the upgrades in Git. It is nil unless both sides were
// read and belong together.
func Versions(facts *model.Facts) *model.Versions {
	if facts.Cluster == nil || !facts.Cluster.Reachable || facts.Repository == nil || facts.Sync == nil {
		return nil
	}
	e := newExplainer(facts)
	files := e.ownFiles()
	if len(files) == 0 {
		return nil
	}
	v := &model.Versions{Pending: e.pendingVersions(files)}
	to := fluxver.Minor{}
	for _, pending := range v.Pending {
		if pending.What == "Flux" {
			to = fluxver.ParseMinor(pending.To)
		}
	}
	v.APIs = e.apiUses(files, to)
	v.Stored = storedVersions(facts.Cluster.Flux.CRDs, to)
	return v
}

// ownFiles are those that define objects of this cluster, and those that its
// builds read. Where nothing was rendered, the latter are those of the folders
// that live Kustomizations build.
func (e *explainer) ownFiles() map[string]bool {
	files := map[string]bool{}
	for _, o := range e.Objects {
		if o.Origin == model.FromCluster|model.FromRepository && o.Location.File != "" {
			files[o.Location.File] = true
		}
	}
	for place := range e.own.byPlace {
		files[place.File] = true
	}
	for _, b := range e.Repository.Builds {
		owner := e.live[b.Owner]
		if owner == nil {
			continue
		}
		if at, ok := e.own.folder(owner); ok && at == b.Path && e.own.sources[sourceOf(owner)] {
			for _, file := range b.Files {
				files[file] = true
			}
		}
	}
	return files
}

// apiUses groups the documents of some files by apiVersion and kind.
func (e *explainer) apiUses(files map[string]bool, to fluxver.Minor) []model.APIUse {
	uses := map[[2]string]*model.APIUse{}
	for _, d := range e.Repository.Documents {
		if d.Patch || !files[d.File] || isKustomizeFile(d) {
			continue
		}
		key := [2]string{d.APIVersion, d.Kind}
		use := uses[key]
		if use == nil {
			use = &model.APIUse{APIVersion: d.APIVersion, Kind: d.Kind}
			e.judgeAPI(use, to)
			uses[key] = use
		}
		use.Count++
		if len(use.Places) < maxPlaces {
			use.Places = append(use.Places, model.Evidence{Location: d.Location, Object: d.ID()})
		}
	}
	list := make([]model.APIUse, 0, len(uses))
	for _, use := range uses {
		list = append(list, *use)
	}
	slices.SortFunc(list, func(a, b model.APIUse) int {
		return cmp.Or(strings.Compare(a.APIVersion, b.APIVersion), strings.Compare(a.Kind, b.Kind))
	})
	return list
}

// judgeAPI says whether an API version is served, and for how long.
func (e *explainer) judgeAPI(use *model.APIUse, to fluxver.Minor) {
	group, version := model.SplitAPIVersion(use.APIVersion)
	use.Served = e.served(group, version, use)
	if api, ok := fluxver.LookupAPI(group, use.Kind, version); ok && api.Removed.Known() {
		use.RemovedIn = "Flux " + api.Removed.String()
		use.Breaks = use.Served == model.APIServed && to.AtLeast(api.Removed)
		use.Instead = fluxver.Preferred(group, use.Kind, newerOf(to, fluxver.ParseMinor(e.Cluster.Flux.Version)))
	}
	if removal, ok := fluxver.KubernetesRemoval(use.APIVersion, use.Kind); ok {
		use.RemovedIn = "Kubernetes " + removal.Removed.String()
		use.Instead = removal.Instead
	}
	if use.Served == model.APINotServed && use.Instead == "" && len(use.ServedVersions) > 0 {
		use.Instead = use.ServedVersions[0]
	}
	if use.Instead != "" && group != "" && !strings.Contains(use.Instead, "/") {
		use.Instead = group + "/" + use.Instead
	}
}

func newerOf(a, b fluxver.Minor) fluxver.Minor {
	if a.Less(b) {
		return b
	}
	return a
}

// served asks what the server says of itself.
func (e *explainer) served(group, version string, use *model.APIUse) model.APIState {
	if group == "" || len(e.Cluster.APIs) == 0 {
		if group == "" && version == "v1" {
			return model.APIServed
		}
		return model.APIUnknown
	}
	groupServed := false
	for _, api := range e.Cluster.APIs {
		if api.Group != group {
			continue
		}
		groupServed = true
		if api.Kind != use.Kind {
			continue
		}
		use.ServedVersions = api.Versions
		switch {
		case slices.Contains(api.Versions, version):
			return model.APIServed
		case e.definesGroup(group):
			return model.APIUnknown
		}
		return model.APINotServed
	}
	if e.definesGroup(group) {
		return model.APIUnknown
	}
	// A removed version of Kubernetes itself has lost its kind for good.
	if removal, ok := fluxver.KubernetesRemoval(use.APIVersion, use.Kind); ok && (groupServed || fluxver.ParseMinor(e.Cluster.KubernetesVersion).AtLeast(removal.Removed)) {
		return model.APINotServed
	}
	return model.APINoKind
}

// definesGroup is true when Git holds a definition of the group, which may bring
// the version with the same commit.
func (e *explainer) definesGroup(group string) bool {
	return slices.ContainsFunc(e.Repository.Documents, func(d model.Document) bool {
		return d.Kind == "CustomResourceDefinition" && strings.HasSuffix(d.Name, "."+group)
	})
}

// pendingVersions are the versions of Flux that the files of this cluster pin
// and that do not run.
func (e *explainer) pendingVersions(files map[string]bool) (list []model.PendingVersion) {
	running := e.Cluster.Flux.Version
	add := func(what, from, to string, object model.ID, at model.Location) {
		if from != "" && to != "" && strings.TrimPrefix(from, "v") != strings.TrimPrefix(to, "v") {
			list = append(list, model.PendingVersion{What: what, From: from, To: to, Object: object, Location: at})
		}
	}
	for i := range e.Repository.Manifests {
		m := &e.Repository.Manifests[i]
		if files[m.File] && m.Kind == "Namespace" && m.Labels["app.kubernetes.io/part-of"] == "flux" {
			at := m.Location
			at.Line = cmp.Or(m.Lines.Of("metadata.labels.app.kubernetes.io/version"), at.Line)
			add("Flux", running, m.Labels["app.kubernetes.io/version"], model.ID{}, at)
		}
	}
	for _, o := range e.Repository.Objects {
		if !files[o.Location.File] {
			continue
		}
		at := o.Location
		switch spec := o.Spec.(type) {
		case *fluxkind.FluxInstance:
			at.Line = cmp.Or(o.Lines.Of("spec.distribution.version"), at.Line)
			if to := spec.Distribution.Version; fluxver.ParseMinor(to).Known() && !isRangeOf(to, running) {
				add("Flux", running, to, o.ID, at)
			}
		case *fluxkind.HelmRelease:
			chart := chartOf(spec)
			live := e.live[o.ID]
			if chart == "" || live == nil || len(live.Status.History) == 0 || strings.ContainsAny(spec.Chart.Spec.Version, "*xX<>~^ |") {
				continue
			}
			at.Line = cmp.Or(o.Lines.Of("spec.chart.spec.version"), at.Line)
			add("chart "+chart, live.Status.History[0].ChartVersion, spec.Chart.Spec.Version, o.ID, at)
		}
	}
	return list
}

// chartOf is the chart of a release that installs Flux or its operator; empty
// for others.
func chartOf(spec *fluxkind.HelmRelease) string {
	if spec.Chart == nil {
		return ""
	}
	if chart := spec.Chart.Spec.Chart; chart == "flux2" || chart == "flux-operator" {
		return chart
	}
	return ""
}

// isRangeOf is true for a range such as 2.9.x that takes in a version.
func isRangeOf(wanted, running string) bool {
	prefix, isRange := strings.CutSuffix(wanted, ".x")
	if !isRange {
		prefix, isRange = strings.CutSuffix(wanted, ".*")
	}
	return isRange && strings.HasPrefix(strings.TrimPrefix(running, "v")+".", strings.TrimPrefix(prefix, "v")+".")
}

// storedVersions are those that a removal concerns.
func storedVersions(crds []model.InstalledCRD, to fluxver.Minor) (list []model.StoredVersion) {
	for _, crd := range crds {
		for _, version := range crd.Stored {
			api, ok := fluxver.LookupAPI(crd.Group, crd.Kind, version)
			served := slices.Contains(crd.Served, version)
			if !ok || !api.Removed.Known() {
				continue
			}
			list = append(list, model.StoredVersion{
				Definition: crd.Plural + "." + crd.Group, Version: version, RemovedIn: "Flux " + api.Removed.String(),
				Breaks: to.AtLeast(api.Removed) || !served,
			})
		}
	}
	return list
}
