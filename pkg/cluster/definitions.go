package cluster

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// Labels that Flux puts on what it is made of.
const (
	labelPartOf    = "app.kubernetes.io/part-of"
	labelVersion   = "app.kubernetes.io/version"
	labelInstance  = "app.kubernetes.io/instance"
	labelManagedBy = "app.kubernetes.io/managed-by"
)

// definition is what is read of a CustomResourceDefinition.
type definition struct {
	Metadata struct {
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Group string `json:"group"`
		Scope string `json:"scope"`
		Names struct {
			Kind   string `json:"kind"`
			Plural string `json:"plural"`
		} `json:"names"`
		Versions []struct {
			Name   string `json:"name"`
			Served bool   `json:"served"`
		} `json:"versions"`
	} `json:"spec"`
	Status struct {
		StoredVersions []string `json:"storedVersions"`
	} `json:"status"`
}

const rightDefinitions = "list on customresourcedefinitions.apiextensions.k8s.io"

// definitions reads the CustomResourceDefinitions that say they are part of
// Flux.
func (c *client) definitions(ctx context.Context) ([]definition, error) {
	var list []definition
	query := url.Values{"labelSelector": {labelPartOf + "=flux"}}
	err := c.chain(ctx, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", query, pageSize, func(value jsontext.Value) error {
		var d definition
		if err := unmarshal(value, &d); err != nil {
			return err
		}
		d.clean()
		list = append(list, d)
		return nil
	})
	return list, err
}

func (d *definition) clean() {
	d.Metadata.Labels = cleanMap(d.Metadata.Labels, "")
	for _, text := range []*string{&d.Spec.Group, &d.Spec.Names.Kind, &d.Spec.Names.Plural} {
		*text = name(*text)
	}
	d.Status.StoredVersions = names(d.Status.StoredVersions)
	for i := range d.Spec.Versions {
		d.Spec.Versions[i].Name = name(d.Spec.Versions[i].Name)
	}
}

// addLabelled adds kinds of other groups that say they are part of Flux.
func addLabelled(resources []resource, definitions []definition) []resource {
	for _, d := range definitions {
		if fluxkind.IsGroup(d.Spec.Group) {
			continue
		}
		r := resource{group: d.Spec.Group, kind: d.Spec.Names.Kind, plural: d.Spec.Names.Plural, namespaced: d.Spec.Scope == "Namespaced"}
		for _, v := range d.Spec.Versions {
			if v.Served {
				r.served = append(r.served, v.Name)
			}
		}
		if len(r.served) > 0 {
			slices.SortFunc(r.served, func(a, b string) int { return compareVersions(b, a) })
			r.version = r.served[0]
			resources = append(resources, r)
		}
	}
	return sortResources(resources)
}

// compareVersions orders API versions as Kubernetes does: stable ones are newer
// than betas, betas than alphas.
func compareVersions(a, b string) int {
	return slices.Compare(versionKey(a), versionKey(b))
}

// versionKey turns v2beta1 into its stage, 2 and 1.
func versionKey(version string) []int {
	number, stage, pre := strings.TrimPrefix(version, "v"), 3, ""
	for i, word := range []string{"alpha", "beta"} {
		if before, after, ok := strings.Cut(number, word); ok {
			number, stage, pre = before, i+1, after
		}
	}
	major, _ := strconv.Atoi(number)
	minor, _ := strconv.Atoi(pre)
	return []int{stage, major, minor}
}
