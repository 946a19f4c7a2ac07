package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src21 = Rule{
	ID:       "SRC-21",
	Title:    "An artifact cannot be generated",
	Severity: v1alpha1.SeverityError,
	Why:      "The ExternalArtifact is never made, and whatever names it waits.",
	Fix:      "Declare the source under spec.sources with the alias that the copy uses, and install source-watcher with the ExternalArtifact feature.",
	Guard:    "That source-watcher is missing is said only when a cluster answered with its controllers.",
	Since:    "0.1.0",
	Page:     pageArtifactGenerator + "#copy-operations",
	Focus:    []string{"sources", "controllers"},
	check:    checkGenerators,
}

func checkGenerators(p *pass) {
	for object, spec := range specs[*fluxkind.ArtifactGenerator](p.index) {
		aliases := map[string]bool{}
		for _, source := range spec.Sources {
			aliases[source.Alias] = true
		}
		for i, artifact := range spec.Artifacts {
			for j, copy := range artifact.Copy {
				// from is @alias/path.
				alias, _, _ := strings.Cut(strings.TrimPrefix(copy.From, "@"), "/")
				if !strings.HasPrefix(copy.From, "@") || templated(alias) || aliases[alias] {
					continue
				}
				p.report(finding{
					object: object, field: fmt.Sprintf("spec.artifacts[%d].copy[%d].from", i, j),
					evidence: fmt.Sprintf("the artifact %s copies from @%s, and spec.sources has no such alias", artifact.Name, alias),
					fix:      "spec.sources: [{alias: " + alias + ", kind: GitRepository, name: NAME}], or correct the alias",
				})
			}
		}
		if live(object) && p.hasControllers() && p.component("source-watcher") == nil {
			p.report(finding{
				object:   object,
				evidence: "source-watcher does not run in " + p.Cluster.Flux.Namespace,
				fix:      "flux install --components-extra=source-watcher, or source-watcher under spec.components of the FluxInstance",
			})
		}
	}
}
