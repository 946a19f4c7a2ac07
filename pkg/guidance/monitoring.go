package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func adviseMonitoring(p *project) entry {
	var e entry
	alerts, specs := specsOf[*fluxkind.Alert](p)
	_, providers := specsOf[*fluxkind.Provider](p)
	appliers := len(p.byKind["Kustomization"]) + len(p.byKind["HelmRelease"])
	if len(alerts) > 0 {
		types := map[string]int{}
		for _, provider := range providers {
			types[provider.Type]++
		}
		covered := 0
		for _, object := range append(append([]*model.Object{}, p.byKind["Kustomization"]...), p.byKind["HelmRelease"]...) {
			if isCovered(object, alerts, specs) {
				covered++
			}
		}
		e.today = append(e.today, fmt.Sprintf("%s to %s", count(len(alerts), "Alert", "Alerts"), orNone(tally(types))),
			fmt.Sprintf("%d of %d Kustomizations and HelmReleases are covered", covered, appliers))
	} else if appliers > 0 && p.hasFlux() {
		e.gap = append(e.gap, fmt.Sprintf("a failure of any of the %d Kustomizations and HelmReleases is told to nobody", appliers))
		e.next = append(e.next, fmt.Sprintf("add a Provider for the chat of the team and an Alert for Kustomization/* and HelmRelease/* in %s", some(namespacesOf(p))))
		e.today = append(e.today, fmt.Sprintf("no Alert and %s for %d objects that apply something", count(len(providers), "Provider", "Providers"), appliers))
	}
	monitors := 0
	if p.Repository != nil {
		for _, document := range p.Repository.Documents {
			if document.Kind == "PodMonitor" || document.Kind == "ServiceMonitor" || document.Kind == "PrometheusRule" {
				monitors++
			}
		}
	}
	if monitors > 0 {
		e.today = append(e.today, fmt.Sprintf("%s for Prometheus", count(monitors, "manifest", "manifests")))
	}
	return e
}

func orNone(text string) string {
	if text == "" {
		return "no Provider that is defined here"
	}
	return text
}

// isCovered is true when some Alert takes the events of an object, or selects
// by labels and so may.
func isCovered(object *model.Object, alerts []*model.Object, specs []*fluxkind.Alert) bool {
	for i, spec := range specs {
		if spec.Suspended() {
			continue
		}
		for _, source := range spec.EventSources {
			namespace := source.Namespace
			if namespace == "" {
				namespace = alerts[i].Namespace
			}
			if source.Kind == object.Kind && (namespace == object.Namespace || namespace == "" || object.Namespace == "") && (source.Name == "*" || source.Name == object.Name) {
				return true
			}
		}
	}
	return false
}

func namespacesOf(p *project) []string {
	var list []string
	for _, kind := range []string{"Kustomization", "HelmRelease"} {
		for _, object := range p.byKind[kind] {
			if object.Namespace != "" {
				list = append(list, object.Namespace)
			}
		}
	}
	if list == nil {
		return []string{"flux-system"}
	}
	return list
}
