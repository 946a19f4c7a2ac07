package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var opr06 = Rule{
	ID:       "OPR-06",
	Title:    "A FluxInstance leaves out a controller that objects need",
	Severity: v1alpha1.SeverityError,
	Why:      "The kinds of that controller are not defined, so every build that holds one is refused.",
	Fix:      "Add the controller to spec.components.",
	Guard:    "Only objects that the same cluster may get: of the folder that the instance syncs, or in no folder of a cluster when there is but one instance. Without spec.components the operator installs the four default controllers.",
	Since:    "0.1.0",
	Page:     pageOptional + "#extra-components",
	Focus:    []string{"controllers", "image-automation"},
	check:    checkInstanceComponents,
}

// defaultComponents are those that the Flux Operator installs by itself.
var defaultComponents = []string{"source-controller", "kustomize-controller", "helm-controller", "notification-controller"}

func checkInstanceComponents(p *pass) {
	instances, several := count[*fluxkind.FluxInstance](p, func(*fluxkind.FluxInstance) bool { return true })
	if instances == nil {
		return
	}
	for object, spec := range specs[*fluxkind.FluxInstance](p.index) {
		components := spec.Components
		if len(components) == 0 {
			components = defaultComponents
		}
		needed := map[string]*model.Object{}
		for _, other := range p.objects {
			row, ok := fluxkind.Lookup(other.Group, other.Kind)
			if !ok || row.Group == fluxkind.GroupOperator || row.Group == fluxkind.GroupFlagger || needed[row.Controller] != nil || slices.Contains(components, row.Controller) {
				continue
			}
			if live(object) && live(other) || p.reaches(object, other, several) {
				needed[row.Controller] = other
			}
		}
		for _, controller := range append(slices.Clone(defaultComponents), "image-automation-controller", "image-reflector-controller", "source-watcher") {
			other := needed[controller]
			if other == nil {
				continue
			}
			p.report(finding{
				object: object, field: "spec.components",
				evidence: fmt.Sprintf("spec.components lacks %s, and %s (%s) needs it", controller, other.ID, orObject(other)),
				fix:      "components: [" + strings.Join(append(slices.Clone(components), controller), ", ") + "]",
			})
		}
	}
}

// reaches is true when the cluster of a FluxInstance surely gets an object: the
// builds that start at its sync path, or what they build in turn, read the
// file.
func (x *index) reaches(instance, other *model.Object, instances int) bool {
	if !inGit(other) {
		return false
	}
	folder := syncFolder(instance)
	if folder != "" && x.clusterOf(other.Location.File) == folder {
		return true
	}
	return instances == 1 && x.clusterOf(other.Location.File) == "" && len(x.builders[other.Location.File]) > 0
}

// count returns the first object of a kind that a condition takes, and how many
// there are.
func count[T model.Spec](p *pass, take func(T) bool) (first *model.Object, n int) {
	for object, spec := range specs[T](p.index) {
		if !take(spec) {
			continue
		}
		if n++; first == nil {
			first = object
		}
	}
	return first, n
}
