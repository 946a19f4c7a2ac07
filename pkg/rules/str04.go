package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var str04 = Rule{
	ID:       "STR-04",
	Title:    "The cluster syncs a folder that this repository does not have",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The entry point in the cluster and the one in Git differ: the folder was renamed in Git, or this is another repository than the cluster follows.",
	Fix:      "Compare the path of the live entry point with the folders of the clusters; move the folder back, or change the path in the cluster and in Git together.",
	Guard:    "Only the Kustomization flux-system and FluxInstances of a cluster whose source is a remote of this clone.",
	Since:    "0.1.0",
	Page:     pageStructure,
	Focus:    []string{"repository-structure", "multi-cluster", "troubleshooting"},
	check:    checkSyncPath,
}

func checkSyncPath(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, object := range p.objects {
		folder := syncFolder(object)
		if !live(object) || folder == "" || !p.syncsClone(object) || p.hasFolder(folder) {
			continue
		}
		p.report(finding{
			object: object, field: pathField(object),
			evidence: fmt.Sprintf("%s is ./%s in the cluster, and the repository has no such folder; its clusters are %s", pathField(object), strings.TrimSuffix(folder, "/"), orNone(p.Repository.Clusters)),
			fix:      fmt.Sprintf("git log --oneline -3 -- %s", strings.TrimSuffix(folder, "/")),
		})
	}
}

// syncsClone is true when an entry point fetches a remote of this clone.
func (x *index) syncsClone(object *model.Object) bool {
	if spec, ok := object.Spec.(*fluxkind.FluxInstance); ok {
		return spec.Sync != nil && x.sameRepository(spec.Sync.URL)
	}
	for _, source := range x.targets(object, model.RelationSource) {
		if spec, ok := source.Spec.(*fluxkind.GitRepository); ok && live(source) {
			return x.sameRepository(spec.URL)
		}
	}
	return false
}

// hasFolder is true when the repository has manifests below a folder, which
// ends in a slash.
func (x *index) hasFolder(folder string) bool {
	for i := range x.Repository.Documents {
		if strings.HasPrefix(x.Repository.Documents[i].File, folder) {
			return true
		}
	}
	return false
}
