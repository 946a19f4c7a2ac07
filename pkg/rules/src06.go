package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src06 = Rule{
	ID:       "SRC-06",
	Title:    "A GitRepository names several references, and one of them wins",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Of commit, name, semver, tag and branch the first that is set is used; who changes one of the others changes nothing.",
	Fix:      "Keep the reference that is meant, and remove the others.",
	Guard:    "A branch next to a commit is passed over: it limits what is cloned.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#reference",
	Focus:    []string{"sources"},
	check:    checkReferences,
}

func checkReferences(p *pass) {
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		if spec.Ref == nil {
			continue
		}
		// The order of precedence, from the API of the GitRepository.
		var set []string
		for _, ref := range [][2]string{
			{"commit", spec.Ref.Commit}, {"name", spec.Ref.Name}, {"semver", spec.Ref.SemVer}, {"tag", spec.Ref.Tag}, {"branch", spec.Ref.Branch},
		} {
			if ref[1] != "" {
				set = append(set, ref[0])
			}
		}
		if len(set) < 2 || len(set) == 2 && set[0] == "commit" && set[1] == "branch" {
			continue
		}
		p.report(finding{
			object: object, field: "spec.ref." + set[1],
			evidence: fmt.Sprintf("spec.ref has %s; %s wins", strings.Join(set, ", "), set[0]),
			fix:      "remove " + strings.Join(set[1:], ", ") + " from spec.ref",
		})
	}
}
