package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src03 = Rule{
	ID:       "SRC-03",
	Title:    "A Secret that a source needs is missing or incomplete",
	Severity: v1alpha1.SeverityError,
	Why:      "The source cannot log in, trust the server or check a signature, so nothing is fetched.",
	Fix:      "Create the Secret in the namespace of the source, with the keys that its page lists.",
	Guard: "Only what the cluster was asked and answered counts; a Secret that nobody may look at is left open. Information when an ExternalSecret or " +
		"SealedSecret of the repository is about to make it.",
	Since: "0.1.0",
	Page:  pageGitRepository + "#secret-reference",
	Focus: []string{"sources", "security", "troubleshooting"},
	check: checkSourceSecrets,
}

func checkSourceSecrets(p *pass) {
	for _, object := range p.objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if ok && (row.Source || object.Kind == "ImageRepository") {
			p.secrets(object, keysOfSource)
		}
	}
}

// secrets reports the Secrets of one object that do not exist, and those whose
// keys are known and are not what wanted returns: one of its sets must be
// there in full.
func (p *pass) secrets(object *model.Object, wanted func(*model.Object, model.Reference) [][]string) {
	if !live(object) || object.Spec == nil {
		return
	}
	for _, ref := range object.Spec.References(object.ID) {
		if ref.Relation != model.RelationSecret {
			continue
		}
		switch verdict, reason := p.resolve(object, ref.Target); verdict {
		case unknown:
			p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
		case missing:
			p.missingSecret(object, ref)
		case found:
			p.secretKeys(object, ref, wanted(object, ref))
		}
	}
}

// missingSecret reports a reference to nothing.
func (p *pass) missingSecret(object *model.Object, ref model.Reference) {
	f := finding{
		object: object, field: ref.Field,
		evidence: fmt.Sprintf("%s names %s, which is not in the cluster", ref.Field, ref.Target),
		fix:      fmt.Sprintf("kubectl -n %s get %s %s; then create it, or correct %s", ref.Target.Namespace, strings.ToLower(ref.Target.Kind), ref.Target.Name, ref.Field),
	}
	for _, k := range p.candidates(object, ref.Target) {
		f.severity = v1alpha1.SeverityInfo
		f.evidence += fmt.Sprintf(" yet; %s makes it", k.Location)
		f.fix = "wait for the reconciliation of " + k.File
		break
	}
	p.report(f)
}

func (p *pass) secretKeys(object *model.Object, ref model.Reference, sets [][]string) {
	keys := p.Cluster.Named[ref.Target].Keys
	if keys == nil || len(sets) == 0 {
		return
	}
	for _, set := range sets {
		if !slices.ContainsFunc(set, func(key string) bool { return !slices.Contains(keys, key) }) {
			return
		}
	}
	p.report(finding{
		object: object, field: ref.Field,
		evidence: fmt.Sprintf("%s has the keys %s; %s needs %s", ref.Target, orNone(keys), ref.Field, alternatives(sets)),
		fix:      fmt.Sprintf("kubectl -n %s edit secret %s", ref.Target.Namespace, ref.Target.Name),
	})
}

// keysOfSource lists the sets of keys that the pages of the kinds document for
// a reference, by the form of the address.
func keysOfSource(object *model.Object, ref model.Reference) [][]string {
	switch ref.Field {
	case "spec.proxySecretRef":
		return [][]string{{"address"}}
	case "spec.certSecretRef":
		return [][]string{{"ca.crt"}, {"tls.crt", "tls.key"}}
	case "spec.secretRef":
	default:
		return nil
	}
	switch spec := object.Spec.(type) {
	case *fluxkind.GitRepository:
		switch {
		case spec.Provider == "github":
			return [][]string{{"githubAppID", "githubAppPrivateKey"}}
		case strings.HasPrefix(spec.URL, "ssh://"):
			return [][]string{{"identity", "known_hosts"}}
		case strings.HasPrefix(spec.URL, "https://"):
			return [][]string{{"username", "password"}, {"bearerToken"}, {"ca.crt"}, {"caFile"}, {"tls.crt", "tls.key"}}
		}
	case *fluxkind.OCIRepository, *fluxkind.ImageRepository:
		return [][]string{{".dockerconfigjson"}}
	case *fluxkind.HelmRepository:
		if spec.Type == "oci" {
			return [][]string{{".dockerconfigjson"}, {"username", "password"}}
		}
		return [][]string{{"username", "password"}, {"ca.crt"}, {"caFile"}, {"tls.crt", "tls.key"}, {"certFile", "keyFile"}}
	}
	return nil
}

func orNone(keys []string) string {
	if len(keys) == 0 {
		return "(none)"
	}
	return strings.Join(keys, ", ")
}

func alternatives(sets [][]string) string {
	parts := make([]string, len(sets))
	for i, set := range sets {
		parts[i] = strings.Join(set, " and ")
	}
	return strings.Join(parts, ", or ")
}
