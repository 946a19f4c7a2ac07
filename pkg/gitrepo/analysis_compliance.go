package gitrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// The pages that give the advice.
const (
	docStructure    = "https://fluxcd.io/flux/guides/repository-structure/"
	docKustomize    = "https://fluxcd.io/flux/components/kustomize/kustomizations/"
	docMultitenancy = "https://fluxcd.io/flux/installation/configuration/multitenancy/"
	docSecrets      = "https://fluxcd.io/flux/security/secrets-management/"
	docAlerts       = "https://fluxcd.io/flux/monitoring/alerts/"
	docSchema       = "https://fluxcd.io/flux/cli-plugins/flux-schema/"
)

// practices compares the repository with the published guidance, as far as it
// applies to it.
func (p *project) practices() []model.Practice {
	if !p.hasFlux() {
		return nil
	}
	var list []model.Practice
	add := func(topic string, met bool, doc, text, next string, evidence []model.Evidence) {
		if met {
			next = ""
		}
		list = append(list, model.Practice{Statement: statement(topic, text, next, evidence), Met: met, Doc: doc})
	}
	p.clusterFolders(add)
	p.separation(add)
	p.sharedBases(add)
	p.pruning(add)
	p.validation(add)
	p.encryptedSecrets(add)
	p.tenantAccounts(add)
	p.alerting(add)
	slices.SortStableFunc(list, func(a, b model.Practice) int { return strings.Compare(a.Topic, b.Topic) })
	return list
}

type addPractice func(topic string, met bool, doc, text, next string, evidence []model.Evidence)

// clusterFolders: the guide gives each cluster a folder below clusters.
func (p *project) clusterFolders(add addPractice) {
	var inside, outside []string
	var evidence []model.Evidence
	for _, c := range p.clusters {
		switch {
		case c.path != "" && holdsClusters(path.Base(folderOf(c.path))):
			inside = append(inside, c.path)
		case c.path != "":
			outside = append(outside, c.path)
		default:
			continue
		}
		evidence = append(evidence, c.evidence[0])
	}
	switch {
	case len(outside) > 0:
		add("cluster-folders", false, docStructure, "clusters start outside a folder named clusters: "+enumerate(outside),
			"with more clusters to come, give each a folder below clusters", evidence)
	case len(inside) > 0:
		add("cluster-folders", true, docStructure, fmt.Sprintf("%s a folder of its own: %s", plural(len(inside), "the cluster has", "each cluster has"), enumerate(inside)), "", evidence)
	}
}

// separation: infrastructure comes before the applications that need it.
func (p *project) separation(add addPractice) {
	if len(p.kustomizations()) < 2 {
		return
	}
	if chain, last := p.chain(); last != nil {
		waiting := 0
		for _, o := range p.kustomizations() {
			if len(p.dependsOn(o)) > 0 {
				waiting++
			}
		}
		add("order", true, docKustomize+"#dependencies", fmt.Sprintf("%d of %d Kustomizations wait for others, as in %s", waiting, len(p.kustomizations()), arrow(chain)), "",
			[]model.Evidence{at(last, "spec.dependsOn")})
		return
	}
	// Without any order there must be something to order.
	var before, after []*model.Object
	for _, o := range p.kustomizations() {
		switch {
		case p.isSide(o.Location.File):
		case named(o, infrastructureNames):
			before = append(before, o)
		case named(o, []string{"app", "apps", "applications", "services", "workloads"}):
			after = append(after, o)
		}
	}
	if len(before) > 0 && len(after) > 0 {
		add("order", false, docKustomize+"#dependencies", fmt.Sprintf("no Kustomization waits for another: %s may start before %s", enumerate(objectNames(after)), enumerate(objectNames(before))),
			"let what needs controllers and their CRDs depend on them", evidenceOf(append(before, after...), "spec"))
	}
}

// infrastructureNames are usual names of what applications need.
var infrastructureNames = []string{"addons", "controllers", "core", "crds", "infra", "infrastructure", "operators", "platform", "system"}

// named is true for a Kustomization whose name, or a folder of its path, has one
// of these words.
func named(o *model.Object, words []string) bool {
	parts := strings.FieldsFunc(strings.ToLower(o.Name+"/"+spec[fluxkind.Kustomization](o).Path), func(r rune) bool { return strings.ContainsRune("/-_.", r) })
	return slices.ContainsFunc(parts, func(part string) bool { return slices.Contains(words, part) })
}

// sharedBases: environments differ in overlays, not in copies.
func (p *project) sharedBases(add addPractice) {
	for _, s := range p.repo.Analysis.Promotion {
		switch s.Topic {
		case "overlays":
			list := model.Practice{Statement: s}
			add("bases-and-overlays", true, docStructure, list.Text, "", s.Evidence)
			return
		case "copies":
			add("bases-and-overlays", false, docStructure, s.Text, s.Next, s.Evidence)
			return
		}
	}
}

