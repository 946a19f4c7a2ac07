package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var wrk04 = Rule{
	ID:       "WRK-04",
	Title:    "An overlay weakens what its base sets",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The base is what people review and trust; the patch quietly takes its protection away in one environment.",
	Fix:      "Remove the field from the patch, or change the base for all environments.",
	Guard:    "Only fields of the security context that the base sets to the safe value and a patch of the same build sets to the unsafe one, or removes.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#patches",
	Focus:    []string{"security", "kustomize"},
	check:    checkWeakened,
}

// safeValues are the fields that protect, with the value that does.
var safeValues = map[string]string{
	"privileged": "false", "allowPrivilegeEscalation": "false", "runAsNonRoot": "true", "readOnlyRootFilesystem": "true",
	"hostNetwork": "false", "hostPID": "false", "hostIPC": "false", "automountServiceAccountToken": "false",
}

func checkWeakened(p *pass) {
	type place struct {
		model.Location
		field string
	}
	reported := map[place]bool{}
	for w := range p.workloads() {
		for _, step := range w.Steps {
			if step.Kind != model.StepPatch {
				continue
			}
			for _, change := range step.Fields {
				safe, ok := safeValues[leaf(change.Field)]
				if !ok || change.Before != safe || change.After == safe {
					continue
				}
				at := step.Location
				if change.Line > 0 {
					at.Line = change.Line
				}
				key := place{at, change.Field}
				if reported[key] {
					continue
				}
				reported[key] = true
				p.report(finding{
					id: w.ID, at: at,
					evidence: fmt.Sprintf("%s of %s is %s in %s, and %s in %s through %s", change.Field, w.ID, change.Before, w.Location, orRemoved(change.After), w.build.Owner, step.Entry),
					fix:      fmt.Sprintf("remove %s from the patch", strings.TrimPrefix(leaf(change.Field), ".")),
				})
			}
		}
	}
}

func orRemoved(value string) string {
	if value == "" {
		return "removed"
	}
	return value
}
