package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var img11 = Rule{
	ID:       "IMG-11",
	Title:    "The digest of an image is asked for and not looked up",
	Severity: v1alpha1.SeverityError,
	Why:      "With digestReflectionPolicy Always and no interval the policy is stalled (IntervalNotConfigured); with Never a :digest marker has no value and is not written.",
	Fix:      "Set digestReflectionPolicy: Always together with spec.interval, or IfNotPresent.",
	Guard:    "Markers count only when the policy that they name is known. Without a cluster, policies that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageImagePolicy + "#digest-reflection",
	Focus:    []string{"image-automation"},
	check:    checkDigests,
}

func checkDigests(p *pass) {
	for object, spec := range specs[*fluxkind.ImagePolicy](p.index) {
		if spec.DigestReflectionPolicy != "Always" || spec.Interval != "" {
			continue
		}
		if p.mayBePatched(object) {
			p.undecided(object, "spec.interval is absent, and a patch may set it")
			continue
		}
		p.report(finding{
			object: object, field: "spec.digestReflectionPolicy",
			evidence: "spec.digestReflectionPolicy is Always and spec.interval is absent",
			fix:      "interval: 10m",
		})
	}
	if p.Repository == nil {
		return
	}
	for _, marker := range p.Repository.Markers {
		if marker.Field != "digest" {
			continue
		}
		policy := p.policyOf(marker)
		if policy == nil {
			continue
		}
		spec, ok := policy.Spec.(*fluxkind.ImagePolicy)
		if !ok || spec.DigestReflectionPolicy != "" && spec.DigestReflectionPolicy != "Never" || p.mayBePatched(policy) {
			continue
		}
		p.report(finding{
			at:       marker.Location,
			evidence: fmt.Sprintf("the marker wants the digest of %s, whose spec.digestReflectionPolicy is %s", policy.ID, orDefault(spec.DigestReflectionPolicy, "absent, which means Never")),
			fix:      "digestReflectionPolicy: IfNotPresent in " + orObject(policy),
		})
	}
}
