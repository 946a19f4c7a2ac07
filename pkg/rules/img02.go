package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img02 = Rule{
	ID:       "IMG-02",
	Title:    "An ImagePolicy may not use the ImageRepository of another namespace",
	Severity: v1alpha1.SeverityError,
	Why:      "The policy is stalled with AccessDenied: an ImageRepository is open to other namespaces only through spec.accessFrom.",
	Fix:      "Add the namespace to spec.accessFrom of the ImageRepository, or move the policy.",
	Guard:    "Labels of namespaces count only when the repository defines the namespace; others are left open.",
	Since:    "0.1.0",
	Page:     pageImageRepository + "#access-from",
	Focus:    []string{"image-automation", "multi-tenancy"},
	check:    checkImageAccess,
}

func checkImageAccess(p *pass) {
	for object, spec := range specs[*fluxkind.ImagePolicy](p.index) {
		namespace := spec.ImageRepositoryRef.Namespace
		if namespace == "" || object.Namespace == "" || namespace == object.Namespace || templated(namespace) {
			continue
		}
		for _, target := range p.targets(object, model.RelationImage) {
			repository, ok := target.Spec.(*fluxkind.ImageRepository)
			if !ok {
				continue
			}
			allowed, known := p.admits(repository.AccessFrom, object.Namespace)
			switch {
			case !known:
				p.undecided(object, "the labels of the namespace "+object.Namespace+" are not known")
			case !allowed:
				p.report(finding{
					object: object, field: "spec.imageRepositoryRef.namespace",
					evidence: fmt.Sprintf("%s does not admit the namespace %s in spec.accessFrom", target.ID, object.Namespace),
					fix:      "accessFrom: {namespaceSelectors: [{matchLabels: {kubernetes.io/metadata.name: " + object.Namespace + "}}]}",
				})
			}
			break
		}
	}
}

// admits says whether an access list lets a namespace in, as far as its labels
// are known.
func (x *index) admits(access *fluxkind.AccessFrom, namespace string) (allowed, known bool) {
	if access == nil {
		return false, true
	}
	labels, labelsKnown := x.namespaceLabels(namespace)
	known = true
	for _, selector := range access.NamespaceSelectors {
		switch matches, sure := matchLabels(selector.MatchLabels, labels, labelsKnown); {
		case matches && sure:
			return true, true
		case !sure:
			known = false
		}
	}
	return false, known
}

// namespaceLabels are the labels of a namespace, with the name that Kubernetes
// adds itself. known is false when the repository does not define it.
func (x *index) namespaceLabels(namespace string) (labels map[string]string, known bool) {
	labels = map[string]string{"kubernetes.io/metadata.name": namespace}
	for _, manifest := range x.ofName[namespaceID(namespace)] {
		known = true
		for key, value := range manifest.Labels {
			labels[key] = value
		}
	}
	return labels, known
}

// matchLabels compares a selector with labels. sure is false when labels that
// nobody knows decide.
func matchLabels(selector, labels map[string]string, labelsKnown bool) (matches, sure bool) {
	for key, value := range selector {
		have, ok := labels[key]
		switch {
		case !ok && !labelsKnown:
			return false, false
		case have != value:
			return false, true
		}
	}
	return true, true
}
