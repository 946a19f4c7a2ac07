package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec12 = Rule{
	ID:       "SEC-12",
	Title:    "Remote clusters are reached with a kubeconfig that is kept in a Secret",
	Severity: v1alpha1.SeverityInfo,
	Why:      "The file is a long-lived credential for the whole remote cluster, and has to be changed by hand.",
	Fix:      "Use spec.kubeConfig.configMapRef with the workload identity of the cloud, where the remote cluster has one.",
	Guard:    "One finding for all. Clusters made by Cluster API have such a Secret by design, so names that end in -kubeconfig are passed over.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#secret-less-authentication",
	Focus:    []string{"security", "multi-cluster"},
	check:    checkKubeconfigSecrets,
}

func checkKubeconfigSecrets(p *pass) {
	var static []*model.Object
	total := 0
	for _, object := range p.objects {
		var config *fluxkind.KubeConfig
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			config = spec.KubeConfig
		case *fluxkind.HelmRelease:
			config = spec.KubeConfig
		}
		if config == nil {
			continue
		}
		if total++; config.SecretRef != nil && !strings.HasSuffix(config.SecretRef.Name, "-kubeconfig") {
			static = append(static, object)
		}
	}
	p.reportAll(static, total, "objects for remote clusters use spec.kubeConfig.secretRef", "spec.kubeConfig.secretRef", "kubeConfig: {configMapRef: {name: NAME}}")
}
