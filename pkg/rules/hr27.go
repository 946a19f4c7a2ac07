package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr27 = Rule{
	ID:       "HR-27",
	Title:    "The tests of a release fail and are ignored",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The release is ready although its own tests say that it does not work.",
	Fix:      "Read the logs of the test Pods; mend the release, or the tests, and drop ignoreFailures.",
	Guard:    "Only with test.enable and test.ignoreFailures, and TestSuccess=False.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#test-configuration",
	Focus:    []string{"helm"},
	check:    checkIgnoredTests,
}

func checkIgnoredTests(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		test := object.Status.Condition("TestSuccess")
		if spec.Test == nil || !spec.Test.IgnoreFailures || test == nil || test.Status != "False" {
			continue
		}
		p.report(finding{
			object: object, field: "spec.test.ignoreFailures",
			evidence: fmt.Sprintf("%s: %s", test.Reason, test.Message),
			fix:      fmt.Sprintf("helm test %s -n %s --logs", releaseName(object), storageNamespace(object)),
		})
	}
}
