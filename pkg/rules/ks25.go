package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks25 = Rule{
	ID:       "KS-25",
	Title:    "A target namespace does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "Flux does not create the namespace of spec.targetNamespace; every object of the Kustomization is refused.",
	Fix:      "Add the Namespace to Git, in this Kustomization or in one that it depends on.",
	Guard:    "Reported when the cluster itself says that the namespace is not found. Without that, a namespace may be made by hand or by another repository, and is left open.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#target-namespace",
	Focus:    []string{"kustomize", "troubleshooting"},
	check:    checkTargetNamespace,
}

func checkTargetNamespace(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		namespace := spec.TargetNamespace
		if namespace == "" || templated(namespace) || spec.KubeConfig != nil {
			continue
		}
		if failing(object) && strings.Contains(object.Assessment.Message, fmt.Sprintf("namespaces %q not found", namespace)) {
			p.report(finding{
				object: object, field: "spec.targetNamespace",
				evidence: fmt.Sprintf("spec.targetNamespace is %s; the cluster says: namespaces %q not found", namespace, namespace),
				fix:      "kubectl create namespace " + namespace + " --dry-run=client -o yaml, into the path " + orRoot(spec.Path),
			})
			continue
		}
		if !live(object) && len(p.named[namespaceID(namespace)]) == 0 {
			p.undecided(object, "spec.targetNamespace names "+namespace+", which the repository does not define")
		}
	}
}
