package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var img15 = Rule{
	ID:       "IMG-15",
	Title:    "A registry is scanned more than once a minute",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Public registries limit how often they answer (Docker Hub by the hour); then pulls of Pods are refused too.",
	Fix:      "Set spec.interval to five minutes or more, and let a Receiver announce pushes.",
	Guard:    "None is needed.",
	Since:    "0.1.0",
	Page:     pageImageRepository + "#interval",
	Focus:    []string{"image-automation", "performance"},
	check:    checkScanInterval,
}

func checkScanInterval(p *pass) {
	for object, spec := range specs[*fluxkind.ImageRepository](p.index) {
		if interval, ok := spec.Interval.Value(); ok && interval > 0 && interval < time.Minute {
			p.report(finding{
				object: object, field: "spec.interval",
				evidence: fmt.Sprintf("spec.interval is %s for %s", spec.Interval, spec.Image),
				fix:      "interval: 5m",
			})
		}
	}
}
