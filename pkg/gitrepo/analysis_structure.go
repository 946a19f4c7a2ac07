package gitrepo

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// pattern names the structure, by the terms of
// https://fluxcd.io/flux/guides/repository-structure/ where it has one.
func (p *project) pattern() string {
	name, _, _ := p.recognise()
	return name
}

// The structures that are told apart.
const (
	patternMonorepo        = "monorepo"
	patternPerEnvironment  = "repo-per-environment"
	patternPerTeam         = "repo-per-team"
	patternPerApp          = "repo-per-app"
	patternFleetOCI        = "fleet-oci"
	patternClusterTemplate = "cluster-template"
	patternCollection      = "collection"
	patternArgoCD          = "argo-cd"
	patternCharts          = "helm-charts"
	patternManifests       = "manifests"
)

// recognise finds the structure and says why it is that one.
func (p *project) recognise() (name, why string, evidence []model.Evidence) {
	if !p.hasFlux() {
		return p.recogniseWithoutFlux()
	}
	var synced []model.Evidence
	for _, c := range p.clusters {
		synced = append(synced, c.evidence[:min(1, len(c.evidence))]...)
	}
	clusterNames := enumerate(p.repo.Clusters)
	if roots := p.roots(); len(roots) > 2 {
		return patternCollection, fmt.Sprintf("%s have clusters of their own: %s", count(len(roots), "folder", "folders"), enumerate(roots)), synced
	}
	for _, c := range p.clusters {
		if strings.HasPrefix(c.url, "oci://") {
			return patternFleetOCI, fmt.Sprintf("%s follows the artifact %s (%s), not a Git branch", c.name, c.url, c.ref), c.evidence
		}
	}
	foreign := p.foreignKustomizations()
	ofTenants := slices.DeleteFunc(slices.Clone(foreign), func(o *model.Object) bool { return !p.ofTenant(o) })
	sourceName := func(o *model.Object) string { return p.sourceOf(o).Name }
	switch {
	case len(p.tenants) > 0 && len(ofTenants) > 0:
		return patternPerTeam, fmt.Sprintf("the platform's repository registers the teams %s, whose manifests come from repositories of their own (%s)",
			enumerate(p.repo.Tenants), enumerate(names(ofTenants, sourceName))), evidenceOf(ofTenants, "spec.sourceRef")
	case len(foreign) > 1 && 2*len(foreign) >= len(p.kustomizations()):
		return patternPerApp, fmt.Sprintf("%d of %d Kustomizations fetch an application from a repository of its own (%s)",
			len(foreign), len(p.kustomizations()), enumerate(names(foreign, sourceName))), evidenceOf(foreign, "spec.sourceRef")
	}
	if name, why, evidence := p.recogniseEnvironment(); name != "" {
		return name, why, evidence
	}
	if len(p.clusters) == 0 {
		if docker := slices.IndexFunc(p.files, func(f string) bool { return strings.HasPrefix(path.Base(f), "Dockerfile") && !p.isSide(f) }); docker >= 0 {
			return patternPerApp, "the repository holds an application's source and its manifests, and no cluster", []model.Evidence{inFile(p.files[docker], 1)}
		}
		first := p.firstFlux()
		return patternMonorepo, "Flux objects lie in the repository, but nothing in it makes a cluster follow them", []model.Evidence{at(first, "")}
	}
	return patternMonorepo, fmt.Sprintf("this one repository describes %s (%s) with all that runs there", count(len(p.clusters), "cluster", "clusters"), clusterNames), synced
}

// recogniseEnvironment sees a repository, or a branch, for each environment.
func (p *project) recogniseEnvironment() (name, why string, evidence []model.Evidence) {
	branches := map[string][]*model.Object{}
	for _, o := range p.flux("GitRepository") {
		if s := spec[fluxkind.GitRepository](o); s.Ref != nil && isEnvironment(s.Ref.Branch) {
			branches[publicURL(s.URL)] = append(branches[publicURL(s.URL)], o)
		}
	}
	for _, url := range sortedKeys(branches) {
		found := names(branches[url], func(o *model.Object) string { return spec[fluxkind.GitRepository](o).Ref.Branch })
		if len(found) < 2 {
			continue
		}
		for _, o := range branches[url] {
			evidence = append(evidence, at(o, "spec.ref.branch"))
		}
		return patternPerEnvironment, fmt.Sprintf("each environment has a branch of %s: %s", url, enumerate(found)), evidence
	}
	if len(p.clusters) == 0 || len(p.environments) > 1 {
		return "", "", nil
	}
	for _, remote := range p.repo.Git.Remotes {
		repository := strings.TrimSuffix(path.Base(strings.ReplaceAll(remote.URL, ":", "/")), ".git")
		if environment := environmentIn(repository); environment != "" {
			return patternPerEnvironment, fmt.Sprintf("the repository %s holds the environment %s alone", repository, environment), p.clusters[0].evidence
		}
	}
	return "", "", nil
}

