package gitrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// requirements are the topics that the project asks for, each with what asks
// for it, in the order of the focus table.
func (p *project) requirements() []model.Requirement {
	why := map[string]string{}
	ask := func(topic, reason string) {
		if reason != "" && why[topic] == "" {
			why[topic] = reason
		}
	}
	if p.repo.Pattern != "" {
		ask("repository-structure", p.repo.Analysis.Structure[0].Text)
	}
	for _, s := range p.repo.Analysis.Workflows {
		switch s.Topic {
		case "sync":
			ask("gitops", s.Text)
		case "image-automation", "progressive-delivery":
			ask(s.Topic, s.Text)
		case "ci":
			ask("ci-cd", s.Text)
		case "alerts":
			ask("monitoring", s.Text)
		}
	}
	if p.repo.Pattern != "" {
		ask("gitops", p.repo.Analysis.Structure[0].Text)
	}
	p.askForKinds(ask)
	if p.repo.Pattern == patternClusterTemplate {
		p.askForTemplates(ask)
	}
	if len(p.repo.Clusters) > 1 {
		ask("multi-cluster", fmt.Sprintf("%d clusters: %s", len(p.repo.Clusters), enumerate(p.repo.Clusters)))
	}
	if len(p.tenants) > 0 {
		ask("multi-tenancy", fmt.Sprintf("%s: %s", count(len(p.tenants), "tenant", "tenants"), enumerate(p.repo.Tenants)))
	}
	for _, topic := range []string{"sops", "external-secrets", "sealed-secrets", "git-crypt", "signatures", "cluster-admin"} {
		for _, s := range p.repo.Analysis.Access {
			if s.Topic == topic {
				ask("security", s.Text)
			}
		}
	}
	for _, practice := range p.repo.Analysis.Compliance {
		if practice.Topic == "secrets" && !practice.Met {
			why["security"] = practice.Text
		}
	}
	for _, s := range p.repo.Analysis.Migration {
		if s.Topic != "unreached-manifests" && s.Topic != "kustomize-fields" && s.Topic != "helmfile" {
			ask("migration", s.Text)
		}
	}
	for _, s := range p.repo.Analysis.Optimisation {
		if s.Topic == "helm-cache" || s.Topic == "concurrency" || s.Topic == "whole-repository" {
			ask("performance", s.Text)
		}
	}
	p.askForTrouble(ask)

	var list []model.Requirement
	for _, topic := range focus.Names() {
		if why[topic] != "" {
			list = append(list, model.Requirement{Topic: topic, Why: why[topic]})
		}
	}
	return list
}

// askForKinds asks for the topics of what the repository holds.
func (p *project) askForKinds(ask func(topic, reason string)) {
	sources := map[string]int{}
	total := 0
	for _, kind := range sourceKinds {
		if n := len(p.flux(kind)); n > 0 {
			sources[kind] = n
			total += n
		}
	}
	if total > 0 {
		var parts []string
		for _, kind := range sortedKeys(sources) {
			parts = append(parts, fmt.Sprintf("%d %s", sources[kind], kind))
		}
		ask("sources", fmt.Sprintf("%s: %s", count(total, "source", "sources"), strings.Join(parts, ", ")))
	}
	if n := len(p.kustomizations()); n > 0 {
		ask("kustomize", fmt.Sprintf("%s, such as %s", count(n, "Flux Kustomization", "Flux Kustomizations"), atFile(p.kustomizations()[0])))
	} else if n := len(p.repo.Kustomizations); n > 0 {
		ask("kustomize", fmt.Sprintf("%s, such as %s", count(n, "kustomization file", "kustomization files"), p.repo.Kustomizations[0].File))
	}
	if n := len(p.helmReleases()); n > 0 {
		ask("helm", fmt.Sprintf("%s, such as %s", count(n, "HelmRelease", "HelmReleases"), atFile(p.helmReleases()[0])))
	} else if n := len(p.repo.Charts); n > 0 {
		ask("helm", fmt.Sprintf("%s, such as %s", count(n, "local chart", "local charts"), p.repo.Charts[0].Path))
	}
	for _, o := range append(slices.Clone(p.flux("FluxInstance")), p.helmReleases()...) {
		if slices.ContainsFunc(p.clusters, func(c *cluster) bool { return c.operator && c.syncedBy == o }) || o.Kind == "FluxInstance" {
			ask("controllers", "the Flux Operator installs the controllers as "+atFile(o)+" says")
		}
	}
	for _, k := range p.controllerFiles() {
		if strings.Contains(k.content, "patches:") {
			ask("controllers", k.file+" changes the controllers of flux bootstrap")
		}
	}
	if monitors := p.documents(func(d *model.Document) bool {
		return d.ID().Group == "monitoring.coreos.com" && (strings.Contains(strings.ToLower(d.File), "flux") || strings.Contains(strings.ToLower(d.Name), "flux"))
	}); len(monitors) > 0 {
		ask("monitoring", fmt.Sprintf("%s Flux: %s", count(len(monitors), "object watches", "objects watch"), monitors[0].Object.String()))
	}
	if receivers := p.flux("Receiver"); len(receivers) > 0 {
		ask("ci-cd", fmt.Sprintf("%s of webhooks, such as %s", count(len(receivers), "Receiver", "Receivers"), atFile(receivers[0])))
	}
	p.askForRecovery(ask)
}

