package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// resource is a kind that the server can list.
type resource struct {
	group      string
	kind       string
	plural     string
	version    string   // the one to read
	served     []string // in the server's order of preference
	namespaced bool
}

// acceptDiscovery asks for all groups and their resources at once, as servers
// since Kubernetes 1.26 answer; older ones send the plain list of groups.
const acceptDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

// discover returns the kinds of all Flux groups, sorted by group and kind. It
// asks the server each time: a cached list may be hours old.
func (c *client) discover(ctx context.Context) ([]resource, error) {
	body, err := c.get(ctx, "apis", nil, acceptDiscovery)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var answer struct {
		// Aggregated form.
		Items []struct {
			Metadata struct{ Name string }
			Versions []struct {
				Version   string
				Resources []struct {
					Resource     string
					Scope        string
					Verbs        []string
					ResponseKind struct{ Kind string }
				}
			}
		}
		// Plain form.
		Groups []struct {
			Name     string
			Versions []struct{ Version string }
		}
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("the list of API groups cannot be read: %w", err)
	}

	found := &discovered{}
	for _, group := range answer.Items {
		if !fluxkind.IsGroup(group.Metadata.Name) {
			continue
		}
		for _, version := range group.Versions {
			for _, r := range version.Resources {
				found.add(group.Metadata.Name, version.Version, r.ResponseKind.Kind, r.Resource, r.Scope == "Namespaced", r.Verbs)
			}
		}
	}
	for _, group := range answer.Groups {
		if !fluxkind.IsGroup(group.Name) {
			continue
		}
		for _, version := range group.Versions {
			if err := c.discoverVersion(ctx, found, group.Name, version.Version); err != nil {
				return nil, err
			}
		}
	}
	return found.resources(), nil
}

// discoverVersion asks an older server what one version of a group holds.
func (c *client) discoverVersion(ctx context.Context, found *discovered, group, version string) error {
	body, err := c.get(ctx, "apis/"+group+"/"+version, nil, acceptJSON)
	if err != nil {
		return err
	}
	defer body.Close()
	var list struct {
		Resources []struct {
			Name       string
			Kind       string
			Namespaced bool
			Verbs      []string
		}
	}
	if err := json.NewDecoder(body).Decode(&list); err != nil {
		return fmt.Errorf("the resources of %s/%s cannot be read: %w", group, version, err)
	}
	for _, r := range list.Resources {
		found.add(group, version, r.Kind, r.Name, r.Namespaced, r.Verbs)
	}
	return nil
}

// discovered collects resources, one for each kind.
type discovered struct {
	list []resource
}

func (d *discovered) add(group, version, kind, plural string, namespaced bool, verbs []string) {
	// A name with a slash is a subresource.
	if strings.Contains(plural, "/") || !slices.Contains(verbs, "list") {
		return
	}
	for i := range d.list {
		if d.list[i].group == group && d.list[i].kind == kind {
			d.list[i].served = append(d.list[i].served, version)
			return
		}
	}
	d.list = append(d.list, resource{group: group, kind: kind, plural: plural, namespaced: namespaced, served: []string{version}})
}

// resources chooses the version of each kind: the newest that the table knows,
// else the one that the server prefers.
func (d *discovered) resources() []resource {
	for i := range d.list {
		r := &d.list[i]
		r.version = r.served[0]
		if row, ok := fluxkind.Lookup(r.group, r.kind); ok {
			for _, known := range row.Versions {
				if slices.Contains(r.served, known) {
					r.version = known
					break
				}
			}
		}
	}
	slices.SortFunc(d.list, func(a, b resource) int {
		return cmp.Or(strings.Compare(a.group, b.group), strings.Compare(a.kind, b.kind))
	})
	return d.list
}
