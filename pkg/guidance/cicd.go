package guidance

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func adviseCI(p *project) entry {
	var e entry
	if !p.hasFlux() {
		return e
	}
	p.say(&e, "ci", "webhooks")
	receivers, _ := specsOf[*fluxkind.Receiver](p)
	if len(receivers) > 0 {
		if _, ok := p.statement("webhooks"); !ok {
			e.today = append(e.today, fmt.Sprintf("webhooks are received by %s", some(namesOf(receivers))))
		}
	} else if objects, _ := gitSources(p); len(objects) > 0 && len(e.today) > 0 {
		e.gap = append(e.gap, fmt.Sprintf("no Receiver: a push is noticed only when %s polls %s", objects[0].Name, host(objects[0])))
	}
	for _, practice := range p.analysis().Compliance {
		if practice.Topic != "ci-validation" {
			continue
		}
		if practice.Met {
			e.today = append(e.today, "well done: "+practice.Text)
			continue
		}
		if example := exampleBuild(p); example != "" {
			e.gap = append(e.gap, fmt.Sprintf("%s, and Flux applies %s as soon as it is merged", practice.Text, firstPathOf(p)))
			e.next = append(e.next, "let CI run, for each pull request: "+example)
		}
	}
	if len(e.today) == 0 && len(e.gap) > 0 && p.Repository != nil {
		e.today = append(e.today, fmt.Sprintf("%s and nothing that checks the %d folders that Flux builds", count(len(p.Repository.CI), "pipeline", "pipelines"), builds(p)))
	}
	return e
}

// exampleBuild is the command that builds and validates one Kustomization of
// this repository.
func exampleBuild(p *project) string {
	objects, specs := specsOf[*fluxkind.Kustomization](p)
	for i, object := range objects {
		if specs[i].Path != "" && object.Location.File != "" {
			return fmt.Sprintf("flux build kustomization %s --path %s --kustomization-file %s --dry-run | kubeconform -strict -ignore-missing-schemas", object.Name, specs[i].Path, object.Location.File)
		}
	}
	return ""
}

// host is where a source is fetched from, without its credentials.
func host(object *model.Object) string {
	url := ""
	switch spec := object.Spec.(type) {
	case *fluxkind.GitRepository:
		url = spec.URL
	case *fluxkind.OCIRepository:
		url = spec.URL
	}
	_, rest, _ := strings.Cut(url, "://")
	_, rest = cutUser(rest)
	return rest
}

func cutUser(address string) (user, rest string) {
	slash := strings.IndexByte(address, '/')
	if at := strings.LastIndexByte(address[:max(slash, 0)], '@'); at >= 0 {
		return address[:at], address[at+1:]
	}
	return "", address
}

// firstPathOf is the path of the first Kustomization that the repository
// defines.
func firstPathOf(p *project) string {
	objects, specs := specsOf[*fluxkind.Kustomization](p)
	for i, object := range objects {
		if specs[i].Path != "" && object.Location.File != "" {
			return specs[i].Path
		}
	}
	return ""
}
