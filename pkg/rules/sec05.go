package rules

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec05 = Rule{
	ID:       "SEC-05",
	Title:    "The SOPS configuration does not fit the Secrets",
	Severity: v1alpha1.SeverityWarning,
	Why:      "A Secret that no creation rule matches is committed in plain text by the next person, and one encrypted as a whole has cipher text for a name, which kustomize cannot build.",
	Fix:      "Let path_regex match the files of Secrets, and set encrypted_regex: ^(data|stringData)$.",
	Guard:    "Only Secrets that SOPS has encrypted or that stand in plain text below a .sops.yaml; rules with unencrypted or MAC settings of their own are not judged. A regular expression that Go cannot read is left open.",
	Since:    "0.1.0",
	Page:     pageSOPS + "#configure-the-git-directory-for-encryption",
	Focus:    []string{"security"},
	check:    checkSOPSRules,
}

func checkSOPSRules(p *pass) {
	if p.Repository == nil {
		return
	}
	whole := map[model.Location]bool{}
	for _, document := range p.Repository.Documents {
		if document.Kind != "Secret" || document.APIVersion != "v1" || document.Patch {
			continue
		}
		config := sopsConfigOf(p.Repository.SOPS, document.File)
		if config == nil || len(config.Rules) == 0 {
			continue
		}
		rule, ok, sure := sopsRuleOf(config, document.File)
		switch {
		case !sure:
			p.result.Undecided = append(p.result.Undecided, Undecided{Rule: p.rule.ID, Location: document.Location, Reason: "a path_regex of " + config.File + " cannot be read"})
		case !ok && document.Encrypted:
			p.report(finding{
				id: document.ID(), at: document.Location,
				evidence: fmt.Sprintf("no creation rule of %s matches %s, which is encrypted", config.File, document.File),
				fix:      `- path_regex: .*\.ya?ml$ with encrypted_regex: ^(data|stringData)$ in ` + config.File,
			})
		case ok && document.Encrypted && rule.EncryptedRegex == "":
			at := model.Location{File: config.File, Line: rule.Line}
			if !whole[at] {
				whole[at] = true
				p.report(finding{
					at:       at,
					evidence: fmt.Sprintf("the rule that matches %s has no encrypted_regex", document.File),
					fix:      "encrypted_regex: ^(data|stringData)$",
				})
			}
		}
	}
}

// sopsConfigOf is the .sops.yaml that SOPS uses for a file: that of the nearest
// folder above.
func sopsConfigOf(configs []model.SOPSConfig, file string) *model.SOPSConfig {
	var best *model.SOPSConfig
	for i := range configs {
		folder := path.Dir(configs[i].File)
		if folder != "." && !strings.HasPrefix(file, folder+"/") {
			continue
		}
		if best == nil || len(folder) > len(path.Dir(best.File)) || path.Dir(best.File) == "." {
			best = &configs[i]
		}
	}
	return best
}

// sopsRuleOf is the first rule that matches a file, as SOPS chooses it: the
// expression is tried on the path relative to the configuration. sure is false
// when an expression before the match cannot be read.
func sopsRuleOf(config *model.SOPSConfig, file string) (rule model.SOPSRule, ok, sure bool) {
	relative := file
	if folder := path.Dir(config.File); folder != "." {
		relative = strings.TrimPrefix(file, folder+"/")
	}
	for _, rule := range config.Rules {
		if rule.PathRegex == "" {
			return rule, true, true
		}
		expression, err := regexp.Compile(rule.PathRegex)
		if err != nil {
			return model.SOPSRule{}, false, false
		}
		if expression.MatchString(relative) {
			return rule, true, true
		}
	}
	return model.SOPSRule{}, false, true
}
