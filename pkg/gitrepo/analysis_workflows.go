package gitrepo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// workflowStatements say what there is in figures, how it reaches a cluster,
// and what CI does on the way.
func (p *project) workflowStatements() []model.Statement {
	var list []model.Statement
	add := func(topic, text, next string, evidence []model.Evidence) {
		if len(evidence) > 0 {
			list = append(list, statement(topic, text, next, evidence))
		}
	}
	text, evidence := p.manifestFigures()
	add("manifests", text, "", evidence)
	text, evidence = p.fluxFigures()
	add("flux-objects", text, "", evidence)
	for _, target := range p.repo.Analysis.Targets {
		if target.SyncedBy.Name == "" {
			continue
		}
		text := fmt.Sprintf("%s follows %s", target.Cluster, cmp.Or(target.Path, "the whole repository"))
		if target.URL != "" {
			text += fmt.Sprintf(" of %s (%s)", target.URL, target.Ref)
		}
		if target.InstalledBy != "" {
			text += ", set up by " + strings.TrimSpace(target.InstalledBy+" "+target.Version)
		}
		add("sync", text, "", target.Evidence)
	}
	if chain, last := p.chain(); last != nil {
		add("order", "the longest order of Kustomizations is "+arrow(chain), "", []model.Evidence{at(last, "spec.dependsOn")})
	}
	p.kustomizationStatements(add)
	p.imageAutomationStatements(add)
	p.notificationStatements(add)
	if canaries := p.flux("Canary"); len(canaries) > 0 {
		add("progressive-delivery", fmt.Sprintf("Flagger rolls out %s step by step: %s", count(len(canaries), "workload", "workloads"),
			enumerate(objectNames(canaries))), "", evidenceOf(canaries, "spec.analysis"))
	}
	for _, pipeline := range p.repo.CI {
		if text, evidence := pipelineText(pipeline); text != "" {
			add("ci", text, "", evidence)
		}
	}
	return list
}

// manifestFigures counts the manifests outside Flux by kind, and the ways in
// which they are put together.
func (p *project) manifestFigures() (string, []model.Evidence) {
	counts := map[string]int{}
	first := map[string]model.Evidence{}
	for i := range p.repo.Documents {
		d := &p.repo.Documents[i]
		if group := d.ID().Group; fluxkind.IsGroup(group) || group == "kustomize.config.k8s.io" || d.Patch || d.Kind == "CustomResourceDefinition" {
			continue
		}
		if counts[d.Kind]++; counts[d.Kind] == 1 {
			first[d.Kind] = model.Evidence{Location: d.Location, Object: d.ID()}
		}
	}
	if len(counts) == 0 && len(p.repo.Kustomizations) == 0 && len(p.repo.Charts) == 0 {
		return "", nil
	}
	kinds := keys(counts)
	slices.SortFunc(kinds, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	var parts []string
	var evidence []model.Evidence
	total := 0
	for i, kind := range kinds {
		total += counts[kind]
		if i < 6 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kind))
			evidence = append(evidence, first[kind])
		}
	}
	text := count(total, "manifest", "manifests") + " outside Flux"
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ")
		if len(kinds) > len(parts) {
			text += fmt.Sprintf(" and %d kinds more", len(kinds)-len(parts))
		}
		text += ")"
	}
	for _, k := range p.repo.Kustomizations[:min(1, len(p.repo.Kustomizations))] {
		evidence = append(evidence, inFile(k.File, 1))
	}
	for _, c := range p.repo.Charts[:min(1, len(p.repo.Charts))] {
		evidence = append(evidence, inFile(c.Path+"/Chart.yaml", 1))
	}
	overlays, components := 0, 0
	for i := range p.repo.Kustomizations {
		k := &p.repo.Kustomizations[i]
		if k.Kind == "Component" {
			components++
		} else if p.isOverlay(k) {
			overlays++
		}
	}
	text += fmt.Sprintf("; %s (%s, %s), %s",
		count(len(p.repo.Kustomizations), "kustomization file", "kustomization files"),
		count(overlays, "overlay", "overlays"), count(components, "component", "components"), count(len(p.repo.Charts), "local chart", "local charts"))
	return text, evidence
}

// isOverlay is true for a kustomization that builds another folder of the tree
// which is not below it.
func (p *project) isOverlay(k *model.KustomizeFile) bool {
	return slices.ContainsFunc(k.Entries, func(e model.KustomizeEntry) bool {
		return (e.Field == "resources" || e.Field == "bases") && !within(folderOf(k.File), e.Target) && p.kustomizeFiles[e.Target] != nil
	})
}

// fluxFigures counts the Flux objects by kind.
func (p *project) fluxFigures() (string, []model.Evidence) {
	counts := map[string]int{}
	var evidence []model.Evidence
	total := 0
	for _, kind := range sortedKeys(p.objects) {
		counts[kind] = len(p.objects[kind])
		total += counts[kind]
		evidence = append(evidence, at(p.objects[kind][0], ""))
	}
	kinds := sortedKeys(counts)
	slices.SortStableFunc(kinds, func(a, b string) int { return counts[b] - counts[a] })
	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = fmt.Sprintf("%d %s", counts[kind], kind)
	}
	text := count(total, "Flux object", "Flux objects") + ": " + strings.Join(parts, ", ")
	if suspended := p.suspended(); len(suspended) > 0 {
		text += fmt.Sprintf("; %d suspended in Git (%s)", len(suspended), enumerate(objectNames(suspended)))
	}
	return text, evidence
}

func (p *project) suspended() []*model.Object {
	var found []*model.Object
	for _, kind := range sortedKeys(p.objects) {
		for _, o := range p.objects[kind] {
			if o.Spec.Suspended() {
				found = append(found, o)
			}
		}
	}
	return found
}

