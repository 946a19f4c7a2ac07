package gitrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// migrationStatements say what could move to Flux, or to a newer form of it,
// and what it takes.
func (p *project) migrationStatements() []model.Statement {
	var list []model.Statement
	add := func(topic, text, next string, evidence []model.Evidence) {
		if len(evidence) > 0 {
			list = append(list, statement(topic, text, next, evidence))
		}
	}
	p.toFlux(add)
	p.fromArgoCD(add)
	p.fromFluxV1(add)
	p.fromPipelines(add)
	p.newerForms(add)
	slices.SortStableFunc(list, func(a, b model.Statement) int { return strings.Compare(a.Topic, b.Topic) })
	return list
}

// toFlux finds manifests and charts that no Flux object applies.
func (p *project) toFlux(add addStatement) {
	if !p.hasFlux() {
		byFolder := map[string][]model.Evidence{}
		for i := range p.repo.Manifests {
			m := &p.repo.Manifests[i]
			if slices.Contains(workloadKinds, m.Kind) && !p.patchAt[m.Location] && !p.isSide(m.File) {
				byFolder[folderOf(m.File)] = append(byFolder[folderOf(m.File)], manifestEvidence(m))
			}
		}
		var evidence []model.Evidence
		folders := sortedKeys(byFolder)
		for _, folder := range folders {
			evidence = append(evidence, byFolder[folder]...)
			if folder == "" {
				folders[slices.Index(folders, "")] = "."
			}
		}
		add("plain-manifests", fmt.Sprintf("%s in %s that nothing here applies", count(len(evidence), "workload", "workloads"), enumerate(folders)),
			"run flux bootstrap, then flux create kustomization with --path for each of these folders, first with --prune=false", evidence)
	} else {
		var orphans []model.Evidence
		var files []string
		for _, u := range p.repo.Unreached {
			if u.Disabled == "" && !p.isSide(u.File) {
				orphans = append(orphans, inFile(u.File, 1))
				files = append(files, u.File)
			}
		}
		add("unreached-manifests", fmt.Sprintf("%s that no Flux object builds: %s", count(len(files), "file with manifests", "files with manifests"), enumerate(files)),
			"name them in the kustomization above them, or remove them", orphans)
	}
	used := map[string]bool{}
	for _, o := range p.helmReleases() {
		if s := spec[fluxkind.HelmRelease](o); s.Chart != nil {
			used[cleanPath(s.Chart.Spec.Chart)] = true
		}
	}
	for _, o := range p.flux("HelmChart") {
		used[cleanPath(spec[fluxkind.HelmChart](o).Chart)] = true
	}
	dependencies := map[string]bool{}
	for _, c := range p.repo.Charts {
		for _, d := range c.Dependencies {
			if local, ok := strings.CutPrefix(d.Repository, "file://"); ok {
				dependencies[cleanPath(path.Join(c.Path, local))] = true
			}
		}
	}
	var charts []model.Evidence
	var paths []string
	for _, c := range p.repo.Charts {
		if used[c.Path] || dependencies[c.Path] || strings.Contains(c.Path, "/charts/") && used[strings.Split(c.Path, "/charts/")[0]] || p.isSide(c.Path+"/x") {
			continue
		}
		charts = append(charts, inFile(path.Join(c.Path, "Chart.yaml"), 1))
		paths = append(paths, c.Path)
	}
	add("local-charts", fmt.Sprintf("%s that no HelmRelease installs from here: %s", count(len(paths), "chart", "charts"), enumerate(paths)),
		"write a HelmRelease with a GitRepository source, or publish the chart as an OCI artifact", charts)
	var helmfiles []model.Evidence
	var found []string
	for _, file := range p.files {
		if base := strings.ToLower(path.Base(file)); strings.HasPrefix(base, "helmfile.y") || strings.HasSuffix(folderOf(file), "helmfile.d") && model.IsYAML(base) {
			helmfiles = append(helmfiles, inFile(file, 1))
			found = append(found, file)
		}
	}
	add("helmfile", "helmfile installs charts outside Flux: "+enumerate(found), "write a HelmRelease for each release that is not needed before Flux runs", helmfiles)
}

func (p *project) fromArgoCD(add addStatement) {
	argo := p.documents(func(d *model.Document) bool {
		return d.ID().Group == "argoproj.io" && strings.HasPrefix(d.Kind, "Application")
	})
	add("argo-cd", fmt.Sprintf("Argo CD deploys %s: %s", count(len(argo), "application", "applications"), enumerate(names(argo, func(e model.Evidence) string { return e.Object.Name }))),
		"write a Kustomization or HelmRelease of the same path or chart for each, then delete the Application with --cascade=false", argo)
	rollouts := p.documents(func(d *model.Document) bool { return d.ID().Group == "argoproj.io" && d.Kind == "Rollout" })
	add("argo-rollouts", fmt.Sprintf("Argo Rollouts controls %s: %s", count(len(rollouts), "workload", "workloads"), enumerate(names(rollouts, func(e model.Evidence) string { return e.Object.Name }))),
		"Flux applies them as they are; Flagger does the same for plain Deployments", rollouts)
}

