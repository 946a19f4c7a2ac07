package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec07 = Rule{
	ID:       "SEC-07",
	Title:    "A credential stands in values, variables or a ConfigMap",
	Severity: v1alpha1.SeverityError,
	Why:      "It is in Git in plain text, and in the cluster in an object that many may read.",
	Fix:      "Change the credential, keep the new one in a Secret that is encrypted in Git, and name that (existingSecret, valuesFrom, substituteFrom).",
	Guard: "A value is a credential by its form (a private key, a token of a known service), or by a field called password, token, secret or the like with a value that is neither " +
		"empty, a placeholder, a variable, a reference nor a name of a Secret. Test folders are a warning.",
	Anywhere: true,
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/security/secrets-management/",
	Focus:    []string{"security", "helm"},
	check:    checkCredentials,
}

// credentialField is a name that holds a secret value and nothing else;
// notCredential are names that only look so.
var (
	credentialField = lazyregexp.New(`(?i)^(.*[-_.])?(password|passwd|passphrase|client[-_]?secret|api[-_]?key|access[-_]?key|secret[-_]?access[-_]?key|secret[-_]?key|auth[-_]?token|access[-_]?token|bearer[-_]?token|private[-_]?key)$`)
	camelField      = lazyregexp.New(`([a-z0-9])([A-Z])`)
	// nameLike are values that name something rather than being it.
	nameLike = lazyregexp.New(`^([a-z0-9]+([-./_][a-z0-9]+)*|[A-Z][A-Z0-9_]+|true|false|/.*|\$.*|%.*)$`)
)

func checkCredentials(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if len(spec.Values) > 0 && inGit(object) {
			var values any
			if json.Unmarshal(spec.Values, &values) == nil {
				p.credentials(object, "spec.values", values)
			}
		}
	}
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.PostBuild == nil || !inGit(object) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(spec.PostBuild.Substitute)) {
			p.credential(object, "spec.postBuild.substitute."+name, name, spec.PostBuild.Substitute[name])
		}
	}
	for manifest := range p.manifests("", "ConfigMap") {
		for _, entry := range manifest.Entries {
			if entry.Class == model.ValueCredential {
				p.report(finding{
					id: manifest.ID, at: model.Location{File: manifest.File, Line: entry.Line, Document: manifest.Document}, severity: p.credentialSeverity(manifest.File),
					evidence: entry.Field + "." + entry.Key + " holds a private key or a token",
					fix:      "change the credential and move it to a Secret; sops --encrypt --in-place FILE",
				})
			}
		}
	}
}

func (p *pass) credentials(object *model.Object, field string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if text, ok := value[key].(string); ok {
				p.credential(object, field+"."+key, key, text)
			} else {
				p.credentials(object, field+"."+key, value[key])
			}
		}
	case []any:
		for i, item := range value {
			p.credentials(object, fmt.Sprintf("%s[%d]", field, i), item)
		}
	}
}

func (p *pass) credential(object *model.Object, field, key, value string) {
	switch class := model.ClassifyValue(value); {
	case class == model.ValueCredential:
	case class == model.ValueText && credentialField().MatchString(camelField().ReplaceAllString(key, "${1}_${2}")) && usable(value):
	default:
		return
	}
	p.report(finding{
		object: object, field: field, severity: p.credentialSeverity(object.Location.File),
		evidence: field + " holds a value in plain text",
		fix:      "change the credential, then keep the new one in a Secret and name it: valuesFrom: [{kind: Secret, name: NAME, valuesKey: KEY, targetPath: " + strings.TrimPrefix(field, "spec.values.") + "}]",
	})
}

// usable is true for values that are not the name of something else.
func usable(value string) bool {
	value = strings.TrimSpace(value)
	return len(value) >= 6 && !strings.ContainsAny(value, " \n") && !nameLike().MatchString(value)
}

func (p *pass) credentialSeverity(file string) v1alpha1.Severity {
	if example(file) {
		return v1alpha1.SeverityWarning
	}
	return ""
}