func (p *project) recogniseWithoutFlux() (name, why string, evidence []model.Evidence) {
	if templates := p.templates(); len(templates) > len(p.repo.Documents) {
		extensions := names(templates, path.Ext)
		for _, file := range templates {
			evidence = append(evidence, inFile(file, 1))
		}
		return patternClusterTemplate, fmt.Sprintf("%s (%s) and become manifests only when they are rendered; no Flux object is here as it will be applied",
			count(len(templates), "file is a template", "files are templates"), enumerate(extensions)), evidence
	}
	argo := p.documents(func(d *model.Document) bool {
		return d.ID().Group == "argoproj.io" && strings.HasPrefix(d.Kind, "Application")
	})
	switch {
	case len(argo) > 0:
		return patternArgoCD, fmt.Sprintf("%s of Argo CD and no Flux object", count(len(argo), "application", "applications")), argo
	case len(p.repo.Charts) > 0 && len(p.repo.Documents) == 0:
		for _, c := range p.repo.Charts {
			evidence = append(evidence, inFile(path.Join(c.Path, "Chart.yaml"), 1))
		}
		return patternCharts, fmt.Sprintf("%s and nothing that deploys them", count(len(p.repo.Charts), "Helm chart", "Helm charts")), evidence
	case len(p.repo.Documents) > 0:
		all := p.documents(func(*model.Document) bool { return true })
		return patternManifests, fmt.Sprintf("%s and no Flux object", count(len(all), "Kubernetes manifest", "Kubernetes manifests")), all
	}
	return "", "", nil
}

// templateExtensions are those of template languages outside Helm.
var templateExtensions = []string{".j2", ".jinja", ".jinja2", ".tmpl", ".gotmpl", ".tpl", ".ftl", ".mustache", ".erb", ".jsonnet", ".libsonnet", ".cue", ".star"}

// templates are files that a template language makes manifests of.
func (p *project) templates() []string {
	var found []string
	for _, file := range p.files {
		extension := path.Ext(file)
		inner := path.Ext(strings.TrimSuffix(file, extension))
		if slices.Contains(templateExtensions, extension) && (model.IsYAML("x"+inner) || inner == ".json") {
			found = append(found, file)
		}
	}
	return found
}

// documents finds documents of the census, as evidence.
func (p *project) documents(match func(*model.Document) bool) []model.Evidence {
	var found []model.Evidence
	for i := range p.repo.Documents {
		d := &p.repo.Documents[i]
		if !d.Patch && match(d) {
			found = append(found, model.Evidence{Location: d.Location, Object: d.ID()})
		}
	}
	return found
}

// firstFlux is some Flux object, the first by file.
func (p *project) firstFlux() *model.Object {
	var first *model.Object
	for _, objects := range p.objects {
		for _, o := range objects {
			if first == nil || compareEvidence(at(o, ""), at(first, "")) < 0 {
				first = o
			}
		}
	}
	return first
}

// roots are the folders that hold clusters, without the folder named clusters
// between: in one project there is one.
func (p *project) roots() []string {
	found := map[string]bool{}
	for _, c := range p.clusters {
		if !c.located || c.syncedBy == nil {
			continue
		}
		parent := folderOf(cmp.Or(c.home(), c.path))
		if holdsClusters(path.Base(parent)) {
			parent = folderOf(parent)
		}
		found[cmp.Or(parent, ".")] = true
	}
	return sortedKeys(found)
}

// foreignKustomizations fetch their manifests from another repository, artifact
// or bucket than the one that is scanned.
func (p *project) foreignKustomizations() []*model.Object {
	var found []*model.Object
	for i := range p.repo.Builds {
		b := &p.repo.Builds[i]
		if p.isSide(b.File) {
			continue
		}
		if o := p.foreign(b); o != nil {
			found = append(found, o)
		}
	}
	return found
}

