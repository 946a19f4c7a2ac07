package gitrepo

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// workloadKinds are the kinds that run containers.
var workloadKinds = []string{"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"}

// applications are the HelmReleases, the Kustomizations that fetch manifests
// from another repository, the workloads that are written here, by folder, and
// the applications of Argo CD.
func (p *project) applications() []model.Application {
	var list []model.Application
	for _, o := range p.helmReleases() {
		list = append(list, p.helmApplication(o))
	}
	for i := range p.repo.Builds {
		if o := p.foreign(&p.repo.Builds[i]); o != nil {
			app := p.application(o.Name, o.Namespace, "Kustomization", o.Location.File)
			app.Source = p.sourceOf(o)
			app.Evidence = []model.Evidence{at(o, "spec.sourceRef")}
			list = append(list, app)
		}
	}
	list = append(list, p.manifestApplications()...)
	for i := range p.repo.Documents {
		d := &p.repo.Documents[i]
		if d.ID().Group == "argoproj.io" && (d.Kind == "Application" || d.Kind == "ApplicationSet") && !d.Patch {
			app := p.application(d.Name, d.Namespace, d.Kind, d.File)
			app.Evidence = []model.Evidence{{Location: d.Location, Object: d.ID()}}
			list = append(list, app)
		}
	}
	slices.SortStableFunc(list, func(a, b model.Application) int {
		return cmp.Or(
			strings.Compare(a.Name, b.Name), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Kind, b.Kind), compareEvidence(a.Evidence[0], b.Evidence[0]),
		)
	})
	return list
}

// application fills what follows from the file: who applies it, and where.
func (p *project) application(name, namespace, kind, file string) model.Application {
	app := model.Application{Name: name, Namespace: namespace, Kind: kind}
	environments := map[string]bool{}
	for _, b := range p.buildsOf[file] {
		app.ManagedBy = append(app.ManagedBy, p.repo.Builds[b].Owner)
		if environment := p.environmentOf(p.repo.Builds[b].Path + "/x"); environment != "" {
			environments[environment] = true
		}
	}
	if environment := p.environmentOf(file); environment != "" {
		environments[environment] = true
	}
	known := len(environments) > 0
	clusters := p.clustersOf(file)
	if remote := func(c int) bool { return p.clusters[c].remote }; slices.ContainsFunc(clusters, remote) {
		// The cluster that manages them holds the objects, they run elsewhere.
		clusters = slices.DeleteFunc(clusters, func(c int) bool { return !remote(c) && !p.clusters[c].covers(file) })
	}
	for _, c := range clusters {
		app.Clusters = append(app.Clusters, p.clusters[c].name)
		// What several environments share belongs to those of its clusters.
		if environment := p.clusters[c].environment; environment != "" && !known {
			environments[environment] = true
		}
	}
	slices.SortFunc(app.ManagedBy, model.ID.Compare)
	app.ManagedBy = slices.Compact(app.ManagedBy)
	app.Environments = sortedKeys(environments)
	return app
}

func (p *project) helmApplication(o *model.Object) model.Application {
	s := spec[fluxkind.HelmRelease](o)
	app := p.application(o.Name, cmp.Or(s.TargetNamespace, p.namespaceOf(o)), "HelmRelease", o.Location.File)
	app.Source = p.sourceOf(o)
	app.Evidence = []model.Evidence{at(o, "spec")}
	if s.Chart != nil {
		app.Chart, app.Version = s.Chart.Spec.Chart, s.Chart.Spec.Version
		return app
	}
	if source, ok := p.lookup(app.Source, o.Location.File); ok {
		url, ref := sourceAddress(source)
		app.Chart = path.Base(url)
		_, app.Version, _ = strings.Cut(ref, " ")
		app.Evidence = append(app.Evidence, at(source, "spec.ref"))
	}
	return app
}

// manifestApplications groups the workloads that are written here by folder.
// Those of Flux itself are no application of the project.
func (p *project) manifestApplications() []model.Application {
	byFolder := map[string][]*model.Manifest{}
	for i := range p.repo.Manifests {
		m := &p.repo.Manifests[i]
		if slices.Contains(workloadKinds, m.Kind) && m.Labels["app.kubernetes.io/part-of"] != "flux" && path.Base(m.File) != "gotk-components.yaml" && !p.isPatch(m.Location) {
			byFolder[folderOf(m.File)] = append(byFolder[folderOf(m.File)], m)
		}
	}
	var list []model.Application
	for _, folder := range sortedKeys(byFolder) {
		workloads := byFolder[folder]
		app := p.application(applicationName(folder, workloads), workloads[0].Namespace, "Manifests", workloads[0].File)
		app.Workloads = len(workloads)
		for _, m := range workloads {
			app.Evidence = append(app.Evidence, manifestEvidence(m))
			if m.Namespace != app.Namespace {
				app.Namespace = ""
			}
		}
		slices.SortFunc(app.Evidence, compareEvidence)
		app.Evidence = app.Evidence[:min(len(app.Evidence), maxEvidence)]
		list = append(list, app)
	}
	return list
}

// applicationName is the name of the only workload, the label that all of them
// share, or the folder's name without the parts that only sort.
func applicationName(folder string, workloads []*model.Manifest) string {
	if len(workloads) == 1 && workloads[0].Name != "" && !strings.ContainsAny(workloads[0].Name, "${}") {
		return workloads[0].Name
	}
	for _, label := range []string{"app.kubernetes.io/part-of", "app.kubernetes.io/name", "app"} {
		shared := workloads[0].Labels[label]
		if shared != "" && !slices.ContainsFunc(workloads, func(m *model.Manifest) bool { return m.Labels[label] != shared }) {
			return shared
		}
	}
	for f := folder; f != ""; f = folderOf(f) {
		name := strings.ToLower(path.Base(f))
		if !isShared(name) && !isEnvironment(name) && !slices.Contains([]string{"app", "manifests", "deploy", "k8s", "kubernetes", "overlays"}, name) {
			return path.Base(f)
		}
	}
	return cmp.Or(folder, workloads[0].Name)
}

func (p *project) isPatch(location model.Location) bool { return p.patchAt[location] }
