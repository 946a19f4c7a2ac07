package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr17 = Rule{
	ID:       "HR-17",
	Title:    "Values name a generated object without the suffix that it gets",
	Severity: v1alpha1.SeverityError,
	Why:      "kustomize appends a hash to the name, and does not know that HelmRelease names it in spec.valuesFrom; the release looks for an object that is called otherwise.",
	Fix:      "Tell kustomize with a nameReference for HelmRelease under configurations, or set generatorOptions.disableNameSuffixHash: true.",
	Guard:    "Only when the kustomization that generates the object also lists the release, no kustomization that builds it has configurations, and no plain object of that name exists.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/guides/helmreleases/#refer-to-values-in-secret-generated-with-kustomize-and-sops",
	Focus:    []string{"helm", "kustomize"},
	check:    checkHashedValues,
}

func checkHashedValues(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		if !slices.ContainsFunc(kustomization.Generated, func(g model.GeneratedObject) bool { return g.Hashed }) || p.configured(kustomization.File) {
			continue
		}
		for _, entry := range kustomization.Entries {
			for _, object := range p.inFile[entry.Target] {
				if spec, ok := object.Spec.(*fluxkind.HelmRelease); ok {
					p.hashedValues(object, spec, kustomization)
				}
			}
		}
	}
}

func (p *pass) hashedValues(object *model.Object, spec *fluxkind.HelmRelease, kustomization model.KustomizeFile) {
	for i, from := range spec.ValuesFrom {
		if from.Optional {
			continue
		}
		j := slices.IndexFunc(kustomization.Generated, func(g model.GeneratedObject) bool {
			return g.Hashed && g.Kind == from.Kind && g.Name == from.Name
		})
		if j < 0 || p.plainObject(from.Kind, from.Name) {
			continue
		}
		p.report(finding{
			object: object, field: fmt.Sprintf("spec.valuesFrom[%d].name", i),
			evidence: fmt.Sprintf("spec.valuesFrom[%d] names %s %s; %s:%d generates it with a suffix", i, from.Kind, from.Name, kustomization.File, kustomization.Generated[j].Line),
			fix:      "generatorOptions: {disableNameSuffixHash: true} in " + kustomization.File,
		})
	}
}

// configured is true when a kustomization, or one that builds it, tells
// kustomize about more references.
func (x *index) configured(file string) bool {
	with := func(name string) bool {
		return slices.ContainsFunc(x.Repository.Kustomizations, func(k model.KustomizeFile) bool {
			return k.File == name && slices.ContainsFunc(k.Entries, func(e model.KustomizeEntry) bool { return e.Field == "configurations" })
		})
	}
	if with(file) {
		return true
	}
	for _, build := range x.builders[file] {
		if slices.ContainsFunc(build.Files, with) {
			return true
		}
	}
	return false
}

// plainObject is true when a document defines an object of that name itself.
func (x *index) plainObject(kind, name string) bool {
	return len(x.ofName[model.ID{Kind: kind, Name: name}]) > 0
}
