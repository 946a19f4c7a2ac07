package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

func adviseHelm(p *project) entry {
	var e entry
	objects, specs := specsOf[*fluxkind.HelmRelease](p)
	if len(objects) == 0 {
		if p.Repository != nil && len(p.Repository.Charts) > 0 && p.hasFlux() {
			chart := p.Repository.Charts[0]
			e.today = append(e.today, fmt.Sprintf("%s and no HelmRelease", count(len(p.Repository.Charts), "chart lies here", "charts lie here")))
			e.next = append(e.next, fmt.Sprintf("flux create helmrelease %s --source=GitRepository/flux-system --chart=./%s --export", chart.Name, chart.Path))
		}
		return e
	}
	byReference, drift := 0, 0
	charts := map[string]int{}
	var blind []string
	for i, spec := range specs {
		if spec.ChartRef != nil {
			byReference++
		} else if spec.Chart != nil {
			charts[spec.Chart.Spec.SourceRef.Kind]++
		}
		if spec.DriftDetection != nil && spec.DriftDetection.Mode != "" && spec.DriftDetection.Mode != "disabled" {
			drift++
		} else {
			blind = append(blind, objects[i].Name)
		}
	}
	if byReference > 0 {
		charts["chartRef"] = byReference
	}
	e.today = append(e.today, fmt.Sprintf("%s, with charts by %s: %s", count(len(objects), "HelmRelease", "HelmReleases"), tally(charts), some(namesOf(objects))))
	if states := p.states("HelmRelease"); states != "" {
		e.today = append(e.today, "their state is: "+states)
	}
	switch {
	case drift == len(objects):
		e.today = append(e.today, fmt.Sprintf("well done: %s drift", count(drift, "release detects", "releases detect")))
	case drift > 0:
		e.gap = append(e.gap, fmt.Sprintf("%d of %d releases do not notice drift: %s", len(blind), len(objects), some(blind)))
		e.next = append(e.next, fmt.Sprintf("set driftDetection.mode: warn on %s, as the other %d have it", blind[0], drift))
	default:
		e.gap = append(e.gap, fmt.Sprintf("no release notices when somebody changes what it installed, %s among them", blind[0]))
		e.next = append(e.next, fmt.Sprintf("set driftDetection.mode: warn on %s and read what is reported before mode enabled", blind[0]))
	}
	return e
}
