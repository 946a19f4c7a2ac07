package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sch04 = Rule{
	ID:       "SCH-04",
	Title:    "Two documents of one build are the same object",
	Severity: v1alpha1.SeverityError,
	Why:      "kustomize refuses to build two resources with one identity: \"may not add resource with an already registered id\". Nothing of the folder is applied.",
	Fix:      "Rename one of the two, or remove it.",
	Guard: "Only documents of one file, or of files that one kustomization lists itself, are compared. Patches, ConfigMaps and Secrets of generators, and " +
		"names with variables do not count.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/kustomize/kustomizations/#generating-a-kustomizationyaml-file",
	Focus: []string{"kustomize", "troubleshooting"},
	check: checkDuplicates,
}

func checkDuplicates(p *pass) {
	if p.Repository == nil {
		return
	}
	byFile := map[string][]model.Document{}
	for _, document := range p.Repository.Documents {
		if !document.Patch && document.Name != "" && !templated(document.Name) && !templated(document.Namespace) {
			byFile[document.File] = append(byFile[document.File], document)
		}
	}
	reported := map[model.Location]bool{}
	for _, kustomization := range p.Repository.Kustomizations {
		var documents []model.Document
		for _, entry := range kustomization.Entries {
			if entry.Field == "resources" || entry.Field == "bases" {
				documents = append(documents, byFile[entry.Target]...)
			}
		}
		p.duplicates(documents, kustomization.File, reported)
	}
}

func (p *pass) duplicates(documents []model.Document, build string, reported map[model.Location]bool) {
	slices.SortStableFunc(documents, func(a, b model.Document) int { return compareLocations(a.Location, b.Location) })
	first := map[model.ID]model.Location{}
	for _, document := range documents {
		id := document.ID()
		other, twice := first[id]
		if !twice {
			first[id] = document.Location
			continue
		}
		if other == document.Location || reported[document.Location] {
			continue
		}
		reported[document.Location] = true
		p.report(finding{
			id: id, at: nameLine(document),
			evidence: fmt.Sprintf("%s builds %s from %s and from %s", build, id, other, document.Location),
			fix:      "rename or remove one of the two",
		})
	}
}
