package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr18 = Rule{
	ID:          "HR-18",
	Title:       "Helm keeps a release in another namespace than its objects",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "With spec.targetNamespace alone the release is stored beside the HelmRelease: helm list -n TARGET does not show it, and two tools may install it twice.",
	Fix:         "Set spec.storageNamespace to the target namespace before the first install; later it means a new release.",
	Guard:       "Only when asked for Helm; it works as it is, and a change reinstalls. One finding for all.",
	Since:       "0.1.0",
	Page:        pageHelmRelease + "#storage-namespace",
	Focus:       []string{"helm"},
	check:       checkStorageNamespace,
}

func checkStorageNamespace(p *pass) {
	var apart []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if total++; spec.TargetNamespace != "" && spec.TargetNamespace != object.Namespace && object.Namespace != "" && spec.StorageNamespace == "" {
			apart = append(apart, object)
		}
	}
	p.reportAll(apart, total, "HelmReleases have spec.targetNamespace and no spec.storageNamespace", "spec.targetNamespace", "storageNamespace: the target namespace, for new releases")
}
