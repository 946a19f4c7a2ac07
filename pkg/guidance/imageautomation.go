package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

func adviseImageAutomation(p *project) entry {
	var e entry
	policies := p.byKind["ImagePolicy"]
	automations, specs := specsOf[*fluxkind.ImageUpdateAutomation](p)
	markers := 0
	if p.Repository != nil {
		markers = len(p.Repository.Markers)
	}
	if len(policies)+len(automations)+markers == 0 {
		return e
	}
	e.today = append(e.today, fmt.Sprintf("%s: %s, %s, %s", some(namesOf(policies)), count(len(p.byKind["ImageRepository"]), "image is scanned", "images are scanned"),
		count(len(policies), "policy selects a tag", "policies select tags"), count(markers, "line carries a marker", "lines carry a marker")))
	for i, automation := range automations {
		branch := ""
		if specs[i].Git != nil && specs[i].Git.Push != nil {
			branch = specs[i].Git.Push.Branch
		}
		if branch == "" {
			e.gap = append(e.gap, fmt.Sprintf("the automation %s commits to the branch that it reads, without a review", nameOf(automation)))
			e.next = append(e.next, "set spec.git.push.branch of "+automation.Name+" and open a pull request from there")
		} else {
			e.today = append(e.today, fmt.Sprintf("the automation %s pushes to %s", nameOf(automation), branch))
		}
	}
	if states := p.states("ImageRepository", "ImagePolicy", "ImageUpdateAutomation"); states != "" {
		e.today = append(e.today, "their state is: "+states)
	}
	p.say(&e, "image-tags")
	return e
}
