package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks02 = Rule{
	ID:       "KS-02",
	Title:    "The path of a Kustomization holds no manifests",
	Severity: v1alpha1.SeverityWarning,
	Why:      "It is ready and applies nothing; when it applied something before, that is pruned.",
	Fix:      "Correct spec.path, or remove the Kustomization.",
	Guard:    "Only for sources that are this repository. Folders whose files are ignored are reported by SRC-19.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#generating-a-kustomizationyaml-file",
	Focus:    []string{"kustomize", "repository-structure"},
	check:    checkEmptyPaths,
}

func checkEmptyPaths(p *pass) {
	if p.Repository == nil {
		return
	}
	for i := range p.Repository.Builds {
		build := &p.Repository.Builds[i]
		object := p.judged(build)
		if object == nil || !build.Found || build.Source != model.SourceTree || len(build.Files) > 0 || len(build.Ignored) > 0 || len(build.Foreign) > 0 {
			continue
		}
		p.report(finding{
			object: object, at: p.ownerPlace(build, pathField(object)),
			evidence: fmt.Sprintf("%s is ./%s, which holds no Kubernetes manifest", pathField(object), build.Path),
			fix:      "path: ./FOLDER, or remove the object from " + object.Location.File,
		})
	}
}
