package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var sch03 = Rule{
	ID:       "SCH-03",
	Title:    "A file is not valid YAML, or holds a key twice",
	Severity: v1alpha1.SeverityError,
	Why:      "The build of every kustomization that includes the file fails, and with it all that they apply.",
	Fix:      "Mend the file; kubectl apply --dry-run=client -f FILE shows when it parses.",
	Guard:    "Templates of Helm, Jinja and the like are recognised and not parsed, and files that a generator only copies are not looked at. A warning for files that nothing in this repository builds.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#failed-kustomization",
	Focus:    []string{"kustomize", "repository-structure", "troubleshooting"},
	check:    checkYAML,
}

func checkYAML(p *pass) {
	if p.Repository == nil {
		return
	}
	copied := p.copiedFiles()
	severity := func(file string) v1alpha1.Severity {
		if len(p.builders[file]) == 0 {
			return v1alpha1.SeverityWarning
		}
		return v1alpha1.SeverityError
	}
	for _, e := range p.Repository.ParseErrors {
		if copied[e.File] {
			continue
		}
		p.report(finding{at: e.Location, severity: severity(e.File), evidence: e.Message, fix: "kubectl apply --dry-run=client -f " + e.File})
	}
	for _, duplicate := range p.Repository.DuplicateKeys {
		if copied[duplicate.File] {
			continue
		}
		p.report(finding{
			at: duplicate.Location, severity: severity(duplicate.File),
			evidence: fmt.Sprintf("the key %s stands here and in line %d", duplicate.Key, duplicate.First),
			fix:      fmt.Sprintf("remove one of the two lines of %s", duplicate.File),
		})
	}
}

// copiedFiles are those that kustomizations only put into a ConfigMap or a
// Secret as they are.
func (x *index) copiedFiles() map[string]bool {
	copied := map[string]bool{}
	var read []string
	for _, kustomization := range x.Repository.Kustomizations {
		for _, entry := range kustomization.Entries {
			switch entry.Field {
			case "configMapGenerator", "secretGenerator", "helmCharts":
				copied[entry.Target] = true
			default:
				read = append(read, entry.Target)
			}
		}
	}
	for _, file := range read {
		delete(copied, file)
	}
	return copied
}
