package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src22 = Rule{
	ID:       "SRC-22",
	Title:    "A source is suspended, and what uses it is not",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Everything looks ready, but no commit arrives any more.",
	Fix:      "Resume the source, or suspend what uses it as well, so that it shows.",
	Guard:    "A source that nothing uses, or whose consumers are all suspended, is passed over.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#suspend",
	Focus:    []string{"sources", "troubleshooting"},
	check:    checkSuspendedSources,
}

func checkSuspendedSources(p *pass) {
	for _, object := range p.objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if !ok || !row.Source || !object.Spec.Suspended() {
			continue
		}
		var awake []*model.Object
		for _, consumer := range p.consumers[object] {
			if !consumer.Spec.Suspended() {
				awake = append(awake, consumer)
			}
		}
		if len(awake) == 0 {
			continue
		}
		p.report(finding{
			object: object, field: "spec.suspend",
			evidence: fmt.Sprintf("spec.suspend is true; %s goes on without new revisions", names(awake)),
			fix:      p.resumeFix(object),
		})
	}
}

// resumeFix is how a suspended object is resumed: in Git when Git says so.
func (p *pass) resumeFix(object *model.Object) string {
	if written := p.written[object.Location]; written != nil && written.Spec != nil && written.Spec.Suspended() {
		return "remove suspend: true from " + object.Location.File
	}
	return resumeCommand(object)
}

// resumeCommand is the Flux command that resumes an object.
func resumeCommand(object *model.Object) string {
	commands := map[string]string{
		"GitRepository": "source git", "OCIRepository": "source oci", "Bucket": "source bucket", "HelmRepository": "source helm",
		"HelmChart": "source chart", "Kustomization": "kustomization", "HelmRelease": "helmrelease", "ImageRepository": "image repository",
		"ImagePolicy": "image policy", "ImageUpdateAutomation": "image update", "Alert": "alert", "Receiver": "receiver",
	}
	if command, ok := commands[object.Kind]; ok {
		return fmt.Sprintf("flux resume %s %s -n %s", command, object.Name, object.Namespace)
	}
	return fmt.Sprintf("kubectl -n %s patch %s %s --type=merge -p '{\"spec\":{\"suspend\":false}}'", object.Namespace, object.Kind, object.Name)
}
