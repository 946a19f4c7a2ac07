package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// adviseDisasterRecovery asks what a new cluster would lack: keys that no file
// holds, data, and what is defined in the cluster alone.
func adviseDisasterRecovery(p *project) entry {
	var e entry
	if !p.hasFlux() {
		return e
	}
	var keys, onlyLive []string
	_, kustomizations := specsOf[*fluxkind.Kustomization](p)
	for _, spec := range kustomizations {
		if spec.Decryption != nil && spec.Decryption.SecretRef != nil {
			keys = append(keys, spec.Decryption.SecretRef.Name)
		}
	}
	for _, object := range p.Objects {
		if object.Origin == model.FromCluster && (object.Kind == "Kustomization" || object.Kind == "HelmRelease") && object.Labels["kustomize.toolkit.fluxcd.io/name"] == "" {
			onlyLive = append(onlyLive, object.Name)
		}
	}
	claims, sets, example := 0, 0, ""
	if p.Repository != nil {
		for _, document := range p.Repository.Documents {
			switch document.Kind {
			case "PersistentVolumeClaim":
				claims++
			case "StatefulSet":
				sets++
			default:
				continue
			}
			if example == "" {
				example = document.Name
			}
		}
	}
	var synced []string
	for _, target := range p.analysis().Targets {
		if target.SyncedBy.Name != "" {
			synced = append(synced, target.Cluster)
		}
	}
	if entries := len(synced); entries > 0 {
		e.today = append(e.today, fmt.Sprintf("%s can be set up again from this repository: %s", count(entries, "cluster", "clusters"), some(synced)))
	}
	if len(keys) > 0 {
		e.today = append(e.today, fmt.Sprintf("what is encrypted is opened by %s, which no file here holds", some(keys)))
		e.next = append(e.next, fmt.Sprintf("keep a copy of the key in %s outside the cluster, and try a restore with it", keys[0]))
	}
	if claims+sets > 0 {
		e.gap = append(e.gap, fmt.Sprintf("Git brings back %s and %s empty, %s among them: their data needs a backup of its own", count(claims, "volume claim", "volume claims"), count(sets, "StatefulSet", "StatefulSets"), example))
	}
	if len(onlyLive) > 0 && p.Repository != nil {
		e.gap = append(e.gap, fmt.Sprintf("%s only in the cluster: %s", count(len(onlyLive), "object lives", "objects live"), some(onlyLive)))
		e.next = append(e.next, "flux export kustomization --all > rescue.yaml shows what Git does not have, "+onlyLive[0]+" among it")
	}
	return e
}
