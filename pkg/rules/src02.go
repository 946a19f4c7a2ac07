package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src02 = Rule{
	ID:       "SRC-02",
	Title:    "A source cannot be fetched",
	Severity: v1alpha1.SeverityError,
	Why:      "Nothing new reaches the cluster from it. What runs stays at the last good revision, and new objects that need the source wait.",
	Fix:      "Mend what the controller reports: the address, the credentials, the network, or the reference.",
	Guard:    "Sources that are suspended, deleted or just being fetched are passed over.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#failed-gitrepository",
	Focus:    []string{"sources", "troubleshooting"},
	check:    checkFailedSources,
}

func checkFailedSources(p *pass) {
	for _, object := range p.objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if !ok || !row.Source && object.Kind != "ImageRepository" || !failing(object) {
			continue
		}
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("%s%s: %s%s", object.Assessment.Reason, p.sinceWords(object.Assessment.Since), object.Assessment.Message, lastGood(object)),
			fix:      sourceCommand(object),
		})
	}
}

// failing is true for objects that do not work and do not merely wait.
func failing(object *model.Object) bool {
	state := object.Assessment.State
	return state == model.StateFailed || state == model.StateStalled
}

func lastGood(object *model.Object) string {
	if object.Status.Artifact == nil || object.Status.Artifact.Revision == "" {
		return "; nothing was ever fetched"
	}
	return "; serving " + object.Status.Artifact.Revision
}

// sourceCommand fetches a source again and shows the outcome.
func sourceCommand(object *model.Object) string {
	names := map[string]string{
		"GitRepository": "source git", "OCIRepository": "source oci", "Bucket": "source bucket",
		"HelmRepository": "source helm", "HelmChart": "source chart", "ImageRepository": "image repository",
	}
	if command, ok := names[object.Kind]; ok {
		return fmt.Sprintf("flux reconcile %s %s -n %s", command, object.Name, object.Namespace)
	}
	return fmt.Sprintf("kubectl describe %s.%s %s -n %s", object.Kind, object.Group, object.Name, object.Namespace)
}
