package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep05 = Rule{
	ID:       "DEP-05",
	Title:    "An upgrade of Flux that is in Git changes how this project behaves",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The release does something differently that this project uses.",
	Fix:      "Take the step that the finding names before the upgrade reaches the cluster.",
	Guard:    "Only while the repository pins a newer minor than the cluster runs, and only changes that touch something that is here.",
	Since:    "0.1.0",
	Page:     pageUpgrade + "#flux-controllers-upgrade",
	Focus:    []string{"migration"},
	check:    checkUpgrade,
}

func checkUpgrade(p *pass) {
	up, ok := p.upgrade()
	if !ok {
		return
	}
	for _, change := range fluxver.Between(up.from.minor, up.to.minor) {
		object, evidence := p.touched(change.ID, up)
		if evidence == "" {
			continue
		}
		f := finding{
			object:   object,
			evidence: fmt.Sprintf("Flux %s to %s: %s %s", up.from.minor, up.to.minor, change.What, evidence),
			fix:      change.Do,
		}
		if object == nil {
			f.at = up.to.at
		}
		p.report(f)
	}
}

// touched finds what a change meets in this project: an object, and a sentence
// on what was seen; empty when nothing.
func (p *pass) touched(change fluxver.ChangeID, up upgrade) (*model.Object, string) {
	switch change {
	case fluxver.ChangeTemplateFields:
		for object, spec := range specs[*fluxkind.ImageUpdateAutomation](p.index) {
			if spec.Git != nil && removedTemplateField().MatchString(spec.Git.Commit.MessageTemplate) {
				return object, object.ID.String() + " uses them."
			}
		}
	case fluxver.ChangeHelm4:
		if first, n := count[*fluxkind.HelmRelease](p, func(*fluxkind.HelmRelease) bool { return true }); n > 0 {
			return first, fmt.Sprintf("%d HelmReleases are concerned.", n)
		}
	case fluxver.ChangeStrictSubstitution:
		if first, n := count[*fluxkind.Kustomization](p, func(s *fluxkind.Kustomization) bool { return s.PostBuild != nil }); n > 0 {
			return first, fmt.Sprintf("%d Kustomizations substitute variables.", n)
		}
	case fluxver.ChangePostRenderHooks:
		if first, n := count[*fluxkind.HelmRelease](p, func(s *fluxkind.HelmRelease) bool { return len(s.PostRenderers) > 0 && s.PostRenderStrategy == "" }); n > 0 {
			return first, fmt.Sprintf("%d HelmReleases have post-renderers.", n)
		}
	case fluxver.ChangeGCRReceiver:
		if first, n := count[*fluxkind.Receiver](p, func(s *fluxkind.Receiver) bool { return s.Type == "gcr" }); n > 0 {
			return first, fmt.Sprintf("%d Receivers have type gcr.", n)
		}
	case fluxver.ChangeSubstitutedCRDs:
		for object, spec := range specs[*fluxkind.Kustomization](p.index) {
			if syncFolder(object) != "" && spec.PostBuild != nil && trimV(up.to.full) == "2.9.0" {
				return object, object.ID.String() + " substitutes variables in its own folder."
			}
		}
	case fluxver.ChangeTokenCreation:
		if first, n := count[*fluxkind.Kustomization](p, usesAccountToken); n > 0 {
			return first, fmt.Sprintf("%d Kustomizations use the token of a service account.", n)
		}
	case fluxver.ChangeKubeconfigAudiences:
		if first, n := count[*fluxkind.Kustomization](p, func(s *fluxkind.Kustomization) bool { return s.KubeConfig != nil && s.KubeConfig.ConfigMapRef != nil }); n > 0 {
			return first, fmt.Sprintf("%d Kustomizations reach remote clusters by a ConfigMap.", n)
		}
	}
	return nil, ""
}

func usesAccountToken(s *fluxkind.Kustomization) bool {
	return s.Decryption != nil && s.Decryption.ServiceAccountName != "" || s.KubeConfig != nil && s.KubeConfig.ConfigMapRef != nil
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
