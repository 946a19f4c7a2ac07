package guidance

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// firstPath is the advice for a project without Flux: the shortest way from
// what was found to a cluster that follows Git.
func firstPath(p *project) entry {
	var e entry
	if p.Repository == nil {
		if p.Cluster != nil && p.Cluster.Reachable {
			e.today = append(e.today, fmt.Sprintf("in %s runs Kubernetes %s and no Flux", clusterName(p), p.Cluster.KubernetesVersion))
			e.next = append(e.next, fmt.Sprintf("run flux check --pre --context %s, then flux bootstrap git --url=URL --path=clusters/%[1]s, or install the Flux Operator with a FluxInstance", clusterName(p)))
		}
		return e
	}
	repository := p.Repository
	name := path.Base(strings.TrimSuffix(repository.Root, "/"))
	switch {
	case repository.Templates > 0 && len(repository.Documents) == 0:
		e.today = append(e.today, fmt.Sprintf("the folder %s holds %s and no manifest: nothing of it is applied as it stands", name, count(repository.Templates, "template", "templates")))
		e.next = append(e.next, "render the templates as the README of "+name+" says, and run this in the result")
	case argo(p) > 0:
		e.today = append(e.today, fmt.Sprintf("the folder %s is deployed by Argo CD: %s", name, count(argo(p), "Application", "Applications")))
		e.next = append(e.next, fmt.Sprintf("begin with %s: its GitRepository and a Kustomization with prune: false, and compare; then kubectl delete application %[1]s --cascade=orphan", argoName(p)))
	case len(repository.Charts) > 0:
		chart := repository.Charts[0]
		e.today = append(e.today, fmt.Sprintf("the folder %s holds %s, %s at %s, and no Flux object", name, count(len(repository.Charts), "Helm chart", "Helm charts"), chart.Name, chart.Path))
		e.next = append(e.next, fmt.Sprintf("run flux bootstrap, then flux create helmrelease %s --source=GitRepository/flux-system --chart=./%s --export > clusters/NAME/%s.yaml", chart.Name, chart.Path, chart.Name))
	case len(repository.Documents) > 0:
		kinds := map[string]int{}
		folders := map[string]int{}
		for _, document := range repository.Documents {
			kinds[document.Kind]++
			folders[path.Dir(document.File)]++
		}
		folder := slices.MaxFunc(slices.Sorted(maps.Keys(folders)), func(a, b string) int { return folders[a] - folders[b] })
		e.today = append(e.today, fmt.Sprintf("the folder %s holds %s without Flux: %s", name, count(len(repository.Documents), "manifest", "manifests"), firstOf(tally(kinds), 4)))
		e.next = append(e.next, fmt.Sprintf("run flux bootstrap git --path=clusters/NAME, then flux create kustomization apps --source=GitRepository/flux-system --path=%s --prune=false --interval=10m --export > clusters/NAME/apps.yaml; set prune to true when the diff is empty", "./"+strings.TrimPrefix(folder, ".")))
	default:
		today := fmt.Sprintf("the folder %s is empty", name)
		if repository.Files > 0 {
			today = fmt.Sprintf("the folder %s holds no Kubernetes manifest among %s", name, count(repository.Files, "file", "files"))
		}
		e.today = append(e.today, today)
		e.next = append(e.next, "begin with the folders clusters/NAME, apps and infrastructure, and let flux bootstrap write clusters/NAME/flux-system of "+name)
	}
	if p.Cluster != nil && p.Cluster.Reachable {
		e.today = append(e.today, fmt.Sprintf("in %s runs Kubernetes %s and no Flux", clusterName(p), p.Cluster.KubernetesVersion))
	}
	return e
}

// argo counts Applications and ApplicationSets of Argo CD.
func argo(p *project) int {
	n := 0
	for _, document := range p.Repository.Documents {
		if strings.HasPrefix(document.APIVersion, "argoproj.io/") && strings.HasPrefix(document.Kind, "Application") {
			n++
		}
	}
	return n
}

// firstOf keeps the first entries of a tally.
func firstOf(text string, n int) string {
	parts := strings.Split(text, ", ")
	if len(parts) <= n {
		return text
	}
	return strings.Join(parts[:n], ", ") + fmt.Sprintf(" and %d kinds more", len(parts)-n)
}

// argoName is the first Application.
func argoName(p *project) string {
	for _, document := range p.Repository.Documents {
		if strings.HasPrefix(document.APIVersion, "argoproj.io/") && strings.HasPrefix(document.Kind, "Application") {
			return document.Name
		}
	}
	return ""
}
