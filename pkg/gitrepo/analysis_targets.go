package gitrepo

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// targets are the clusters with what they follow and what reaches them.
func (p *project) targets() []model.Target {
	kustomizations := make([]int, len(p.clusters))
	releases := make([]int, len(p.clusters))
	for _, o := range p.helmReleases() {
		for _, c := range p.clustersOf(o.Location.File) {
			releases[c]++
		}
	}
	for _, o := range p.kustomizations() {
		for _, c := range p.clustersOf(o.Location.File) {
			kustomizations[c]++
		}
	}
	for i := range p.repo.Builds {
		b := &p.repo.Builds[i]
		for _, c := range p.buildClusters[i] {
			// It lies on the cluster that manages this one.
			if b.Owner.Kind == "Kustomization" && p.clusters[c].remote && !slices.Contains(p.clustersOf(b.File), c) {
				kustomizations[c]++
			}
		}
	}

	versions := p.pinnedVersions()
	targets := make([]model.Target, 0, len(p.clusters))
	for i, c := range p.clusters {
		target := model.Target{
			Cluster: c.name, Path: c.path, URL: c.url, Ref: c.ref, Version: cmp.Or(c.version, versions[c.path]),
			Remote: c.remote, Environment: c.environment, Kustomizations: kustomizations[i], HelmReleases: releases[i],
			Evidence: c.evidence[:min(len(c.evidence), maxEvidence)],
		}
		if c.syncedBy != nil {
			target.SyncedBy = c.syncedBy.ID
		}
		switch {
		case c.operator:
			target.InstalledBy = "flux-operator"
		case c.bootstrap:
			target.InstalledBy = "flux bootstrap"
		}
		targets = append(targets, target)
	}
	return targets
}

// pinnedVersions are the Flux versions that flux bootstrap wrote into
// gotk-components.yaml as a label, by the folder of the cluster.
func (p *project) pinnedVersions() map[string]string {
	versions := map[string]string{}
	for i := range p.repo.Manifests {
		m := &p.repo.Manifests[i]
		if m.Labels["app.kubernetes.io/part-of"] == "flux" && path.Base(m.File) == "gotk-components.yaml" {
			if folder := folderOf(folderOf(m.File)); versions[folder] == "" {
				versions[folder] = m.Labels["app.kubernetes.io/version"]
			}
		}
	}
	return versions
}

// sourceAddress is what a source fetches, without credentials, and what it
// follows.
func sourceAddress(o *model.Object) (url, ref string) {
	switch s := o.Spec.(type) {
	case *fluxkind.GitRepository:
		url = publicURL(s.URL)
		if s.Ref == nil {
			return url, "branch master"
		}
		// The order in which the controller looks at the fields.
		switch {
		case s.Ref.Commit != "":
			ref = "commit " + s.Ref.Commit
		case s.Ref.Name != "":
			ref = refText(s.Ref.Name)
		case s.Ref.SemVer != "":
			ref = "semver " + s.Ref.SemVer
		case s.Ref.Tag != "":
			ref = "tag " + s.Ref.Tag
		case s.Ref.Branch != "":
			ref = "branch " + s.Ref.Branch
		default:
			ref = "branch master"
		}
	case *fluxkind.OCIRepository:
		url = publicURL(s.URL)
		switch {
		case s.Ref == nil:
			ref = "tag latest"
		case s.Ref.Digest != "":
			ref = "digest " + s.Ref.Digest
		case s.Ref.SemVer != "":
			ref = "semver " + s.Ref.SemVer
		default:
			ref = "tag " + cmp.Or(s.Ref.Tag, "latest")
		}
	case *fluxkind.HelmRepository:
		url = publicURL(s.URL)
	case *fluxkind.Bucket:
		url = publicURL(s.Endpoint)
		if s.BucketName != "" {
			url += "/" + s.BucketName
		}
	}
	return url, ref
}

// refText writes a Git reference, or the tag of an artifact, as people do.
func refText(ref string) string {
	if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return "branch " + branch
	}
	if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
		return "tag " + tag
	}
	if ref == "" || strings.HasPrefix(ref, "refs/") {
		return ref
	}
	return "tag " + ref
}

// sourceKinds are the kinds that fetch from outside the cluster.
var sourceKinds = []string{"Bucket", "GitRepository", "HelmRepository", "OCIRepository"}

// sourceUses lists the sources with those who use them.
func (p *project) sourceUses() []model.SourceUse {
	users, own := p.sourceUsers(), p.ownSources()
	var uses []model.SourceUse
	for _, kind := range sourceKinds {
		for _, o := range p.flux(kind) {
			use := model.SourceUse{Object: o.ID, Own: own[o], UsedBy: users[o], Evidence: []model.Evidence{at(o, "spec.url")}}
			use.URL, use.Ref = sourceAddress(o)
			uses = append(uses, use)
		}
	}
	slices.SortStableFunc(uses, func(a, b model.SourceUse) int {
		return cmp.Or(a.Object.Compare(b.Object), compareEvidence(a.Evidence[0], b.Evidence[0]))
	})
	return uses
}

// ownSources are the sources that are this very repository.
func (p *project) ownSources() map[*model.Object]bool {
	if p.own != nil {
		return p.own
	}
	p.own = map[*model.Object]bool{}
	for i := range p.repo.Builds {
		b := &p.repo.Builds[i]
		if b.Source != model.SourceTree || b.Owner.Kind != "Kustomization" {
			continue
		}
		if o := p.objectAt(b.Owner, b.Location); o != nil {
			if source, ok := p.lookup(p.sourceOf(o), o.Location.File); ok {
				p.own[source] = true
			}
		}
	}
	return p.own
}

// sourceUsers counts, for each definition of a source, the objects that name
// it. One that several clusters define is counted where it is closest.
func (p *project) sourceUsers() map[*model.Object]int {
	if p.users != nil {
		return p.users
	}
	users := map[*model.Object]int{}
	p.users = users
	for _, objects := range p.objects {
		for _, o := range objects {
			for _, ref := range p.refs(o) {
				if ref.Relation != model.RelationSource || fluxkind.SourceGroup(ref.Target.Kind) == "" {
					continue
				}
				if source, ok := p.lookup(ref.Target, o.Location.File); ok {
					users[source]++
				}
			}
		}
	}
	return users
}
