package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var str05 = Rule{
	ID:       "STR-05",
	Title:    "The cluster runs another Flux than its folder pins",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Either the last upgrade has not arrived, or somebody upgraded past Git and the next reconciliation takes it back.",
	Fix:      "Read the state of the Kustomization flux-system; then commit the version that is meant.",
	Guard:    "Only versions that are written out in full on both sides, for the folder that this cluster syncs.",
	Since:    "0.1.0",
	Page:     pageUpgrade,
	Focus:    []string{"migration", "controllers", "gitops"},
	check:    checkPinnedVersion,
}

func checkPinnedVersion(p *pass) {
	if p.Cluster == nil {
		return
	}
	var running fluxVersion
	for _, v := range p.versions {
		if v.folder == "" {
			running = v
		}
	}
	for _, object := range p.objects {
		folder := syncFolder(object)
		if !live(object) || folder == "" || running.full == "" {
			continue
		}
		for _, pin := range p.versions {
			if pin.folder == "" || pin.folder+"/" != folder || !fullVersion.MatchString(pin.full) || !fullVersion.MatchString(running.full) || trimV(pin.full) == trimV(running.full) {
				continue
			}
			p.report(finding{
				at:       pin.at,
				evidence: fmt.Sprintf("%s, %s", running.said, pin.said),
				fix:      fmt.Sprintf("flux get kustomization %s -n %s; flux version", object.Name, object.Namespace),
			})
		}
	}
}

// trimV drops the v that some write before a version.
func trimV(version string) string {
	if version != "" && version[0] == 'v' {
		return version[1:]
	}
	return version
}
