package guidance

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

// adviseControllers is about the Flux that runs, or that the files pin.
func adviseControllers(p *project) entry {
	var e entry
	if p.Cluster != nil && p.Cluster.Flux.Installed {
		flux := p.Cluster.Flux
		text := fmt.Sprintf("in %s runs Flux %s", clusterName(p), orUnknown(flux.Version))
		if flux.ManagedBy != "" {
			text += ", kept by " + flux.ManagedBy
		}
		if len(flux.Components) > 0 {
			var names []string
			for _, component := range flux.Components {
				names = append(names, strings.TrimSuffix(component.Name, "-controller")+" "+component.Version)
			}
			text += ": " + strings.Join(names, ", ")
		}
		e.today = append(e.today, text)
		if minor := fluxver.ParseMinor(flux.Version); minor.Known() && minor.Less(fluxver.Newest()) {
			e.next = append(e.next, fmt.Sprintf("plan the step from %s to %s; kubectl fluxctx migration says what it changes here", minor, fluxver.Newest()))
		}
	}
	instances, specs := specsOf[*fluxkind.FluxInstance](p)
	for i, instance := range instances {
		e.today = append(e.today, fmt.Sprintf("the FluxInstance %s asks for Flux %s with %s", nameOf(instance), orUnknown(specs[i].Distribution.Version), count(max(len(specs[i].Components), 4), "controller", "controllers")))
	}
	for _, target := range p.analysis().Targets {
		if target.InstalledBy == "" && target.Version == "" {
			continue
		}
		e.today = append(e.today, fmt.Sprintf("the cluster %s is set up by %s with Flux %s (%s)", target.Cluster, orHand(target.InstalledBy), orUnknown(target.Version), target.Path))
		if minor := fluxver.ParseMinor(target.Version); minor.Known() && minor.Less(fluxver.OldestSupported()) {
			e.gap = append(e.gap, fmt.Sprintf("Flux %s of %s gets no fixes any more", minor, target.Cluster))
		}
	}
	return e
}

func orUnknown(text string) string {
	if text == "" {
		return "in a version that is not written here"
	}
	return text
}

func orHand(installedBy string) string {
	if installedBy == "" {
		return "hand"
	}
	return installedBy
}
