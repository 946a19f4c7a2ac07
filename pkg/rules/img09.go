package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img09 = Rule{
	ID:       "IMG-09",
	Title:    "A commit message uses template fields that are gone",
	Severity: v1alpha1.SeverityError,
	Why:      "Since Flux 2.7 an automation whose template uses .Updated or .Changed.ImageResult is stalled with RemovedTemplateField: it commits nothing.",
	Fix:      "Use .Changed.Changes or .Changed.Objects.",
	Guard:    "A warning where the Flux in use is older than 2.7, and where nothing says which it is: neither a pin nor image.toolkit.fluxcd.io/v1, which 2.7 brought.",
	Since:    "0.1.0",
	Page:     pageImageUpdate + "#message-template",
	Focus:    []string{"image-automation", "migration"},
	check:    checkMessageTemplate,
}

var removedTemplateField = lazyregexp.New(`\.(Updated|Changed\.ImageResult)\b`)

func checkMessageTemplate(p *pass) {
	for object, spec := range specs[*fluxkind.ImageUpdateAutomation](p.index) {
		if spec.Git == nil {
			continue
		}
		used := removedTemplateField().FindString(spec.Git.Commit.MessageTemplate)
		if used == "" {
			continue
		}
		severity := v1alpha1.Severity("")
		// v1 came with the very release that took the fields away.
		_, version := model.SplitAPIVersion(p.writtenVersion(object))
		if flux := p.fluxOf(object); flux.minor.Less(fluxver.Minor{Major: 2, Minor: 7}) && (flux.minor.Known() || version != "v1") {
			severity = v1alpha1.SeverityWarning
		}
		p.report(finding{
			object: object, field: "spec.git.commit.messageTemplate", severity: severity,
			evidence: fmt.Sprintf("spec.git.commit.messageTemplate uses %s", used),
			fix:      "{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }}{{ println }}{{ end }}",
		})
	}
}
