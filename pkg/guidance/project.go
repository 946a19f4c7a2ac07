package guidance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// project is the facts with the look-ups that advice is written from.
type project struct {
	*model.Facts
	findings map[string][]v1alpha1.Finding // by rule
	byTopic  map[string][]v1alpha1.Finding // by focus, most severe first
	byKind   map[string][]*model.Object    // Flux objects
	upgrade  *v1alpha1.Upgrade
}

func newProject(facts *model.Facts, findings []v1alpha1.Finding) *project {
	p := &project{
		Facts:    facts,
		findings: map[string][]v1alpha1.Finding{},
		byTopic:  map[string][]v1alpha1.Finding{},
		byKind:   map[string][]*model.Object{},
	}
	for _, f := range findings {
		p.findings[f.Rule] = append(p.findings[f.Rule], f)
		for _, topic := range f.Focus {
			p.byTopic[topic] = append(p.byTopic[topic], f)
		}
	}
	for _, object := range facts.Objects {
		p.byKind[object.Kind] = append(p.byKind[object.Kind], object)
	}
	return p
}

// addFindings puts what the rules found on a topic into its entry: the gravest
// at its place, and what to do about it. Without anything else to say of today,
// that there are findings is it.
func (p *project) addFindings(topic string, e *entry) {
	found := p.byTopic[topic]
	if len(found) == 0 {
		return
	}
	first := found[0]
	if len(e.today) == 0 {
		e.today = append(e.today, fmt.Sprintf("%s here, the gravest at %s", count(len(found), "finding", "findings"), placeOf(first)))
	}
	if first.Severity == v1alpha1.SeverityInfo && len(e.gap) > 0 {
		return
	}
	text := fmt.Sprintf("%s (%s, %s)", first.Title, first.Rule, placeOf(first))
	if more := len(found) - 1; more > 0 {
		text += fmt.Sprintf(", and %s", count(more, "finding more", "findings more"))
	}
	e.gap = append([]string{text}, e.gap...)
	if first.Severity != v1alpha1.SeverityInfo || len(e.next) == 0 {
		e.next = append([]string{fmt.Sprintf("at %s: %s", placeOf(first), strings.TrimSuffix(first.Fix, "."))}, e.next...)
	}
}

// placeOf is file:line of a finding, or its object.
func placeOf(f v1alpha1.Finding) string {
	switch {
	case f.File != "" && f.Line > 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	case f.File != "":
		return f.File
	case f.Object != nil:
		return model.ID{Kind: f.Object.Kind, Namespace: f.Object.Namespace, Name: f.Object.Name}.String()
	}
	return "the project"
}

// specsOf returns the objects of one kind with their spec.
func specsOf[T model.Spec](p *project) (objects []*model.Object, list []T) {
	for _, object := range p.Objects {
		if spec, ok := object.Spec.(T); ok {
			objects = append(objects, object)
			list = append(list, spec)
		}
	}
	return objects, list
}

// analysis is what the repository says of itself; empty without one.
func (p *project) analysis() *model.Analysis {
	if p.Repository == nil {
		return &model.Analysis{}
	}
	return &p.Repository.Analysis
}

// statement finds a statement of the analysis by its topic.
func (p *project) statement(topic string) (model.Statement, bool) {
	a := p.analysis()
	for _, list := range [][]model.Statement{a.Structure, a.Workflows, a.Promotion, a.Access, a.Migration, a.Optimisation} {
		for _, statement := range list {
			if statement.Topic == topic {
				return statement, true
			}
		}
	}
	return model.Statement{}, false
}

// say adds the statements with these topics: their text to what is done today,
// their next step to what to do.
func (p *project) say(e *entry, topics ...string) {
	for _, topic := range topics {
		if statement, ok := p.statement(topic); ok {
			e.today = append(e.today, statement.Text)
			e.next = append(e.next, step(statement))
		}
	}
}

// step is the next step of a statement, with the place to begin at.
func step(statement model.Statement) string {
	if statement.Next == "" || len(statement.Evidence) == 0 {
		return statement.Next
	}
	first := statement.Evidence[0]
	switch {
	case first.File != "":
		return fmt.Sprintf("%s, beginning with %s", statement.Next, first.Location)
	case first.Object.Name != "":
		return fmt.Sprintf("%s, beginning with %s", statement.Next, first.Object.Name)
	}
	return statement.Next
}

// miss adds the statements with these topics as gaps.
func (p *project) miss(e *entry, topics ...string) {
	for _, topic := range topics {
		if statement, ok := p.statement(topic); ok {
			e.gap = append(e.gap, statement.Text)
			e.next = append(e.next, step(statement))
		}
	}
}

// practices adds the advice of the published guidance with these topics:
// followed, it is said as what is done well; else it is a gap.
func (p *project) practices(e *entry, topics ...string) {
	for _, practice := range p.analysis().Compliance {
		switch {
		case !slices.Contains(topics, practice.Topic):
		case practice.Met:
			e.today = append(e.today, "well done: "+practice.Text)
		default:
			e.gap = append(e.gap, practice.Text)
			e.next = append(e.next, step(practice.Statement))
		}
	}
}

// states counts live objects of some kinds by state, the most urgent first.
func (p *project) states(kinds ...string) string {
	counts := map[model.State]int{}
	total := 0
	for _, kind := range kinds {
		for _, object := range p.byKind[kind] {
			if object.Assessment.State != model.StateNone {
				counts[object.Assessment.State]++
				total++
			}
		}
	}
	if total == 0 {
		return ""
	}
	var parts []string
	for _, state := range model.States() {
		if counts[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[state], state))
		}
	}
	return strings.Join(parts, ", ")
}

// component finds a controller that runs; nil when it does not or nobody knows.
func (p *project) component(name string) *model.Component {
	if p.Cluster == nil {
		return nil
	}
	for i := range p.Cluster.Flux.Components {
		if p.Cluster.Flux.Components[i].Name == name {
			return &p.Cluster.Flux.Components[i]
		}
	}
	return nil
}

// hasFlux is true when either side has a Flux object, or Flux runs.
func (p *project) hasFlux() bool {
	if p.Cluster != nil && p.Cluster.Flux.Installed {
		return true
	}
	for _, object := range p.Objects {
		if row, ok := fluxkind.Lookup(object.Group, object.Kind); ok && row.Group != fluxkind.GroupFlagger {
			return true
		}
	}
	return false
}

// count is "1 Kustomization" or "3 Kustomizations".
func count(n int, one, many string) string { return fmt.Sprintf("%d %s", n, verb(n, one, many)) }

// verb chooses the form for a number.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// some names up to three of a list and counts the rest.
func some(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
}

// tally writes counts, the largest first: "3 GitRepository, 1 Bucket".
func tally(counts map[string]int) string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	parts := make([]string, len(keys))
	for i, key := range keys {
		parts[i] = fmt.Sprintf("%d %s", counts[key], key)
	}
	return strings.Join(parts, ", ")
}

// nameOf is how a sentence calls an object: its name, with its place where Git
// defines it.
func nameOf(object *model.Object) string {
	if object.Location.File != "" {
		return fmt.Sprintf("%s (%s)", object.Name, object.Location)
	}
	return object.Namespace + "/" + object.Name
}

func namesOf(objects []*model.Object) []string {
	list := make([]string, len(objects))
	for i, object := range objects {
		list[i] = object.Name
	}
	return list
}
