package gitrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// promotionStatements say how a change gets from one environment to the next.
func (p *project) promotionStatements() []model.Statement {
	var list []model.Statement
	add := func(topic, text, next string, evidence []model.Evidence) {
		list = append(list, statement(topic, text, next, evidence))
	}
	p.overlayPromotion(add)
	p.chartPromotion(add)
	p.imagePromotion(add)
	p.referencePromotion(add)
	p.automatedPromotion(add)
	slices.SortStableFunc(list, func(a, b model.Statement) int { return strings.Compare(a.Topic, b.Topic) })
	return list
}

// overlayPromotion looks at bases that the folders of several environments or
// clusters build upon, and at environments that share none.
func (p *project) overlayPromotion(add addStatement) {
	type use struct {
		environments map[string]bool
		evidence     []model.Evidence
	}
	bases := map[string]*use{}
	sharing := map[string]bool{}
	for i := range p.repo.Kustomizations {
		k := &p.repo.Kustomizations[i]
		environment := p.environmentOf(k.File)
		if environment == "" {
			continue
		}
		for _, entry := range k.Entries {
			if (entry.Field != "resources" && entry.Field != "bases" && entry.Field != "components") || entry.Target == "" || p.environmentOf(entry.Target+"/x") != "" {
				continue
			}
			b, ok := bases[entry.Target]
			if !ok {
				b = &use{environments: map[string]bool{}}
				bases[entry.Target] = b
			}
			b.environments[environment] = true
			b.evidence = append(b.evidence, inFile(k.File, entry.Line))
			sharing[environment] = true
		}
	}
	bySet := map[string][]string{}
	evidence := map[string][]model.Evidence{}
	for _, base := range sortedKeys(bases) {
		environments := sortedKeys(bases[base].environments)
		if len(environments) < 2 {
			continue
		}
		slices.SortFunc(environments, compareEnvironments)
		set := enumerate(environments)
		bySet[set] = append(bySet[set], base)
		evidence[set] = append(evidence[set], bases[base].evidence...)
	}
	for _, set := range sortedKeys(bySet) {
		add("overlays", fmt.Sprintf("%s build on the same %s (%s); a change of a base reaches all of them at once, a change of an overlay is promoted by repeating it in the next",
			set, plural(len(bySet[set]), "base", "bases"), enumerate(bySet[set])), "", evidence[set])
	}
	if len(bySet) == 0 && len(sharing) == 0 && len(p.environments) > 1 && len(p.environmentFolders) > 1 {
		var folders []string
		var evidence []model.Evidence
		for _, folder := range sortedKeys(p.environmentFolders) {
			folders = append(folders, folder)
			evidence = append(evidence, p.inFolder(folder))
		}
		add("copies", fmt.Sprintf("%s share no base: each change is copied from folder to folder (%s)", enumerate(p.environments), enumerate(folders)),
			"move what the environments have in common to a base and keep the differences as overlays", evidence)
	}
}

// valueByEnvironment collects what each environment sets for one thing.
type valueByEnvironment struct {
	values   map[string]string
	evidence []model.Evidence
}

func (v *valueByEnvironment) text() (string, bool) {
	environments := sortedKeys(v.values)
	slices.SortFunc(environments, compareEnvironments)
	parts := make([]string, len(environments))
	distinct := map[string]bool{}
	for i, environment := range environments {
		parts[i] = environment + " " + v.values[environment]
		distinct[v.values[environment]] = true
	}
	return strings.Join(parts, ", "), len(distinct) > 1
}

type environmentValues map[string]*valueByEnvironment

func (e environmentValues) set(thing, environment, value string, evidence model.Evidence) {
	v, ok := e[thing]
	if !ok {
		v = &valueByEnvironment{values: map[string]string{}}
		e[thing] = v
	}
	if _, ok := v.values[environment]; !ok {
		v.values[environment] = value
	}
	v.evidence = append(v.evidence, evidence)
}

// different makes a statement of the things whose values differ.
func (e environmentValues) different(add addStatement, topic, intro string) {
	var parts []string
	var evidence []model.Evidence
	for _, thing := range sortedKeys(e) {
		if text, differ := e[thing].text(); differ {
			parts = append(parts, fmt.Sprintf("%s (%s)", thing, text))
			evidence = append(evidence, e[thing].evidence...)
		}
	}
	if len(parts) > 0 {
		add(topic, intro+enumerate(parts), "", evidence)
	}
}

