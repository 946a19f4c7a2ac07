package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var perf05 = Rule{
	ID:       "PERF-05",
	Title:    "Artifacts fill the storage of source-controller",
	Severity: v1alpha1.SeverityWarning,
	Why:      "They lie in an emptyDir by default: the Pod is evicted when the node runs short, and fetches everything again when it restarts.",
	Fix:      "Make the artifacts smaller, or give source-controller a persistent volume.",
	Guard:    "Artifacts above 50 MiB, or more than 1 GiB in all, as the cluster measured them.",
	Since:    "0.1.0",
	Page:     pageScaling + "#persistent-storage-for-flux-internal-artifacts",
	Focus:    []string{"performance", "sources"},
	check:    checkArtifacts,
}

func checkArtifacts(p *pass) {
	total := int64(0)
	var largest *model.Object
	for _, object := range p.objects {
		artifact := object.Status.Artifact
		if artifact == nil {
			continue
		}
		total += artifact.Size
		if largest == nil || artifact.Size > largest.Status.Artifact.Size {
			largest = object
		}
	}
	switch {
	case largest == nil:
	case total > 1<<30:
		p.report(finding{
			object:   largest,
			evidence: fmt.Sprintf("artifacts of %d MiB in all; the largest has %d MiB", total>>20, largest.Status.Artifact.Size>>20),
			fix:      "a PersistentVolumeClaim for the volume data of source-controller, by a patch in flux-system/kustomization.yaml",
		})
	case largest.Status.Artifact.Size > 50<<20:
		p.report(finding{
			object: largest, field: "spec.ignore",
			evidence: fmt.Sprintf("the artifact has %d MiB", largest.Status.Artifact.Size>>20),
			fix:      "leave out what is not applied with spec.ignore or .sourceignore",
		})
	}
}
