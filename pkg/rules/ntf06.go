package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf06 = Rule{
	ID:       "NTF-06",
	Title:    "A push is noticed only when the next poll comes",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Sources that poll seldom keep a commit waiting for the whole interval.",
	Fix:      "Add a Receiver for the sources and a webhook at the Git server.",
	Guard:    "Only GitRepositories and Buckets with an interval above five minutes, when there is no Receiver at all; said once.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/guides/webhook-receivers/",
	Focus:    []string{"ci-cd", "sources", "monitoring"},
	check:    checkNoReceiver,
}

func checkNoReceiver(p *pass) {
	for range specs[*fluxkind.Receiver](p.index) {
		return
	}
	var slow []*model.Object
	total := 0
	for _, object := range p.objects {
		var interval fluxkind.Duration
		switch spec := object.Spec.(type) {
		case *fluxkind.GitRepository:
			interval = spec.Interval
		case *fluxkind.Bucket:
			interval = spec.Interval
		default:
			continue
		}
		total++
		if value, ok := interval.Value(); ok && value > 5*time.Minute {
			slow = append(slow, object)
		}
	}
	if len(slow) == 0 {
		return
	}
	p.reportAll(slow, total, "Git and bucket sources poll less often than every 5m, and there is no Receiver", "spec.interval",
		fmt.Sprintf("flux create receiver push --type github --event push --secret-ref webhook-token --resource %s/%s --export", slow[0].Kind, slow[0].Name))
}
