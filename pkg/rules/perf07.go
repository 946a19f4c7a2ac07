package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var perf07 = Rule{
	ID:       "PERF-07",
	Title:    "A release and its chart source are in different shards",
	Severity: v1alpha1.SeverityError,
	Why: "helm-controller hands its shard key on to the HelmChart that it makes, so the source-controller of that shard looks for an index or an artifact " +
		"that lies in the storage of another.",
	Fix:   "Give both the same label sharding.fluxcd.io/key.",
	Guard: "Only HelmReleases with a chart from a HelmRepository, GitRepository or Bucket whose labels differ, both of one side. Labels that a kustomization adds are not seen without a cluster, so there it is left open.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/installation/configuration/sharding/#assign-resources-to-shards",
	Focus: []string{"performance", "controllers"},
	check: checkShards,
}

const shardKey = "sharding.fluxcd.io/key"

func checkShards(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.Chart == nil {
			continue
		}
		for _, source := range p.targets(object, model.RelationSource) {
			mine, theirs := object.Labels[shardKey], source.Labels[shardKey]
			if repository, ok := source.Spec.(*fluxkind.HelmRepository); ok && repository.Type == "oci" {
				continue // it has no index that another shard would keep
			}
			if mine == theirs || live(object) != live(source) {
				continue
			}
			if !live(object) {
				p.undecided(object, "the label "+shardKey+" differs from that of its source, and a kustomization may set it")
				continue
			}
			p.report(finding{
				object: object, field: "metadata.labels",
				evidence: fmt.Sprintf("%s is %s on %s and %s on %s", shardKey, orAbsent(mine), object.ID, orAbsent(theirs), source.ID),
				fix:      fmt.Sprintf("labels: {%s: %s} on both", shardKey, orDefault(mine, theirs)),
			})
			break
		}
	}
}
