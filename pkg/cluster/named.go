package cluster

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// corePlurals are the kinds of the core group that Flux objects name.
var corePlurals = map[string]string{"ConfigMap": "configmaps", "Secret": "secrets", "ServiceAccount": "serviceaccounts"}

// place is a kind in a namespace.
type place struct{ namespace, kind string }

func (p place) path() string {
	return "api/v1/namespaces/" + url.PathEscape(p.namespace) + "/" + corePlurals[p.kind]
}

// readNamed finds out which Secrets, ConfigMaps and service accounts exist among
// those that objects name: one Table for each kind in each namespace. It returns
// the places that may not be read, and another failure if there was one.
func (c *client) readNamed(ctx context.Context, objects []*model.Object) (named map[model.ID]model.Named, refused []place, failure error) {
	named = map[model.ID]model.Named{}
	places := map[place][]model.ID{}
	for _, id := range namedBy(objects) {
		p := place{id.Namespace, id.Kind}
		places[p] = append(places[p], id)
	}
	var (
		group errgroup.Group
		mutex sync.Mutex
	)
	group.SetLimit(parallel)
	for p, ids := range places {
		group.Go(func() error {
			list, err := c.tableNames(ctx, p.path())
			existing := make(map[string]bool, len(list))
			for _, name := range list {
				existing[name] = true
			}
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case isForbidden(err):
				refused = append(refused, p)
			case err != nil:
				failure = err
			}
			for _, id := range ids {
				presence := model.PresenceUnknown
				if existing[id.Name] {
					presence = model.Present
				} else if err == nil {
					presence = model.Absent
				}
				named[id] = model.Named{Presence: presence}
			}
			return nil
		})
	}
	_ = group.Wait()
	slices.SortFunc(refused, func(a, b place) int {
		return strings.Compare(a.kind+"/"+a.namespace, b.kind+"/"+b.namespace)
	})
	return named, refused, failure
}

// namedBy are the Secrets, ConfigMaps and service accounts that objects name,
// each once, sorted.
func namedBy(objects []*model.Object) []model.ID {
	seen := map[model.ID]bool{}
	for _, o := range objects {
		if o.Spec == nil {
			continue
		}
		for _, ref := range o.Spec.References(o.ID) {
			if ref.Target.Group != "" || corePlurals[ref.Target.Kind] == "" || ref.Target.Namespace == "" {
				continue
			}
			// This account belongs to the other cluster.
			if ref.Relation == model.RelationServiceAccount && ref.Field == "spec.serviceAccountName" && isRemote(o.Spec) {
				continue
			}
			seen[ref.Target] = true
		}
	}
	ids := make([]model.ID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, model.ID.Compare)
	return ids
}

// isRemote is true for objects that act on another cluster.
func isRemote(spec model.Spec) bool {
	switch s := spec.(type) {
	case *fluxkind.Kustomization:
		return s.KubeConfig != nil
	case *fluxkind.HelmRelease:
		return s.KubeConfig != nil
	}
	return false
}

// readKeys adds the key names of the Secrets and ConfigMaps that exist. It reads
// the objects themselves, which only the user can decide.
func (c *client) readKeys(ctx context.Context, named map[model.ID]model.Named) (failure error) {
	var (
		group errgroup.Group
		mutex sync.Mutex
	)
	group.SetLimit(parallel)
	ids := make([]model.ID, 0, len(named))
	for id, n := range named {
		if n.Presence == model.Present && id.Kind != "ServiceAccount" {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		group.Go(func() error {
			keys, err := c.keys(ctx, id)
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case err == nil:
				named[id] = model.Named{Presence: model.Present, Keys: keys}
			case hasCode(err, http.StatusNotFound):
				named[id] = model.Named{Presence: model.Absent}
			default:
				failure = err
			}
			return nil
		})
	}
	_ = group.Wait()
	return failure
}

// keys reads the names of the entries of a Secret or ConfigMap. Values are
// passed over in the stream: none is decoded, kept or shown, and errors name no
// content.
func (c *client) keys(ctx context.Context, id model.ID) ([]string, error) {
	body, err := c.get(ctx, place{id.Namespace, id.Kind}.path()+"/"+url.PathEscape(id.Name), nil, acceptJSON)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	keys := []string{}
	decoder := jsontext.NewDecoder(&limitedReader{reader: body}, tolerant)
	err = eachMember(decoder, func(member string) error {
		if member != "data" && member != "binaryData" {
			return decoder.SkipValue()
		}
		return eachMember(decoder, func(key string) error {
			keys = append(keys, name(key))
			return decoder.SkipValue()
		})
	})
	if err != nil {
		return nil, errKeys
	}
	slices.Sort(keys)
	return keys, nil
}
