package cluster

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// resource is a kind that the server can list.
type resource struct {
	group      string
	kind       string
	plural     string
	version    string   // the one to read
	served     []string // in the server's order of preference
	namespaced bool
	// tried are versions that could not be read.
	tried []string
	// guessed resources come from the table of kinds, since the server does
	// not say what it serves.
	guessed bool
}

// String is the form that kubectl takes, and roles with it.
func (r resource) String() string { return r.plural + "." + r.group }

// path is the address of a list, or of one object when a name is given.
func (r resource) path(namespace, name string) string {
	path := "apis/" + r.group + "/" + r.version
	if namespace != "" && r.namespaced {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	path += "/" + r.plural
	if name != "" {
		path += "/" + url.PathEscape(name)
	}
	return path
}

// acceptDiscovery asks for all groups and their resources at once, as servers
// since Kubernetes 1.26 answer; older ones send the plain list of groups.
const acceptDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

// discover returns the kinds of all Flux groups and, where the server tells it in
// the same answer, which versions it serves of every other kind. It asks the server each time: a
// cached list may be hours old.
func (c *client) discover(ctx context.Context) ([]resource, []model.ServedAPI, error) {
	body, err := c.get(ctx, "apis", nil, acceptDiscovery)
	if err != nil {
		return nil, nil, err
	}
	defer body.Close()
	var (
		found    discovered
		versions [][2]string // of a plain list, to be asked one by one
		decoder  = jsontext.NewDecoder(body, tolerant)
	)
	if decoder.PeekKind() != '{' {
		return nil, nil, errNotObject
	}
	err = eachMember(decoder, func(name string) error {
		switch name {
		case "items":
			return eachElement(decoder, func() error { return found.decodeGroup(decoder) })
		case "groups":
			return eachElement(decoder, func() error {
				var group struct {
					Name     string `json:"name"`
					Versions []struct {
						Version string `json:"version"`
					} `json:"versions"`
				}
				if err := decodeNext(decoder, &group); err != nil {
					return err
				}
				if fluxkind.IsGroup(group.Name) {
					for _, v := range group.Versions {
						versions = append(versions, [2]string{group.Name, v.Version})
					}
				}
				return nil
			})
		}
		return decoder.SkipValue()
	})
	if err != nil {
		return nil, nil, fmt.Errorf("the list of API groups breaks off or is not one: %w", err)
	}
	for _, v := range versions {
		if err := c.discoverVersion(ctx, &found, v[0], v[1]); err != nil {
			return nil, nil, err
		}
	}
	return found.resources(), found.apis(), nil
}

// decodeGroup reads one group of the aggregated form.
func (d *discovered) decodeGroup(decoder *jsontext.Decoder) error {
	var group struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
		Versions []struct {
			Version   string `json:"version"`
			Resources []struct {
				Resource     string   `json:"resource"`
				Scope        string   `json:"scope"`
				Verbs        []string `json:"verbs"`
				ResponseKind struct {
					Kind string `json:"kind"`
				} `json:"responseKind"`
			} `json:"resources"`
		} `json:"versions"`
	}
	if err := decodeNext(decoder, &group); err != nil {
		return err
	}
	for _, v := range group.Versions {
		for _, r := range v.Resources {
			if !strings.Contains(r.Resource, "/") {
				d.serve(group.Metadata.Name, v.Version, r.ResponseKind.Kind)
			}
		}
	}
	if !fluxkind.IsGroup(group.Metadata.Name) {
		return nil
	}
	for _, v := range group.Versions {
		for _, r := range v.Resources {
			d.add(group.Metadata.Name, v.Version, r.ResponseKind.Kind, r.Resource, r.Scope == "Namespaced", r.Verbs)
		}
	}
	return nil
}

// discoverVersion asks an older server what one version of a group holds.
func (c *client) discoverVersion(ctx context.Context, found *discovered, group, version string) error {
	body, err := c.get(ctx, "apis/"+url.PathEscape(group)+"/"+url.PathEscape(version), nil, acceptJSON)
	if err != nil {
		return err
	}
	defer body.Close()
	var list struct {
		Resources []struct {
			Name       string   `json:"name"`
			Kind       string   `json:"kind"`
			Namespaced bool     `json:"namespaced"`
			Verbs      []string `json:"verbs"`
		} `json:"resources"`
	}
	if err := decodeNext(jsontext.NewDecoder(body, tolerant), &list); err != nil {
		return fmt.Errorf("the resources of %s/%s cannot be read: %w", name(group), name(version), err)
	}
	for _, r := range list.Resources {
		found.add(group, version, r.Kind, r.Name, r.Namespaced, r.Verbs)
	}
	return nil
}

// discovered collects resources, one for each kind.
type discovered struct {
	list []resource
	// served are the versions of each group and kind.
	served map[[2]string][]string
}

func (d *discovered) serve(group, version, kind string) {
	if d.served == nil {
		d.served = map[[2]string][]string{}
	}
	key := [2]string{name(group), name(kind)}
	if version = name(version); !slices.Contains(d.served[key], version) {
		d.served[key] = append(d.served[key], version)
	}
}

// apis lists what is served, by group and kind.
func (d *discovered) apis() []model.ServedAPI {
	var list []model.ServedAPI
	for key, versions := range d.served {
		list = append(list, model.ServedAPI{Group: key[0], Kind: key[1], Versions: versions})
	}
	slices.SortFunc(list, func(a, b model.ServedAPI) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Kind, b.Kind))
	})
	return list
}

func (d *discovered) add(group, version, kind, plural string, namespaced bool, verbs []string) {
	// A name with a slash is a subresource.
	if strings.Contains(plural, "/") || !slices.Contains(verbs, "list") {
		return
	}
	group, version, kind, plural = name(group), name(version), name(kind), name(plural)
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
	return sortResources(d.list)
}

func sortResources(list []resource) []resource {
	slices.SortFunc(list, func(a, b resource) int {
		return cmp.Or(strings.Compare(a.group, b.group), strings.Compare(a.kind, b.kind))
	})
	return list
}

// guessResources are the kinds of the table, for a server that does not say what
// it serves.
func guessResources() []resource {
	var list []resource
	for _, row := range fluxkind.All() {
		list = append(list, resource{
			group: row.Group, kind: row.Kind, plural: row.Plural,
			version: row.Versions[0], served: row.Versions, namespaced: true, guessed: true,
		})
	}
	return list
}

// isFlux is true when one of the kinds belongs to Flux itself.
func isFlux(resources []resource) bool {
	return slices.ContainsFunc(resources, func(r resource) bool { return strings.HasSuffix(r.group, ".toolkit.fluxcd.io") })
}
