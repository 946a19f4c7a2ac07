package gitrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const (
	// cacheWorth is the number of Helm repositories from which the vertical
	// scaling guide of Flux recommends to cache their indexes.
	cacheWorth = 10
	// manyObjects is the number of Kustomizations and HelmReleases of one
	// cluster from which the default concurrency of the controllers is slow.
	manyObjects = 100
	// slowPoll is the interval of a source from which people wait noticeably.
	slowPoll = 10 * time.Minute
)

// optimisationStatements say what works and could work better.
func (p *project) optimisationStatements() []model.Statement {
	if !p.hasFlux() {
		return nil
	}
	var list []model.Statement
	add := func(topic, text, next string, evidence []model.Evidence) {
		if len(evidence) > 0 {
			list = append(list, statement(topic, text, next, evidence))
		}
	}
	p.sourceOptimisation(add)
	p.gateOptimisation(add)
	p.feedbackOptimisation(add)
	p.scaleOptimisation(add)
	slices.SortStableFunc(list, func(a, b model.Statement) int { return strings.Compare(a.Topic, b.Topic) })
	return list
}

// sourceOptimisation finds sources that fetch the same, and some that nobody
// uses.
func (p *project) sourceOptimisation(add addStatement) {
	type key struct{ cluster, kind, url, ref string }
	same := map[key][]*model.Object{}
	users := p.sourceUsers()
	var unused []*model.Object
	for _, kind := range sourceKinds {
		for _, o := range p.flux(kind) {
			if p.isSide(o.Location.File) {
				continue
			}
			if users[o] == 0 {
				unused = append(unused, o)
			}
			url, ref := sourceAddress(o)
			if url == "" {
				continue
			}
			clusters := p.clustersOf(o.Location.File)
			if len(clusters) == 0 {
				same[key{"", kind, url, ref}] = append(same[key{"", kind, url, ref}], o)
			}
			for _, c := range clusters {
				k := key{p.clusters[c].name, kind, url, ref}
				same[k] = append(same[k], o)
			}
		}
	}
	var parts []string
	var evidence []model.Evidence
	for k, objects := range same {
		if len(objects) > 1 {
			part := fmt.Sprintf("%d %s of %s", len(objects), k.kind, strings.TrimSpace(k.url+" "+k.ref))
			if k.cluster != "" {
				part += " in " + k.cluster
			}
			parts = append(parts, part)
			evidence = append(evidence, evidenceOf(objects, "spec.url")...)
		}
	}
	slices.Sort(parts)
	add("same-sources", "several sources fetch the same: "+enumerate(parts), "let the objects share one source; across namespaces only where cross-namespace references are allowed", evidence)
	// Without any user at all the objects that use them lie elsewhere.
	if len(unused) > 0 && len(users) > 0 {
		add("unused-sources", fmt.Sprintf("nothing here uses %s: %s", count(len(unused), "source", "sources"), enumerate(objectNames(unused))), "remove them", evidenceOf(unused, "spec.url"))
	}
}

// gateOptimisation finds Kustomizations that others wait for, and that are
// ready as soon as their objects are applied.
func (p *project) gateOptimisation(add addStatement) {
	open := map[*model.Object]bool{}
	for _, o := range p.kustomizations() {
		for _, id := range p.dependsOn(o) {
			if gate, ok := p.lookup(id, o.Location.File); ok {
				if s := spec[fluxkind.Kustomization](gate); s != nil && !s.Wait && len(s.HealthChecks) == 0 {
					open[gate] = true
				}
			}
		}
	}
	gates := make([]*model.Object, 0, len(open))
	for o := range open {
		gates = append(gates, o)
	}
	add("open-gates", fmt.Sprintf("others depend on %s, which count as ready before what they apply is",
		enumerate(objectNames(gates))), "set wait: true on them", evidenceOf(gates, "spec"))
}

// feedbackOptimisation looks at how soon a commit is noticed.
func (p *project) feedbackOptimisation(add addStatement) {
	if len(p.flux("Receiver")) > 0 {
		return
	}
	var slow []*model.Object
	longest := time.Duration(0)
	for _, o := range p.flux("GitRepository") {
		if interval, ok := spec[fluxkind.GitRepository](o).Interval.Value(); ok && interval >= slowPoll && !p.isSide(o.Location.File) {
			slow = append(slow, o)
			longest = max(longest, interval)
		}
	}
	add("slow-feedback", fmt.Sprintf("a commit may wait up to %s until it is noticed (%s), and no Receiver tells of it", shortDuration(longest), enumerate(objectNames(slow))),
		"add a Receiver for the webhooks of the Git server", evidenceOf(slow, "spec.interval"))
}

