package cluster

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/status"
)

// index knows which objects exist, as far as the lists tell.
type index struct {
	objects map[model.ID]*model.Object
	// absent were asked for by name and not found; refused could not be read.
	absent  map[model.ID]bool
	refused map[model.ID]bool
	lists   map[[2]string]*kindList
	// namespace and selector are what the lists were limited to.
	namespace, selector string
	// complete is false when the kinds are guessed, so that a kind that is not
	// among them may exist.
	complete bool
}

func newIndex(lists []kindList, opts Options, complete bool) *index {
	x := &index{
		objects: map[model.ID]*model.Object{}, absent: map[model.ID]bool{}, refused: map[model.ID]bool{},
		lists: map[[2]string]*kindList{}, namespace: opts.Namespace, selector: opts.Selector, complete: complete,
	}
	for i := range lists {
		x.lists[[2]string{lists[i].group, lists[i].kind}] = &lists[i]
		for _, o := range lists[i].objects {
			x.objects[o.ID] = o
		}
	}
	return x
}

// lookup implements status.Lookup.
func (x *index) lookup(id model.ID) (*model.Object, model.Presence) {
	if o := x.objects[id]; o != nil {
		return o, model.Present
	}
	if x.absent[id] {
		return nil, model.Absent
	}
	list := x.lists[[2]string{id.Group, id.Kind}]
	switch {
	case list == nil && fluxkind.IsGroup(id.Group) && x.complete:
		return nil, model.Absent // the server does not serve the kind
	case list == nil, x.selector != "":
		return nil, model.PresenceUnknown
	case list.err == nil && (x.namespace == "" || x.namespace == id.Namespace),
		list.err != nil && slices.Contains(list.namespaces, id.Namespace):
		return nil, model.Absent
	}
	return nil, model.PresenceUnknown
}

const (
	// maxLookups bounds how many objects outside of what was asked for are
	// read one by one.
	maxLookups = 1000
	// maxRounds bounds how long a chain out of what was asked for is followed.
	maxRounds = 50
)

// readOutside reads the objects that are needed to judge others but were not
// listed, since they are in another namespace or have other labels. Each round
// judges what is there and reads what that asked for in vain.
func (c *client) readOutside(ctx context.Context, x *index, objects []*model.Object, now time.Time) (outside []*model.Object) {
	judged, lookups := objects, 0
	for range maxRounds {
		wanted := x.wanted(judged, now)
		wanted = wanted[:min(len(wanted), maxLookups-lookups)]
		if len(wanted) == 0 {
			break
		}
		lookups += len(wanted)
		judged = c.readObjects(ctx, x, wanted)
		outside = append(outside, judged...)
	}
	return outside
}

// wanted are the objects that the verdict on others depends on and of which
// nothing is known, sorted.
func (x *index) wanted(objects []*model.Object, now time.Time) []model.ID {
	asked := map[model.ID]bool{}
	for _, o := range objects {
		status.Assess(o, func(id model.ID) (*model.Object, model.Presence) {
			found, presence := x.lookup(id)
			if presence == model.PresenceUnknown && !x.refused[id] && x.lists[[2]string{id.Group, id.Kind}] != nil {
				asked[id] = true
			}
			return found, presence
		}, now)
	}
	ids := make([]model.ID, 0, len(asked))
	for id := range asked {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, model.ID.Compare)
	return ids
}

// readObjects reads objects by name and enters into the index what becomes of it.
func (c *client) readObjects(ctx context.Context, x *index, ids []model.ID) (found []*model.Object) {
	var (
		group errgroup.Group
		mutex sync.Mutex
	)
	group.SetLimit(parallel)
	for _, id := range ids {
		r := x.lists[[2]string{id.Group, id.Kind}].resource
		group.Go(func() error {
			o, err := c.object(ctx, r, id)
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case err == nil:
				x.objects[id] = o
				found = append(found, o)
			case hasCode(err, http.StatusNotFound):
				x.absent[id] = true
			default:
				x.refused[id] = true
			}
			return nil
		})
	}
	_ = group.Wait()
	slices.SortFunc(found, func(a, b *model.Object) int { return a.ID.Compare(b.ID) })
	return found
}

// object reads one object.
func (c *client) object(ctx context.Context, r resource, id model.ID) (*model.Object, error) {
	body, err := c.get(ctx, r.path(id.Namespace, id.Name), nil, acceptJSON)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	value, err := jsontext.NewDecoder(&limitedReader{reader: body}, tolerant).ReadValue()
	if err != nil {
		return nil, err
	}
	return decodeObject(value, r)
}
