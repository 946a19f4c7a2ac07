package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks32 = Rule{
	ID:       "KS-32",
	Title:    "A kustomization uses fields that kustomize has replaced",
	Severity: v1alpha1.SeverityInfo,
	Why:      "They still work, and are taken out of one of the next releases; some change their meaning on the way (commonLabels also changes selectors).",
	Fix:      "Run kustomize edit fix in the folder and read the difference before committing.",
	Guard:    "Helm inflation is named apart: kustomize-controller does not run it at all.",
	Since:    "0.1.0",
	Page:     pageFAQ + "#should-i-be-using-kustomize-helm-chart-plugin",
	Focus:    []string{"kustomize", "migration"},
	check:    checkDeprecatedFields,
}

// replacements of kustomize fields, from the reference of kustomize.
var kustomizeReplacements = map[string]string{
	"bases":                 "resources",
	"commonLabels":          "labels, with includeSelectors when selectors must follow",
	"imageTags":             "images",
	"patchesJson6902":       "patches",
	"patchesStrategicMerge": "patches",
	"vars":                  "replacements",
}

func checkDeprecatedFields(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		for _, field := range kustomization.Deprecated {
			f := finding{
				at:       model.Location{File: kustomization.File, Line: field.Line},
				evidence: field.Name + " is deprecated",
				fix:      "use " + kustomizeReplacements[field.Name],
			}
			switch field.Name {
			case "helmCharts", "helmChartInflationGenerator":
				// Flux builds without plugins, so the charts are not rendered.
				f.severity = v1alpha1.SeverityWarning
				f.evidence = field.Name + " needs a plugin that Flux does not run"
				f.fix = "replace it by a HelmRelease"
			default:
				if kustomizeReplacements[field.Name] == "" {
					f.fix = fmt.Sprintf("kustomize edit fix in the folder of %s", kustomization.File)
				}
			}
			p.report(f)
		}
	}
}
