package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img07 = Rule{
	ID:       "IMG-07",
	Title:    "Image updates are pushed to the branch that Flux applies",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Every new tag is deployed at once, without a review and without a check by CI.",
	Fix:      "Push to another branch and merge it by a pull request.",
	Guard:    "A warning when the automation writes below a folder of a production environment; else information, since for a test environment it is what one wants.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/guides/image-update/#push-updates-to-a-different-branch",
	Focus:    []string{"image-automation", "gitops"},
	check:    checkPushBranch,
}

func checkPushBranch(p *pass) {
	for object, spec := range specs[*fluxkind.ImageUpdateAutomation](p.index) {
		if spec.Git == nil || spec.Suspended() {
			continue
		}
		checkout := ""
		if spec.Git.Checkout != nil {
			checkout = spec.Git.Checkout.Ref.Branch
		}
		field := "spec.git"
		if push := spec.Git.Push; push != nil {
			if push.Refspec != "" || push.Branch != "" && push.Branch != checkout {
				continue
			}
			field = "spec.git.push.branch"
		}
		severity := v1alpha1.Severity("")
		if spec.Update != nil && production(&model.Object{Location: model.Location{File: strings.Trim(spec.Update.Path, "./") + "/"}}) {
			severity = v1alpha1.SeverityWarning
		}
		p.report(finding{
			object: object, field: field, severity: severity,
			evidence: fmt.Sprintf("updates are pushed to %s, the branch that is checked out", orDefault(checkout, "the branch of the source")),
			fix:      "push: {branch: image-updates}",
		})
	}
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
