package guidance

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

// adviseMigration is about the way to a newer Flux, and of what is not Flux yet.
func adviseMigration(p *project) entry {
	var e entry
	from := fluxver.Minor{}
	where := ""
	if p.Cluster != nil {
		if minor := fluxver.ParseMinor(p.Cluster.Flux.Version); minor.Known() {
			from, where = minor, clusterName(p)
		}
	}
	for _, target := range p.analysis().Targets {
		if minor := fluxver.ParseMinor(target.Version); minor.Known() && (!from.Known() || minor.Less(from)) {
			from, where = minor, target.Path
		}
	}
	for _, statement := range p.analysis().Migration {
		e.today = append(e.today, statement.Text)
		e.next = append(e.next, step(statement))
	}
	if !from.Known() || !from.Less(fluxver.Newest()) {
		return e
	}
	e.today = append(e.today, fmt.Sprintf("the Flux of %s is %s; %s is the newest", where, from, fluxver.Newest()))
	changes := 0
	for _, change := range fluxver.Between(from, fluxver.Newest()) {
		if evidence := p.touches(change.ID); evidence != "" {
			changes++
			e.gap = append(e.gap, fmt.Sprintf("Flux %s: %s %s", change.Minor, trimStop(change.What), evidence))
			e.next = append(e.next, fmt.Sprintf("before %s, for %s: %s", change.Minor, strings.Trim(evidence, "()"), change.Do))
		}
	}
	if changes == 0 {
		e.today = append(e.today, fmt.Sprintf("none of the %d changes on the way from there meets what %s holds", len(fluxver.Between(from, fluxver.Newest())), where))
	}
	if old := len(p.findings["DEP-01"]) + len(p.findings["DEP-02"]) + len(p.findings["DEP-03"]); old > 0 {
		e.next = append(e.next, fmt.Sprintf("then flux migrate -f . in the clone for %s, a commit, flux migrate in the cluster, and the upgrade last", count(old, "object", "objects")))
		if vanished := p.findings["DEP-04"]; len(vanished) > 0 {
			e.gap = append(e.gap, fmt.Sprintf("flux migrate will leave %s as they are, the first at %s", count(len(vanished), "field that is gone", "fields that are gone"), placeOf(vanished[0])))
		}
	}
	return e
}

func trimStop(text string) string {
	if text != "" && text[len(text)-1] == '.' {
		return text[:len(text)-1]
	}
	return text
}

// touches says what a change of Flux meets in this project; empty for nothing.
func (p *project) touches(change fluxver.ChangeID) string {
	n, what := 0, ""
	for _, object := range p.Objects {
		hit := false
		switch spec := object.Spec.(type) {
		case *fluxkind.HelmRelease:
			hit = change == fluxver.ChangeHelm4 || change == fluxver.ChangePostRenderHooks && len(spec.PostRenderers) > 0 && spec.PostRenderStrategy == ""
		case *fluxkind.Kustomization:
			remote := spec.KubeConfig != nil && spec.KubeConfig.ConfigMapRef != nil
			hit = change == fluxver.ChangeStrictSubstitution && spec.PostBuild != nil ||
				change == fluxver.ChangeKubeconfigAudiences && remote ||
				change == fluxver.ChangeTokenCreation && (remote || spec.Decryption != nil && spec.Decryption.ServiceAccountName != "")
		case *fluxkind.Receiver:
			hit = change == fluxver.ChangeGCRReceiver && spec.Type == "gcr"
		}
		if hit {
			if n++; n == 1 {
				what = nameOf(object)
			}
		}
	}
	if n == 0 {
		return ""
	}
	if n == 1 {
		return "(" + what + ")"
	}
	return fmt.Sprintf("(%s and %d more)", what, n-1)
}
