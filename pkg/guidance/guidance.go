// Package guidance turns facts and findings into advice by topic: what this
// project does today, what is missing or at risk, what to do next, what to read.
// It is pure: the same facts give the same advice.
package guidance

import (
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxDocs is how many documents an entry names.
const maxDocs = 3

// entry is the advice on one topic. Every sentence names something of this
// project; an entry without today does not concern it.
type entry struct {
	today []string
	gap   []string
	next  []string
}

// adviser writes the entry of one topic.
type adviser struct {
	topic  string
	advise func(*project) entry
}

// advisers are in the order of the focus table, one for each topic.
var advisers = []adviser{
	{"gitops", adviseGitOps},
	{"sources", adviseSources},
	{"kustomize", adviseKustomize},
	{"helm", adviseHelm},
	{"controllers", adviseControllers},
	{"multi-tenancy", adviseMultiTenancy},
	{"security", adviseSecurity},
	{"monitoring", adviseMonitoring},
	{"multi-cluster", adviseMultiCluster},
	{"image-automation", adviseImageAutomation},
	{"progressive-delivery", adviseProgressiveDelivery},
	{"disaster-recovery", adviseDisasterRecovery},
	{"performance", advisePerformance},
	{"troubleshooting", adviseTroubleshooting},
	{"repository-structure", adviseStructure},
	{"migration", adviseMigration},
	{"ci-cd", adviseCI},
}

// Advise returns the advice on the topics that concern this project, in the
// order of the focus table; under a focus, on those topics alone. Upgrade is the
// way to the newest Flux, nil when there is none to tell of; the documents are
// those that were loaded for each topic, by topic name, best first.
func Advise(facts *model.Facts, findings []v1alpha1.Finding, upgrade *v1alpha1.Upgrade, documents map[string][]v1alpha1.DocLink) []v1alpha1.Guidance {
	p := newProject(facts, findings)
	p.upgrade = upgrade
	list := []v1alpha1.Guidance{}
	for _, a := range advisers {
		if len(facts.Focus) > 0 && !slices.Contains(facts.Focus, a.topic) {
			continue
		}
		e := a.advise(p)
		p.addFindings(a.topic, &e)
		if len(e.today) == 0 {
			continue
		}
		docs := documents[a.topic]
		list = append(list, v1alpha1.Guidance{
			Topic: a.topic,
			Today: sentences(e.today),
			Gap:   sentences(e.gap),
			Next:  sentences(e.next),
			Docs:  append([]v1alpha1.DocLink{}, docs[:min(len(docs), maxDocs)]...),
		})
	}
	return list
}

// Topics lists the topics that advice is given on, in order.
func Topics() []string {
	names := make([]string, len(advisers))
	for i, a := range advisers {
		names[i] = a.topic
	}
	return names
}

// sentences joins texts, each with a full stop and, unless it begins with a
// name, a path or a command, with a capital letter.
func sentences(list []string) string {
	out := make([]string, 0, len(list))
	for _, text := range list {
		if text == "" {
			continue
		}
		if first, _, _ := strings.Cut(text, " "); !strings.ContainsAny(first, "/.-_:`") {
			text = strings.ToUpper(text[:1]) + text[1:]
		}
		if !strings.HasSuffix(text, ".") {
			text += "."
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}