// pruning: what leaves Git leaves the cluster.
func (p *project) pruning(add addPractice) {
	var keeping []*model.Object
	for _, o := range p.kustomizations() {
		if s := spec[fluxkind.Kustomization](o); s.Prune == nil || !*s.Prune {
			keeping = append(keeping, o)
		}
	}
	all := len(p.kustomizations())
	switch {
	case all == 0:
	case len(keeping) == 0:
		add("prune", true, docKustomize+"#prune", fmt.Sprintf("%s what is removed from Git", count(all, "Kustomization deletes", "Kustomizations all delete")), "",
			evidenceOf(p.kustomizations()[:1], "spec.prune"))
	default:
		add("prune", false, docKustomize+"#prune", fmt.Sprintf("%d of %d Kustomizations leave in the cluster what is removed from Git: %s", len(keeping), all, enumerate(objectNames(keeping))),
			"set prune: true where losing the objects is no loss of data", evidenceOf(keeping, "spec.prune"))
	}
}

// validation: CI checks a change before Flux applies it.
func (p *project) validation(add addPractice) {
	var evidence []model.Evidence
	tools := map[string]bool{}
	for _, pipeline := range p.repo.CI {
		for _, step := range pipeline.Steps {
			if step.Does == model.PipelineValidates && step.Tool != "yamllint" {
				evidence = append(evidence, model.Evidence{Location: step.Location})
				tools[step.Tool] = true
			}
		}
	}
	if len(evidence) > 0 {
		add("ci-validation", true, docSchema, "CI checks manifests before they are merged: "+enumerate(sortedKeys(tools)), "", evidence)
		return
	}
	text, what := "no CI definition here checks manifests", []model.Evidence{at(p.firstFlux(), "")}
	for _, pipeline := range p.repo.CI {
		what = append(what, inFile(pipeline.File, 1))
	}
	if len(p.repo.CI) > 0 {
		text = fmt.Sprintf("none of %s builds or checks the manifests", enumerate(names(p.repo.CI, func(c model.Pipeline) string { return c.File })))
		what = what[1:]
	}
	add("ci-validation", false, docSchema, text, "build the kustomizations and check them against the schemas on every pull request", what)
}

// encryptedSecrets: no Secret lies in Git as it is.
func (p *project) encryptedSecrets(add addPractice) {
	encryptedAt := map[model.Location]bool{}
	kept := 0
	for i := range p.repo.Documents {
		d := &p.repo.Documents[i]
		if d.Encrypted {
			encryptedAt[d.Location] = true
			kept++
		}
		if d.Kind == "SealedSecret" || d.Kind == "ExternalSecret" {
			kept++
		}
	}
	var plain []model.Evidence
	for i := range p.repo.Manifests {
		m := &p.repo.Manifests[i]
		if m.Kind != "Secret" || m.Group != "" || encryptedAt[m.Location] || p.isSide(m.File) {
			continue
		}
		for _, entry := range m.Entries {
			if entry.Class == model.ValueText || entry.Class == model.ValueCredential {
				evidence := manifestEvidence(m)
				evidence.Line = entry.Line
				plain = append(plain, evidence)
				break
			}
		}
	}
	switch {
	case len(plain) > 0:
		add("secrets", false, docSecrets, fmt.Sprintf("%s in Git with %s in clear: %s", count(len(plain), "Secret lies", "Secrets lie"), plural(len(plain), "a value", "values"),
			enumerate(names(plain, func(e model.Evidence) string { return e.Object.Name }))), "encrypt them with SOPS, and replace what was readable", plain)
	case kept > 0:
		evidence := p.documents(func(d *model.Document) bool {
			return d.Encrypted || d.Kind == "SealedSecret" || d.Kind == "ExternalSecret"
		})
		add("secrets", true, docSecrets, fmt.Sprintf("%s encrypted or kept elsewhere, none readable", count(kept, "secret is", "secrets are")), "", evidence)
	}
}

// tenantAccounts: tenants work as accounts of their own.
func (p *project) tenantAccounts(add addPractice) {
	if len(p.tenants) == 0 {
		return
	}
	var with, without []*model.Object
	for _, o := range p.kustomizations() {
		if !p.ofTenant(o) {
			continue
		}
		if spec[fluxkind.Kustomization](o).ServiceAccountName != "" {
			with = append(with, o)
		} else {
			without = append(without, o)
		}
	}
	switch {
	case len(without) > 0:
		add("tenant-accounts", false, docMultitenancy, "Kustomizations of tenants work with the rights of the controllers: "+enumerate(objectNames(without)),
			"set serviceAccountName on them", evidenceOf(without, "spec"))
	case len(with) > 0:
		add("tenant-accounts", true, docMultitenancy, "Kustomizations of tenants work as accounts of their own: "+enumerate(objectNames(with)), "", evidenceOf(with, "spec.serviceAccountName"))
	}
}

// alerting: failures are told.
func (p *project) alerting(add addPractice) {
	if len(p.clusters) == 0 {
		return
	}
	if alerts := p.flux("Alert"); len(alerts) > 0 {
		add("alerts", true, docAlerts, fmt.Sprintf("%s failures: %s", count(len(alerts), "Alert reports", "Alerts report"), enumerate(objectNames(alerts))), "", evidenceOf(alerts, "spec.eventSources"))
		return
	}
	var evidence []model.Evidence
	for _, c := range p.clusters {
		evidence = append(evidence, c.evidence[0])
	}
	add("alerts", false, docAlerts, fmt.Sprintf("no Alert reports failures of %s", enumerate(p.repo.Clusters)), "add a Provider and an Alert", evidence)
}