// chartPromotion compares the chart versions that environments set, in
// HelmReleases and in patches of them.
func (p *project) chartPromotion(add addStatement) {
	versions := environmentValues{}
	for _, o := range append(slices.Clone(p.helmReleases()), p.patches...) {
		s, ok := o.Spec.(*fluxkind.HelmRelease)
		environment := p.environmentOf(o.Location.File)
		if !ok || environment == "" || s.Chart == nil || s.Chart.Spec.Version == "" {
			continue
		}
		versions.set(o.Name, environment, s.Chart.Spec.Version, at(o, "spec.chart.spec.version"))
	}
	versions.different(add, "chart-versions", "environments take different chart versions: ")
}

// imagePromotion compares the image tags that kustomizations of environments
// set.
func (p *project) imagePromotion(add addStatement) {
	tags := environmentValues{}
	for i := range p.repo.Kustomizations {
		k := &p.repo.Kustomizations[i]
		environment := p.environmentOf(k.File)
		if environment == "" {
			continue
		}
		for _, image := range k.Images {
			if value := image.NewTag + strings.TrimPrefix(image.Digest, "sha256:"); value != "" {
				// The same image may run in several applications.
				tags.set(p.outsideEnvironment(k.File)+image.Name, environment, value, inFile(k.File, image.Line))
			}
		}
	}
	tags.different(add, "image-tags", "environments run different tags: ")
}

// outsideEnvironment is the folder above the one of the environment, with a
// slash, to tell apart what is set in several.
func (p *project) outsideEnvironment(file string) string {
	for folder := folderOf(file); folder != ""; folder = folderOf(folder) {
		if _, ok := p.environmentFolders[folder]; ok {
			if parent := folderOf(folder); parent != "" {
				return path.Base(parent) + "/"
			}
			return ""
		}
	}
	return ""
}

// referencePromotion compares what sources, and what clusters themselves,
// follow in each environment.
func (p *project) referencePromotion(add addStatement) {
	refs := environmentValues{}
	for _, kind := range []string{"GitRepository", "OCIRepository"} {
		for _, o := range p.objects[kind] {
			p.addReference(refs, o)
		}
	}
	for _, o := range p.patches {
		p.addReference(refs, o)
	}
	for _, c := range p.clusters {
		if c.environment != "" && c.url != "" && c.ref != "" {
			refs.set(c.url, c.environment, c.ref, c.evidence[0])
		}
	}
	refs.different(add, "references", "environments follow different revisions: ")
}

func (p *project) addReference(refs environmentValues, o *model.Object) {
	environment := p.environmentOf(o.Location.File)
	if environment == "" {
		return
	}
	written := false
	switch s := o.Spec.(type) {
	case *fluxkind.GitRepository:
		written = s.Ref != nil
	case *fluxkind.OCIRepository:
		written = s.Ref != nil
	}
	if !written {
		return // a patch of another field
	}
	_, ref := sourceAddress(o)
	refs.set(o.Name, environment, ref, at(o, "spec.ref"))
}

// automatedPromotion says where image automation writes, and which pipelines
// change the repository.
func (p *project) automatedPromotion(add addStatement) {
	marked := map[string]bool{}
	var evidence []model.Evidence
	for _, m := range p.repo.Markers {
		if environment := p.environmentOf(m.File); environment != "" {
			marked[environment] = true
			evidence = append(evidence, model.Evidence{Location: m.Location})
		}
	}
	if len(marked) > 0 {
		environments := sortedKeys(marked)
		slices.SortFunc(environments, compareEnvironments)
		text := "image automation updates " + enumerate(environments)
		if manual := slices.DeleteFunc(slices.Clone(p.environments), func(name string) bool { return marked[name] }); len(manual) > 0 {
			text += fmt.Sprintf("; %s %s changed by hand", enumerate(manual), plural(len(manual), "is", "are"))
		}
		add("image-automation", text, "", evidence)
	}
	for _, pipeline := range p.repo.CI {
		var tools []string
		var evidence []model.Evidence
		for _, step := range pipeline.Steps {
			switch step.Tool {
			case "git push", "kustomize edit set", "create-pull-request", "git-auto-commit", "flux tag artifact", "crane tag":
				tools = append(tools, step.Tool)
				evidence = append(evidence, model.Evidence{Location: step.Location})
			}
		}
		if len(tools) > 0 {
			slices.Sort(tools)
			add("ci", fmt.Sprintf("%s changes what is deployed: %s", pipeline.File, enumerate(slices.Compact(tools))), "", evidence)
		}
	}
}
