package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var opr08 = Rule{
	ID:       "OPR-08",
	Title:    "An object is to be copied from one that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The ResourceSet that makes the copy fails as a whole until its original is there.",
	Fix:      "Correct namespace/name in the annotation fluxcd.controlplane.io/copyFrom.",
	Guard:    "Only what the cluster was asked and answered counts as missing; without an answer the repository may not know of the original, and it is a warning when the repository defines an object of that name elsewhere, and left open otherwise.",
	Since:    "0.1.0",
	Page:     pageResourceSet + "#copying-data-from-existing-configmaps-and-secrets",
	Focus:    []string{"multi-tenancy", "repository-structure"},
	check:    checkCopies,
}

const copyFrom = "fluxcd.controlplane.io/copyFrom"

func checkCopies(p *pass) {
	for object, resource := range resourcesOf(p.index) {
		p.copied(model.ID{Kind: resource.Kind, Namespace: resource.Metadata.Namespace, Name: resource.Metadata.Name}, object.Location, resource.Metadata.Annotations[copyFrom])
	}
}

func (p *pass) copied(id model.ID, at model.Location, original string) {
	namespace, name, ok := strings.Cut(original, "/")
	if !ok || templated(original) {
		return
	}
	target := model.ID{Kind: id.Kind, Namespace: namespace, Name: name}
	owner := &model.Object{ID: id, Location: at}
	f := finding{
		id: id, at: at,
		evidence: fmt.Sprintf("%s is %s, which is not in the cluster", copyFrom, target),
		fix:      fmt.Sprintf("kubectl get %s -A | grep %s", strings.ToLower(id.Kind), name),
	}
	if p.Cluster != nil {
		switch p.Cluster.Named[target].Presence {
		case model.Present:
			return
		case model.Absent:
			p.report(f)
			return
		case model.PresenceUnknown:
		}
	}
	if len(p.candidates(owner, target)) > 0 {
		return
	}
	if k, ok := p.elsewhere(owner, target); ok && k.Namespace != "" {
		f.severity = v1alpha1.SeverityWarning
		f.evidence = fmt.Sprintf("%s is %s; the repository defines it in the namespace %s", copyFrom, target, k.Namespace)
		f.fix = fmt.Sprintf("%s: %s/%s", copyFrom, k.Namespace, name)
		p.report(f)
		return
	}
	p.undecided(owner, fmt.Sprintf("%s names %s, which something outside Git may make", copyFrom, target))
}
