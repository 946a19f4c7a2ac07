package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var img08 = Rule{
	ID:       "IMG-08",
	Title:    "Image automation may not push",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The credentials of its GitRepository are read-only, so no update is ever committed.",
	Fix:      "Give the automation a GitRepository of its own with a deploy key that may write.",
	Guard:    "Only when the controller reports that the server refused the push.",
	Since:    "0.1.0",
	Page:     pageImageUpdate + "#source-reference",
	Focus:    []string{"image-automation", "security", "troubleshooting"},
	check:    checkPushRights,
}

func checkPushRights(p *pass) {
	for object, spec := range specs[*fluxkind.ImageUpdateAutomation](p.index) {
		message := strings.ToLower(object.Assessment.Message)
		if !failing(object) || !strings.Contains(message, "read only") && !strings.Contains(message, "read-only") &&
			!strings.Contains(message, "permission denied") && !strings.Contains(message, "write access") && !strings.Contains(message, "not allowed to push") {
			continue
		}
		p.report(finding{
			object: object, field: "spec.sourceRef",
			evidence: fmt.Sprintf("%s: %s", object.Assessment.Reason, object.Assessment.Message),
			fix:      fmt.Sprintf("flux create secret git %s-writer --url=URL -n %s, add its key with write access, and name it in a GitRepository for the automation", spec.SourceRef.Name, object.Namespace),
		})
	}
}
