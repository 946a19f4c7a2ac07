package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf02 = Rule{
	ID:       "NTF-02",
	Title:    "Failures of Flux are sent to nobody",
	Severity: v1alpha1.SeverityInfo,
	InFocus:  v1alpha1.SeverityWarning,
	Why:      "A failed deployment stays in the status of an object until somebody looks; users notice first.",
	Fix:      "Add a Provider and an Alert for all Kustomizations and HelmReleases.",
	Guard:    "Said once. Alerting may also be done by Prometheus, so it is a warning only when monitoring is asked for.",
	Since:    "0.1.0",
	Page:     pageMonitoring + "alerts/",
	Focus:    []string{"monitoring"},
	check:    checkAlerts,
}

func checkAlerts(p *pass) {
	var first *model.Object
	appliers := 0
	for _, object := range p.objects {
		switch spec := object.Spec.(type) {
		case *fluxkind.Alert:
			if !spec.Suspended() {
				return
			}
		case *fluxkind.Kustomization, *fluxkind.HelmRelease:
			if appliers++; first == nil {
				first = object
			}
		}
	}
	if first == nil {
		return
	}
	p.report(finding{
		object:   first,
		evidence: fmt.Sprintf("no Alert, for %d Kustomizations and HelmReleases", appliers),
		fix: "flux create alert-provider slack --type slack --channel alerts --address https://slack.com/api/chat.postMessage --secret-ref slack-token --export; " +
			"flux create alert failures --provider-ref slack --event-severity error --event-source Kustomization/*,HelmRelease/* --export",
	})
}
