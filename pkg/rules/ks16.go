package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks16 = Rule{
	ID:       "KS-16",
	Title:    "Variables come from a ConfigMap or Secret that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The Kustomization fails before it builds anything.",
	Fix:      "Create the object in the namespace of the Kustomization, correct the name, or set optional: true.",
	Guard: "Only what the cluster was asked and answered counts, since such objects are often made by Terraform or by hand. Optional entries are " +
		"passed over.",
	Since: "0.1.0",
	Page:  pageKustomization + "#post-build-variable-substitution",
	Focus: []string{"kustomize", "troubleshooting"},
	check: func(p *pass) { checkKeyReferences[*fluxkind.Kustomization](p, model.RelationSubstitute) },
}

// checkKeyReferences reports ConfigMaps and Secrets that one kind of object
// reads and the cluster does not have.
func checkKeyReferences[T model.Spec](p *pass, relation model.Relation) {
	for object, spec := range specs[T](p.index) {
		for _, ref := range spec.References(object.ID) {
			if ref.Relation != relation || ref.Optional {
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				p.missingSecret(object, ref)
			case found:
				p.missingKey(object, ref)
			}
		}
	}
}

// missingKey reports an entry that the object is known not to have.
func (p *pass) missingKey(object *model.Object, ref model.Reference) {
	if !live(object) || ref.Key == "" {
		return
	}
	keys := p.Cluster.Named[ref.Target].Keys
	if keys == nil {
		return
	}
	for _, key := range keys {
		if key == ref.Key {
			return
		}
	}
	p.report(finding{
		object: object, field: ref.Field,
		evidence: fmt.Sprintf("%s wants the key %s of %s, which has %s", ref.Field, ref.Key, ref.Target, orNone(keys)),
		fix:      fmt.Sprintf("kubectl -n %s edit %s %s", ref.Target.Namespace, strings.ToLower(ref.Target.Kind), ref.Target.Name),
	})
}
