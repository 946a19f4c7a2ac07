package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src17 = Rule{
	ID:       "SRC-17",
	Title:    "One address is fetched by several sources",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Each of them is polled, fetched and stored for itself.",
	Fix:      "Let all consumers name one source; across namespaces that needs cross-namespace references to be allowed.",
	Guard:    "Same kind, address, reference and credentials, within one namespace or in the cluster; sources that select different files are different.",
	Since:    "0.1.0",
	Page:     pageScaling,
	Focus:    []string{"sources", "performance"},
	check:    checkDuplicateSources,
}

func checkDuplicateSources(p *pass) {
	same := map[string][]*model.Object{}
	for _, object := range p.objects {
		url := ""
		switch spec := object.Spec.(type) {
		case *fluxkind.GitRepository:
			url = spec.URL
		case *fluxkind.OCIRepository:
			url = spec.URL
		case *fluxkind.HelmRepository:
			url = spec.URL
		}
		if url == "" || templated(url) || object.Spec.Suspended() {
			continue
		}
		// The spec without the timing tells what is fetched and with which
		// credentials.
		key := strings.Join([]string{object.Kind, object.Namespace, p.clusterOf(object.Location.File), withoutFields(object.RawSpec, "interval", "timeout", "suspend")}, "\n")
		same[key] = append(same[key], object)
	}
	for _, key := range slices.Sorted(maps.Keys(same)) {
		objects := distinct(same[key])
		if len(objects) < 2 {
			continue
		}
		p.report(finding{
			object: objects[1], field: "spec.url",
			evidence: fmt.Sprintf("%s fetch the same", names(objects)),
			fix:      fmt.Sprintf("name %s everywhere and remove the others", objects[0].ID),
		})
	}
}

// distinct keeps the first object of each identity: overlays of several
// clusters may define one object more than once.
func distinct(objects []*model.Object) []*model.Object {
	seen := map[model.ID]bool{}
	var list []*model.Object
	for _, object := range objects {
		if !seen[object.ID] {
			seen[object.ID] = true
			list = append(list, object)
		}
	}
	return list
}
