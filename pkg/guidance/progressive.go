package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// adviseProgressiveDelivery concerns projects with Flagger; under the focus it
// says what could be rolled out gradually.
func adviseProgressiveDelivery(p *project) entry {
	var e entry
	canaries, _ := specsOf[*fluxkind.Canary](p)
	if len(canaries) > 0 {
		e.today = append(e.today, fmt.Sprintf("%s: %s", count(len(canaries), "workload is rolled out by Flagger", "workloads are rolled out by Flagger"), some(namesOf(canaries))))
		if states := p.states("Canary"); states != "" {
			e.today = append(e.today, "their state is: "+states)
		}
		if len(p.byKind["MetricTemplate"]) == 0 {
			e.gap = append(e.gap, fmt.Sprintf("no MetricTemplate: %s is judged by the built-in metrics alone", canaries[0].Name))
			e.next = append(e.next, "add a MetricTemplate with the error rate that the users of "+canaries[0].Name+" notice")
		}
		return e
	}
	if len(p.Focus) == 0 || p.Repository == nil {
		return e
	}
	workloads, routes := 0, 0
	example := ""
	for _, document := range p.Repository.Documents {
		switch document.Kind {
		case "Deployment":
			if !document.Patch {
				if workloads++; example == "" {
					example = fmt.Sprintf("%s (%s)", document.Name, document.Location)
				}
			}
		case "Ingress", "HTTPRoute", "VirtualService":
			routes++
		}
	}
	releases := len(p.byKind["HelmRelease"])
	if workloads+releases == 0 {
		return e
	}
	e.today = append(e.today, fmt.Sprintf("no Canary for %s, %s and %s: every change reaches all users at once",
		count(workloads, "Deployment", "Deployments"), count(releases, "HelmRelease", "HelmReleases"), count(routes, "route", "routes")))
	if example != "" {
		e.next = append(e.next, "begin with one workload that has users and a metric, such as "+example)
	} else {
		e.next = append(e.next, "begin with the Deployment of one release, such as "+p.byKind["HelmRelease"][0].Name)
	}
	return e
}