// fromFluxV1 finds what the first Flux left behind; it is archived since 2022.
func (p *project) fromFluxV1(add addStatement) {
	evidence := p.documents(func(d *model.Document) bool {
		return d.ID().Group == "helm.fluxcd.io" || d.ID().Group == "flux.weave.works"
	})
	for _, file := range p.files {
		if path.Base(file) == ".flux.yaml" {
			evidence = append(evidence, inFile(file, 1))
		}
	}
	for i := range p.repo.Manifests {
		m := &p.repo.Manifests[i]
		for key := range m.Annotations {
			if strings.HasPrefix(key, "fluxcd.io/") || strings.HasPrefix(key, "flux.weave.works/") || strings.HasPrefix(key, "filter.fluxcd.io/") {
				evidence = append(evidence, manifestEvidence(m))
				break
			}
		}
	}
	add("flux-v1", count(len(evidence), "place is", "places are")+" written for Flux v1", "rewrite HelmReleases for helm.toolkit.fluxcd.io/v2 and annotations as image policies", evidence)
}

func (p *project) fromPipelines(add addStatement) {
	for _, pipeline := range p.repo.CI {
		var evidence []model.Evidence
		var tools []string
		for _, step := range pipeline.Steps {
			if step.Does == model.PipelineDeploys && step.Tool != "flux reconcile" && step.Tool != "flux bootstrap" {
				evidence = append(evidence, model.Evidence{Location: step.Location})
				tools = append(tools, strings.TrimSpace(step.Tool+" "+step.Path))
			}
		}
		slices.Sort(tools)
		add("ci-deploys", fmt.Sprintf("%s deploys past Git: %s", pipeline.File, enumerate(slices.Compact(tools))),
			"let the pipeline push the change to Git or to an OCI artifact, and Flux apply it", evidence)
	}
}

// newerForms finds Flux objects in forms that Flux has replaced.
func (p *project) newerForms(add addStatement) {
	old := map[string][]*model.Object{}
	newest := map[string]string{}
	for _, o := range p.repo.Objects {
		kind, ok := fluxkind.Lookup(o.Group, o.Kind)
		if _, version := model.SplitAPIVersion(o.APIVersion); !ok || version == kind.Versions[0] {
			continue
		}
		key := o.APIVersion + " " + o.Kind
		old[key] = append(old[key], o)
		newest[key] = kind.Versions[0]
	}
	var parts []string
	var evidence []model.Evidence
	for _, key := range sortedKeys(old) {
		parts = append(parts, fmt.Sprintf("%d %s (now %s)", len(old[key]), key, newest[key]))
		evidence = append(evidence, evidenceOf(old[key], "apiVersion")...)
	}
	add("flux-apis", count(len(evidence), "object is", "objects are")+" written in an older API version: "+enumerate(parts), "run flux migrate -f . with a flux CLI of the version to come", evidence)

	var oci []*model.Object
	for _, o := range p.flux("HelmRepository") {
		if s := spec[fluxkind.HelmRepository](o); s.Type == "oci" || strings.HasPrefix(s.URL, "oci://") {
			oci = append(oci, o)
		}
	}
	add("oci-helm-repositories", fmt.Sprintf("%s of type oci, which only gets fixes: %s", count(len(oci), "HelmRepository is", "HelmRepositories are"), enumerate(objectNames(oci))),
		"use an OCIRepository with a chartRef for each chart", evidenceOf(oci, "spec.type"))

	fields := map[string]bool{}
	var places, inflated []model.Evidence
	for i := range p.repo.Kustomizations {
		k := &p.repo.Kustomizations[i]
		for _, field := range k.Deprecated {
			if strings.HasPrefix(field.Name, "helmChart") {
				inflated = append(inflated, inFile(k.File, field.Line))
				continue
			}
			fields[field.Name] = true
			places = append(places, inFile(k.File, field.Line))
		}
	}
	add("kustomize-fields", fmt.Sprintf("%s that kustomize has replaced: %s", count(len(places), "use of a field", "uses of fields"), enumerate(sortedKeys(fields))),
		"run kustomize edit fix in each folder", places)
	add("kustomize-helm-charts", count(len(inflated), "kustomization renders charts", "kustomizations render charts")+", which Flux does not do",
		"write a HelmRelease for each chart", inflated)
}
