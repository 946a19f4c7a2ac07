package gitrepo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// accessStatements say who may change what.
func (p *project) accessStatements() []model.Statement {
	var list []model.Statement
	add := func(topic, text, next string, evidence []model.Evidence) {
		if len(evidence) > 0 {
			list = append(list, statement(topic, text, next, evidence))
		}
	}
	p.tenantAccess(add)
	p.accountAccess(add)
	p.bindingAccess(add)
	p.lockdownAccess(add)
	p.secretAccess(add)
	p.verifiedSources(add)
	slices.SortStableFunc(list, func(a, b model.Statement) int { return strings.Compare(a.Topic, b.Topic) })
	return list
}

func (p *project) tenantAccess(add addStatement) {
	namespaces := map[string][]string{}
	for _, namespace := range sortedKeys(p.tenantNamespaces) {
		namespaces[p.tenantNamespaces[namespace]] = append(namespaces[p.tenantNamespaces[namespace]], namespace)
	}
	for _, t := range p.tenants {
		text := "tenant " + t.name
		if own := namespaces[t.name]; len(own) > 0 {
			text += " has " + plural(len(own), "the namespace ", "the namespaces ") + enumerate(own)
		}
		if environments := p.tenantEnvironments(t); len(environments) > 0 {
			text += ", in " + enumerate(environments)
		}
		add("tenant", text, "", t.evidence)
	}
}

// tenantEnvironments are the environments that build a tenant's files.
func (p *project) tenantEnvironments(t *tenant) []string {
	found := map[string]bool{}
	for _, e := range t.evidence {
		for _, b := range p.buildsOf[e.File] {
			if environment := p.environmentOf(p.repo.Builds[b].Path + "/x"); environment != "" {
				found[environment] = true
			}
		}
	}
	return sortedKeys(found)
}

// accountAccess looks at the accounts that Flux works as.
func (p *project) accountAccess(add addStatement) {
	var with, without []*model.Object
	accounts := map[string]bool{}
	for _, o := range append(slices.Clone(p.kustomizations()), p.helmReleases()...) {
		account := ""
		switch s := o.Spec.(type) {
		case *fluxkind.Kustomization:
			account = s.ServiceAccountName
		case *fluxkind.HelmRelease:
			account = s.ServiceAccountName
		}
		if account == "" {
			without = append(without, o)
		} else {
			with = append(with, o)
			accounts[account] = true
		}
	}
	if len(with) > 0 {
		text := fmt.Sprintf("%d of %d Kustomizations and HelmReleases work as an account of their own (%s)", len(with), len(with)+len(without), enumerate(sortedKeys(accounts)))
		if len(without) > 0 {
			text += "; the others with the rights of the controllers"
		}
		add("service-accounts", text, "", evidenceOf(with, "spec.serviceAccountName"))
	}
	var crossing []*model.Object
	for _, kind := range []string{"Kustomization", "HelmRelease"} {
		for _, o := range p.objects[kind] {
			if source := p.sourceOf(o); source.Namespace != "" && o.Namespace != "" && source.Namespace != o.Namespace {
				crossing = append(crossing, o)
			}
		}
	}
	if len(crossing) > 0 {
		add("cross-namespace", fmt.Sprintf("%s a source in another namespace (%s)", count(len(crossing), "object names", "objects name"),
			enumerate(names(crossing, func(o *model.Object) string { return p.sourceOf(o).String() }))), "", evidenceOf(crossing, "spec"))
	}
}

// bindingAccess looks at bindings to cluster-admin.
func (p *project) bindingAccess(add addStatement) {
	type binding struct {
		RoleRef  struct{ Kind, Name string }
		Subjects []struct{ Kind, Namespace, Name string }
	}
	var wide, confined []model.Evidence
	var wideTo, confinedTo []string
	for i := range p.repo.Manifests {
		m := &p.repo.Manifests[i]
		if m.Kind != "ClusterRoleBinding" && m.Kind != "RoleBinding" || path.Base(m.File) == "gotk-components.yaml" || p.patchAt[m.Location] {
			continue
		}
		var b binding
		if json.Unmarshal(m.Body, &b) != nil || b.RoleRef.Name != "cluster-admin" {
			continue
		}
		var to []string
		for _, s := range b.Subjects {
			to = append(to, s.Kind+" "+strings.TrimPrefix(s.Namespace+"/"+s.Name, "/"))
		}
		evidence := manifestEvidence(m)
		evidence.Line = cmp.Or(m.Lines.Of("metadata.name"), evidence.Line)
		if m.Kind == "ClusterRoleBinding" {
			wide = append(wide, evidence)
			wideTo = append(wideTo, to...)
		} else {
			confined = append(confined, evidence)
			confinedTo = append(confinedTo, to...)
		}
	}
	add("cluster-admin", "may do anything in the cluster: "+enumerate(unique(wideTo)), "bind what they need, in the namespaces where they need it", wide)
	add("namespace-admin", "may do anything in one namespace each: "+enumerate(unique(confinedTo)), "", confined)
}

