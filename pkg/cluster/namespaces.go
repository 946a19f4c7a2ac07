package cluster

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// kindList is what was read of one kind.
type kindList struct {
	resource
	objects []*model.Object
	// err is why not all could be read.
	err error
	// namespaces are those that were read when the whole cluster could not be.
	namespaces []string
}

// parallel is how many requests are under way at a time. It stays below the
// seats that the server's priority levels give to one user.
const parallel = 10

// listAll reads the objects of all resources side by side. When a namespace is
// given, only that one is read.
func (c *client) listAll(ctx context.Context, resources []resource, namespace, selector string) []kindList {
	lists := make([]kindList, len(resources))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, r := range resources {
		group.Go(func() error {
			l := kindList{resource: r}
			l.objects, l.err = c.list(ctx, &l.resource, namespace, selector)
			lists[i] = l
			return nil
		})
	}
	_ = group.Wait()
	return lists
}

// giveUpAfter is how many kinds in a row may be forbidden in a namespace before
// it is taken for one of others. Who may read a namespace may nearly always
// read the kinds that probes come first with.
const giveUpAfter = 3

// probes are the kinds that tenants may read where they may read anything.
var probes = []string{"Kustomization", "HelmRelease", "GitRepository"}

// listNamespaces reads the kinds that are forbidden in the whole cluster in
// those namespaces where they are not.
func (c *client) listNamespaces(ctx context.Context, lists []kindList, namespaces []string, selector string) {
	var kinds []int
	for i, l := range lists {
		if isForbidden(l.err) && l.namespaced {
			kinds = append(kinds, i)
		}
	}
	slices.SortStableFunc(kinds, func(a, b int) int { return probeRank(lists[a].resource) - probeRank(lists[b].resource) })

	var (
		group  errgroup.Group
		mutex  sync.Mutex
		report = func(i int, namespace string, objects []*model.Object, err error) {
			mutex.Lock()
			defer mutex.Unlock()
			lists[i].objects = append(lists[i].objects, objects...)
			if err == nil {
				lists[i].namespaces = append(lists[i].namespaces, namespace)
			}
		}
	)
	group.SetLimit(parallel)
	for _, namespace := range namespaces {
		group.Go(func() error {
			refused := 0
			for _, i := range kinds {
				r := lists[i].resource
				objects, err := c.list(ctx, &r, namespace, selector)
				report(i, namespace, objects, err)
				if err == nil {
					refused = -len(kinds)
				} else if refused++; refused == giveUpAfter || ctx.Err() != nil {
					return nil
				}
			}
			return nil
		})
	}
	_ = group.Wait()
	for _, i := range kinds {
		slices.Sort(lists[i].namespaces)
	}
}

func probeRank(r resource) int {
	if i := slices.Index(probes, r.kind); i >= 0 && fluxkind.IsGroup(r.group) {
		return i
	}
	return len(probes)
}

// candidateNamespaces are where to look when the whole cluster is forbidden: all
// namespaces when they may be listed, else those that the options name.
func (c *client) candidateNamespaces(ctx context.Context, opts Options) ([]string, error) {
	namespaces, err := c.tableNames(ctx, "api/v1/namespaces")
	if err == nil {
		return namespaces, nil
	}
	for _, fallback := range []string{opts.ContextNamespace, defaultFluxNamespace} {
		if fallback != "" && !slices.Contains(namespaces, fallback) {
			namespaces = append(namespaces, fallback)
		}
	}
	return namespaces, err
}