// askForTemplates goes by the names of templates, which are all that can be
// read of them.
func (p *project) askForTemplates(ask func(topic, reason string)) {
	for _, known := range []struct{ word, topic string }{
		{"kustomization", "kustomize"}, {"helmrelease", "helm"}, {"sops", "security"}, {"repository", "sources"},
	} {
		for _, file := range p.templates() {
			if strings.Contains(strings.ToLower(path.Base(file)), known.word) {
				ask(known.topic, "templates such as "+file)
			}
		}
	}
}

// backupGroups are API groups of objects that back data up.
var backupGroups = []string{"velero.io", "volsync.backube", "k8up.io", "gemini.fairwinds.com", "longhorn.io", "kanister.io"}

// askForRecovery asks for disaster recovery where the repository backs data
// up, or keeps data that pruning can delete.
func (p *project) askForRecovery(ask func(topic, reason string)) {
	backups := p.documents(func(d *model.Document) bool {
		return slices.Contains(backupGroups, d.ID().Group) || d.ID().Group == "postgresql.cnpg.io" && (d.Kind == "ScheduledBackup" || d.Kind == "Backup")
	})
	if len(backups) > 0 {
		ask("disaster-recovery", fmt.Sprintf("%s up data, such as %s in %s", count(len(backups), "object backs", "objects back"), backups[0].Object, backups[0].Location))
		return
	}
	for _, o := range p.helmReleases() {
		if s := spec[fluxkind.HelmRelease](o); s.Chart != nil && slices.Contains([]string{"velero", "volsync", "k8up"}, s.Chart.Spec.Chart) {
			ask("disaster-recovery", "backups are made with "+s.Chart.Spec.Chart+" ("+atFile(o)+")")
		}
	}
	if volumes := p.documents(func(d *model.Document) bool { return d.Kind == "PersistentVolumeClaim" && d.ID().Group == "" }); len(volumes) > 0 && p.hasFlux() {
		ask("disaster-recovery", fmt.Sprintf("%s in Git, such as %s in %s: pruning can delete the data", count(len(volumes), "volume claim lies", "volume claims lie"),
			volumes[0].Object, volumes[0].Location))
	}
}

// askForTrouble asks for troubleshooting where something cannot work.
func (p *project) askForTrouble(ask func(topic, reason string)) {
	for _, k := range p.repo.Kustomizations {
		for _, missing := range append(slices.Clone(k.Missing), k.Bare...) {
			ask("troubleshooting", fmt.Sprintf("%s:%d names %s, which cannot be built", k.File, missing.Line, missing.Entry))
		}
	}
	for _, e := range p.repo.ParseErrors {
		ask("troubleshooting", e.Location.String()+" is no YAML")
	}
	for _, d := range p.repo.Analysis.Dependencies {
		if d.Depth == 0 {
			ask("troubleshooting", d.Object.String()+" depends on itself in a circle")
		}
	}
}

func atFile(o *model.Object) string { return o.Kind + " " + o.Name + " (" + o.Location.String() + ")" }