type addStatement func(topic, text, next string, evidence []model.Evidence)

// kustomizationStatements say what Kustomizations do to what they build.
func (p *project) kustomizationStatements(add addStatement) {
	var patching, substituting []*model.Object
	kinds, variables := map[string]bool{}, map[string]bool{}
	for _, o := range p.kustomizations() {
		s := spec[fluxkind.Kustomization](o)
		if len(s.Patches) > 0 {
			patching = append(patching, o)
			for _, raw := range s.Patches {
				var patch struct {
					Target struct {
						Kind string `json:"kind"`
					} `json:"target"`
				}
				if json.Unmarshal(raw, &patch) == nil && patch.Target.Kind != "" {
					kinds[patch.Target.Kind] = true
				}
			}
		}
		if s.PostBuild != nil {
			substituting = append(substituting, o)
			for _, from := range s.PostBuild.SubstituteFrom {
				variables[from.Kind+"/"+from.Name] = true
			}
		}
	}
	if len(patching) > 0 {
		text := fmt.Sprintf("%s what %s: %s", count(len(patching), "Kustomization patches", "Kustomizations patch"), plural(len(patching), "it builds", "they build"), enumerate(objectNames(patching)))
		if len(kinds) > 0 {
			text += " (targets " + enumerate(sortedKeys(kinds)) + ")"
		}
		add("patches", text, "", evidenceOf(patching, "spec.patches"))
	}
	if len(substituting) > 0 {
		text := fmt.Sprintf("%s variables", count(len(substituting), "Kustomization substitutes", "Kustomizations substitute"))
		if len(variables) > 0 {
			text += " from " + enumerate(sortedKeys(variables))
		}
		add("substitution", text, "", evidenceOf(substituting, "spec.postBuild"))
	}
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

func (p *project) imageAutomationStatements(add addStatement) {
	policies, automations := p.flux("ImagePolicy"), p.flux("ImageUpdateAutomation")
	if len(policies)+len(automations)+len(p.repo.Markers) == 0 {
		return
	}
	evidence := append(evidenceOf(automations, "spec.git"), evidenceOf(policies, "spec.policy")...)
	for _, m := range p.repo.Markers {
		evidence = append(evidence, model.Evidence{Location: m.Location})
	}
	text := fmt.Sprintf("%s for %s", count(len(policies), "image policy", "image policies"), count(len(p.repo.Markers), "marked line", "marked lines"))
	branches := map[string]bool{}
	for _, o := range automations {
		branches[pushBranch(o)] = true
	}
	delete(branches, "")
	switch {
	case len(automations) == 0:
		text += "; no ImageUpdateAutomation commits what they select"
	case len(branches) == 0:
		text += "; committed to the branch that is read, by " + enumerate(objectNames(automations))
	default:
		text += fmt.Sprintf("; committed to %s, by %s", enumerate(sortedKeys(branches)), enumerate(objectNames(automations)))
	}
	add("image-automation", text, "", evidence)
}

// pushBranch is where an ImageUpdateAutomation commits.
func pushBranch(o *model.Object) string {
	s := spec[fluxkind.ImageUpdateAutomation](o)
	if s.Git == nil {
		return ""
	}
	if s.Git.Push != nil && (s.Git.Push.Branch != "" || s.Git.Push.Refspec != "") {
		return cmp.Or(s.Git.Push.Branch, s.Git.Push.Refspec)
	}
	if s.Git.Checkout != nil {
		return s.Git.Checkout.Ref.Branch
	}
	return ""
}

func (p *project) notificationStatements(add addStatement) {
	if alerts := p.flux("Alert"); len(alerts) > 0 {
		types := map[string]bool{}
		for _, o := range p.flux("Provider") {
			types[spec[fluxkind.Provider](o).Type] = true
		}
		delete(types, "")
		text := count(len(alerts), "alert", "alerts")
		if len(types) > 0 {
			text += " to " + enumerate(sortedKeys(types))
		}
		add("alerts", text, "", append(evidenceOf(alerts, "spec.eventSources"), evidenceOf(p.flux("Provider"), "spec.type")...))
	}
	if receivers := p.flux("Receiver"); len(receivers) > 0 {
		types := names(receivers, func(o *model.Object) string { return spec[fluxkind.Receiver](o).Type })
		add("webhooks", fmt.Sprintf("webhooks of %s start reconciliations: %s", enumerate(types), enumerate(objectNames(receivers))), "", evidenceOf(receivers, "spec.type"))
	}
}

// pipelineText is one sentence about a pipeline.
func pipelineText(pipeline model.Pipeline) (string, []model.Evidence) {
	var parts []string
	var evidence []model.Evidence
	for _, action := range pipeline.Does {
		tools := map[string]bool{}
		for _, step := range pipeline.Steps {
			if step.Does != action {
				continue
			}
			tool := step.Tool
			if step.Target != "" && action == model.PipelinePushes {
				tool += " " + step.Target
			}
			tools[tool] = true
			evidence = append(evidence, model.Evidence{Location: step.Location})
		}
		parts = append(parts, action+" ("+enumerate(sortedKeys(tools))+")")
	}
	if len(parts) == 0 {
		return "", nil
	}
	text := fmt.Sprintf("%s %s: %s", pipeline.System, pipeline.File, strings.Join(parts, ", "))
	if len(pipeline.Triggers) > 0 {
		text += ", on " + enumerate(pipeline.Triggers)
	}
	return text, evidence
}

func evidenceOf(objects []*model.Object, field string) []model.Evidence {
	list := make([]model.Evidence, len(objects))
	for i, o := range objects {
		list[i] = at(o, field)
	}
	return list
}

func objectNames(objects []*model.Object) []string {
	return names(objects, func(o *model.Object) string { return o.Name })
}