// shortDuration writes 1h rather than 1h0m0s.
func shortDuration(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}

// scaleOptimisation looks at what grows with the repository.
func (p *project) scaleOptimisation(add addStatement) {
	var indexes []*model.Object
	for _, o := range p.flux("HelmRepository") {
		if s := spec[fluxkind.HelmRepository](o); s.Type != "oci" && !strings.HasPrefix(s.URL, "oci://") && !p.isSide(o.Location.File) {
			indexes = append(indexes, o)
		}
	}
	if _, cached := p.controllerFlag("--helm-cache-max-size"); len(indexes) > cacheWorth && !cached {
		add("helm-cache", fmt.Sprintf("%d Helm repositories have an index each, and no file here switches the index cache of source-controller on", len(indexes)),
			"set --helm-cache-max-size on source-controller", evidenceOf(indexes, "spec.url"))
	}
	_, raised := p.controllerFlag("--concurrent")
	for _, target := range p.repo.Analysis.Targets {
		if target.Kustomizations+target.HelmReleases > manyObjects && !raised {
			add("concurrency", fmt.Sprintf("%s reconciles %d Kustomizations and %d HelmReleases, and no file here raises the concurrency of the controllers",
				target.Cluster, target.Kustomizations, target.HelmReleases), "set --concurrent on kustomize-controller and helm-controller, with memory to match", target.Evidence)
		}
	}
	if p.repo.Files < 500 || 2*p.repo.YAMLFiles > p.repo.Files || len(p.flux("ArtifactGenerator")) > 0 {
		return
	}
	if slices.ContainsFunc(p.files, func(file string) bool { return path.Base(file) == ".sourceignore" }) {
		return
	}
	var whole []*model.Object
	for _, c := range p.clusters {
		if c.syncedBy == nil {
			continue
		}
		if source, ok := p.lookup(p.sourceOf(c.syncedBy), c.syncedBy.Location.File); ok {
			if s := spec[fluxkind.GitRepository](source); s != nil && s.Ignore == nil && len(s.SparseCheckout) == 0 {
				whole = append(whole, source)
			}
		}
	}
	add("whole-repository", fmt.Sprintf("the clusters fetch all %d files, of which %d are YAML", p.repo.Files, p.repo.YAMLFiles),
		"leave the others out with a .sourceignore file, spec.ignore or sparseCheckout", evidenceOf(whole, "spec"))
}

// controllerFlag looks for a flag of a controller where a repository sets it:
// in the kustomization beside gotk-components.yaml, in a FluxInstance, or in the
// values of the chart that makes one.
func (p *project) controllerFlag(flag string) (evidence []model.Evidence, found bool) {
	for _, k := range p.controllerFiles() {
		for i, line := range strings.Split(k.content, "\n") {
			if text, _, _ := strings.Cut(line, "#"); strings.Contains(text, flag) {
				evidence = append(evidence, inFile(k.file, i+1))
			}
		}
	}
	instances := slices.Clone(p.flux("FluxInstance"))
	for _, c := range p.clusters {
		if c.operator && c.syncedBy.Kind == "HelmRelease" {
			instances = append(instances, c.syncedBy)
		}
	}
	for _, o := range instances {
		if strings.Contains(string(o.RawSpec), flag) {
			evidence = append(evidence, at(o, "spec"))
		}
	}
	return evidence, len(evidence) > 0
}

type controllerFile struct{ file, content string }

// controllerFiles are the kustomizations beside gotk-components.yaml.
func (p *project) controllerFiles() []controllerFile {
	if p.controllers == nil {
		p.controllers = []controllerFile{}
		for i := range p.repo.Kustomizations {
			k := &p.repo.Kustomizations[i]
			if !slices.ContainsFunc(k.Entries, func(e model.KustomizeEntry) bool { return path.Base(e.Target) == "gotk-components.yaml" }) {
				continue
			}
			if content, err := p.read(k.File); err == nil {
				p.controllers = append(p.controllers, controllerFile{k.File, string(content)})
			}
		}
	}
	return p.controllers
}
