package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src15 = Rule{
	ID:       "SRC-15",
	Title:    "A source is fetched very often, or very seldom",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Below a minute it loads the server and runs into rate limits; above an hour a commit waits that long, unless a Receiver announces it.",
	Fix:      "Use an interval of one to ten minutes, or an hour and a Receiver for the source.",
	Guard:    "Helm repositories and charts in registries change seldom, so long intervals are in order for them.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#interval",
	Focus:    []string{"sources", "performance"},
	check:    checkSourceInterval,
}

func checkSourceInterval(p *pass) {
	received := p.received()
	for _, object := range p.objects {
		var interval fluxkind.Duration
		followed := false
		switch spec := object.Spec.(type) {
		case *fluxkind.GitRepository:
			interval, followed = spec.Interval, true
		case *fluxkind.OCIRepository:
			interval = spec.Interval
		case *fluxkind.HelmRepository:
			interval = spec.Interval
		case *fluxkind.Bucket:
			interval, followed = spec.Interval, true
		}
		value, ok := interval.Value()
		if !ok || value <= 0 {
			continue
		}
		switch {
		case value < time.Minute:
			p.report(finding{
				object: object, field: "spec.interval",
				evidence: fmt.Sprintf("spec.interval is %s", interval),
				fix:      "interval: 1m",
			})
		case followed && value > time.Hour && !received[withoutNamespace(object.ID)]:
			p.report(finding{
				object: object, field: "spec.interval",
				evidence: fmt.Sprintf("spec.interval is %s, and no Receiver names %s", interval, object.ID),
				fix:      "interval: 10m, or a Receiver with this source in spec.resources",
			})
		}
	}
}

// received are the objects, without namespace, that some Receiver names.
func (x *index) received() map[model.ID]bool {
	all := map[model.ID]bool{}
	for object, spec := range specs[*fluxkind.Receiver](x) {
		for _, resource := range spec.Resources {
			if resource.Name == "*" {
				for _, other := range x.objects {
					if other.Kind == resource.Kind {
						all[withoutNamespace(other.ID)] = true
					}
				}
			}
		}
		for _, ref := range spec.References(object.ID) {
			all[withoutNamespace(ref.Target)] = true
		}
	}
	return all
}