func unique(list []string) []string { return names(list, func(s string) string { return s }) }

// lockdownFlags are what multi-tenancy lockdown sets on the controllers.
var lockdownFlags = []string{"--no-cross-namespace-refs=true", "--no-remote-bases=true", "--default-service-account="}

// lockdownAccess looks for the flags in the files that configure the
// controllers, and in FluxInstances.
func (p *project) lockdownAccess(add addStatement) {
	var evidence []model.Evidence
	found := map[string]bool{}
	for _, flag := range lockdownFlags {
		if places, ok := p.controllerFlag(flag); ok {
			found[strings.TrimSuffix(strings.TrimSuffix(flag, "true"), "=")] = true
			evidence = append(evidence, places...)
		}
	}
	for _, o := range p.flux("FluxInstance") {
		if s := spec[fluxkind.FluxInstance](o); s.Cluster != nil && s.Cluster.Multitenant {
			found["cluster.multitenant"] = true
			evidence = append(evidence, at(o, "spec.cluster.multitenant"))
		}
	}
	switch {
	case len(evidence) > 0:
		add("lockdown", "the controllers are confined for tenants: "+enumerate(sortedKeys(found)), "", evidence)
	case len(p.tenants) > 0:
		// A label alone makes no tenant that could reach for more than it has;
		// objects that work as accounts of tenants do.
		var own []model.Evidence
		for _, o := range p.kustomizations() {
			if p.ofTenant(o) && spec[fluxkind.Kustomization](o).ServiceAccountName != "" {
				own = append(own, at(o, "spec.serviceAccountName"))
			}
		}
		add("lockdown", fmt.Sprintf("no file here confines the controllers, so that objects of tenants (%s) may name sources and accounts of other namespaces", enumerate(p.repo.Tenants)),
			"set --no-cross-namespace-refs and --default-service-account on the controllers, or cluster.multitenant of the FluxInstance", own)
	}
}

// ofTenant is true for an object in a namespace or a folder of a tenant.
func (p *project) ofTenant(o *model.Object) bool {
	return p.tenantNamespaces[p.namespaceOf(o)] != "" || slices.ContainsFunc(strings.Split(folderOf(o.Location.File), "/"), func(part string) bool {
		return slices.Contains(tenantFolders, strings.ToLower(part))
	})
}

// secretAccess says how secrets are kept.
func (p *project) secretAccess(add addStatement) {
	encrypted := 0
	var evidence []model.Evidence
	for i := range p.repo.Documents {
		d := &p.repo.Documents[i]
		if d.Encrypted {
			encrypted++
			evidence = append(evidence, model.Evidence{Location: d.Location, Object: d.ID()})
		}
	}
	if encrypted > 0 {
		var decrypting []*model.Object
		for _, o := range p.kustomizations() {
			if spec[fluxkind.Kustomization](o).Decryption != nil {
				decrypting = append(decrypting, o)
			}
		}
		add("sops", fmt.Sprintf("%s encrypted with SOPS; %s", count(encrypted, "document is", "documents are"),
			count(len(decrypting), "Kustomization decrypts", "Kustomizations decrypt")), "", append(evidence, evidenceOf(decrypting, "spec.decryption")...))
	}
	for _, kind := range []struct{ kind, group, topic, text string }{
		{"ExternalSecret", "external-secrets.io", "external-secrets", "the External Secrets Operator fetches"},
		{"SealedSecret", "bitnami.com", "sealed-secrets", "Sealed Secrets keeps"},
	} {
		found := p.documents(func(d *model.Document) bool { return d.Kind == kind.kind && d.ID().Group == kind.group })
		add(kind.topic, fmt.Sprintf("%s %s", kind.text, count(len(found), "secret", "secrets")), "", found)
	}
	if p.repo.GitCrypt > 0 && len(p.files) > 0 {
		add("git-crypt", count(p.repo.GitCrypt, "file is", "files are")+" encrypted with git-crypt, which Flux cannot decrypt", "encrypt them with SOPS", []model.Evidence{inFile(".gitattributes", 1)})
	}
}

// verifiedSources says whose signatures are checked.
func (p *project) verifiedSources(add addStatement) {
	var verified []*model.Object
	for _, o := range p.flux("GitRepository") {
		if spec[fluxkind.GitRepository](o).Verify != nil {
			verified = append(verified, o)
		}
	}
	for _, o := range p.flux("OCIRepository") {
		if spec[fluxkind.OCIRepository](o).Verify != nil {
			verified = append(verified, o)
		}
	}
	if len(verified) > 0 {
		all := len(p.flux("GitRepository")) + len(p.flux("OCIRepository"))
		add("signatures", fmt.Sprintf("signatures are checked for %d of %s: %s", len(verified), count(all, "Git or OCI source", "Git and OCI sources"),
			enumerate(objectNames(verified))), "", evidenceOf(verified, "spec.verify"))
	}
}