// foreign is the Kustomization that owns a build, if it builds what lies
// elsewhere: its source is told to, or is written here for it, and no cluster
// follows that source.
func (p *project) foreign(b *model.Build) *model.Object {
	if b.Owner.Kind != "Kustomization" || b.Found || b.Source != model.SourceOther && b.Source != model.SourceUnknown {
		return nil
	}
	o := p.objectAt(b.Owner, b.Location)
	if o == nil {
		return nil
	}
	id := p.sourceOf(o)
	if id.Kind != "GitRepository" && id.Kind != "OCIRepository" && id.Kind != "Bucket" {
		return nil
	}
	source, ok := p.lookup(id, o.Location.File)
	if !ok {
		if b.Source == model.SourceOther {
			return o
		}
		return nil
	}
	for _, c := range p.clusters {
		if c.syncedBy == nil {
			continue
		}
		if followed, ok := p.lookup(p.sourceOf(c.syncedBy), c.syncedBy.Location.File); ok && followed == source {
			return nil
		}
	}
	return o
}

// structureStatements say how the repository is laid out.
func (p *project) structureStatements() []model.Statement {
	var list []model.Statement
	add := func(topic, text string, evidence []model.Evidence) {
		list = append(list, statement(topic, text, "", evidence))
	}
	if name, why, evidence := p.recognise(); name != "" {
		add("pattern", name+": "+why, evidence)
	}
	if len(p.clusters) > 1 {
		var evidence []model.Evidence
		for _, c := range p.clusters {
			evidence = append(evidence, c.evidence[:min(1, len(c.evidence))]...)
		}
		add("clusters", fmt.Sprintf("%s: %s", count(len(p.clusters), "cluster", "clusters"), enumerate(p.repo.Clusters)), evidence)
	}
	var remote []*cluster
	var evidence []model.Evidence
	for _, c := range p.clusters {
		if c.remote {
			remote = append(remote, c)
			evidence = append(evidence, c.evidence...)
		}
	}
	if len(remote) > 0 {
		add("hub-and-spoke", fmt.Sprintf("%s managed from another cluster through a kubeconfig: %s",
			count(len(remote), "cluster is", "clusters are"), enumerate(names(remote, func(c *cluster) string { return c.name }))), evidence)
	}
	if apps := p.applicationFolders(); len(apps) > 2 {
		evidence := make([]model.Evidence, len(apps))
		for i, file := range apps {
			evidence[i] = inFile(file, 1)
		}
		add("application-folders", fmt.Sprintf("%d applications have a folder each, with the Flux Kustomization beside a folder of what it builds", len(apps)), evidence)
	}
	if generators := p.flux("ArtifactGenerator"); len(generators) > 0 {
		var evidence []model.Evidence
		var artifacts []string
		for _, o := range generators {
			evidence = append(evidence, at(o, "spec.artifacts"))
			for _, a := range spec[fluxkind.ArtifactGenerator](o).Artifacts {
				artifacts = append(artifacts, a.Name)
			}
		}
		slices.Sort(artifacts)
		add("split-artifacts", fmt.Sprintf("an ArtifactGenerator splits the repository into the artifacts %s, so that a change reconciles only what it touches",
			enumerate(slices.Compact(artifacts))), evidence)
	}
	if sets := p.flux("ResourceSet"); len(sets) > 0 {
		var evidence []model.Evidence
		for _, o := range sets {
			evidence = append(evidence, at(o, "spec"))
		}
		add("resource-sets", fmt.Sprintf("%s of the Flux Operator make objects from templates: %s",
			count(len(sets), "ResourceSet", "ResourceSets"), enumerate(names(sets, func(o *model.Object) string { return o.Name }))), evidence)
	}
	if len(p.repo.GitOpsFolders) > 0 {
		var evidence []model.Evidence
		for _, folder := range p.repo.GitOpsFolders {
			evidence = append(evidence, p.inFolder(folder))
		}
		add("folders", "folders of the published structures: "+enumerate(p.repo.GitOpsFolders), evidence)
	}
	slices.SortStableFunc(list[min(1, len(list)):], func(a, b model.Statement) int { return strings.Compare(a.Topic, b.Topic) })
	return list
}

// applicationFolders are the files with one Flux Kustomization whose path is a
// folder beside the file.
func (p *project) applicationFolders() []string {
	found := map[string]bool{}
	for i := range p.repo.Builds {
		b := &p.repo.Builds[i]
		if b.Owner.Kind == "Kustomization" && b.Found && b.Path != "" && folderOf(b.Path) == folderOf(b.File) && strings.HasPrefix(path.Base(b.File), "ks.") {
			found[b.File] = true
		}
	}
	return sortedKeys(found)
}
