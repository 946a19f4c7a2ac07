package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Bounds of what is read to explain one failure.
const (
	maxInspected = 20 // objects behind one Flux object
	maxPods      = 100
	// maxShownPods is how many Pods of one workload are kept: those of one
	// template mostly fail alike.
	maxShownPods = 3
	maxPodEvents = 50
)

// Behind says what to read of the objects that a Flux object applies.
type Behind struct {
	// Objects are read one by one.
	Objects []model.ID
	// Namespace and Selector find the workloads of a Helm release, which has no
	// inventory before Flux 2.8; empty for none.
	Namespace string
	Selector  string
}

// Inspect reads the live objects behind failing Flux objects, and of the
// workloads that are not ready the Pods that do not run, with their warnings.
// The results are in the order of what was asked for. What may not be read has
// the presence PresenceUnknown.
func Inspect(ctx context.Context, opts Options, wanted []Behind) ([][]model.LiveObject, []model.Problem) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	c, err := newClient(opts.Config)
	if err != nil {
		return nil, []model.Problem{configProblem(err)}
	}
	i := inspection{client: c, served: sync.OnceValue(func() []fluxkind.Resource { return c.servedResources(ctx) })}
	var (
		group   errgroup.Group
		results = make([][]model.LiveObject, len(wanted))
	)
	group.SetLimit(parallel)
	for at, behind := range wanted {
		results[at] = make([]model.LiveObject, min(len(behind.Objects), maxInspected))
		for j, id := range behind.Objects[:len(results[at])] {
			group.Go(func() error {
				results[at][j] = i.inspect(ctx, id)
				return nil
			})
		}
	}
	_ = group.Wait()
	var problems []model.Problem
	for at, behind := range wanted {
		if behind.Selector == "" {
			continue
		}
		released, err := i.workloads(ctx, behind.Namespace, behind.Selector)
		results[at] = append(results[at], released...)
		if err != nil {
			problems = append(problems, partProblem("the workloads of a Helm release", "list on deployments, statefulsets, daemonsets and jobs", err, opts))
		}
	}
	return results, problems
}

// inspection is one use of Inspect.
type inspection struct {
	client *client
	// served are the kinds that the server says it has, asked for once, when a
	// kind is not among those that are known.
	served func() []fluxkind.Resource
}

// inspect reads one object with what keeps it from being ready.
func (i *inspection) inspect(ctx context.Context, id model.ID) model.LiveObject {
	resource, ok := fluxkind.LookupResource(id.Group, id.Kind)
	if !ok {
		at := slices.IndexFunc(i.served(), func(r fluxkind.Resource) bool { return r.Group == id.Group && r.Kind == id.Kind })
		if ok = at >= 0; ok {
			resource = i.served()[at]
		}
	}
	if !ok {
		return model.LiveObject{ID: id, State: model.StateUnknown, Message: "the server does not say what a " + id.Kind + " is"}
	}
	o, selector, err := i.client.liveObject(ctx, resource, id)
	if err != nil {
		return unread(id, resource, err)
	}
	i.addPods(ctx, &o, selector)
	return o
}

// unread is an object that is missing or may not be seen.
func unread(id model.ID, resource fluxkind.Resource, err error) model.LiveObject {
	o := model.LiveObject{ID: id, State: model.StateUnknown}
	switch {
	case hasCode(err, http.StatusNotFound):
		o.Presence, o.State, o.Reason, o.Message = model.Absent, model.StateMissing, "NotFound", "is not in the cluster"
	case isForbidden(err):
		o.Reason, o.Message = "Forbidden", "may not be read: ask for get on "+resource.Plural
	default:
		o.Message = "cannot be read: " + text(err)
	}
	return o
}

// addPods reads the Pods of a workload that is not ready, and the warnings about
// them and the workload itself.
func (i *inspection) addPods(ctx context.Context, o *model.LiveObject, selector labelSelector) {
	if o.State == model.StateReady || o.Namespace == "" {
		return
	}
	// Warnings explain what the status does not; without them there is the
	// status.
	o.Events, _ = i.client.eventsAbout(ctx, o.ID)
	workload := o.Group == "apps" || o.Group == "batch" && o.Kind == "Job"
	if query := selector.String(); workload && query != "" {
		pods, err := i.client.livePods(ctx, o.Namespace, query)
		if err != nil {
			o.Children = []model.LiveObject{unread(model.ID{Kind: "Pod", Namespace: o.Namespace, Name: "*"}, fluxkind.Resource{Plural: "pods"}, err)}
			return
		}
		for _, pod := range pods {
			pod.Events, _ = i.client.eventsAbout(ctx, pod.ID)
			o.Children = append(o.Children, pod)
		}
	}
}

// livePods are the Pods of a selector that do not run; those that failed come
// first, then by name.
func (c *client) livePods(ctx context.Context, namespace, selector string) ([]model.LiveObject, error) {
	var pods []model.LiveObject
	path := "api/v1/namespaces/" + url.PathEscape(namespace) + "/pods"
	err := c.few(ctx, path, url.Values{"labelSelector": {selector}}, maxPods, func(value jsontext.Value) error {
		pod, _, err := decodeLive(value, "", "Pod")
		if err == nil && pod.State != model.StateReady {
			pods = append(pods, pod)
		}
		return err
	})
	slices.SortFunc(pods, func(a, b model.LiveObject) int {
		return cmp.Or(cmp.Compare(a.State.Urgency(), b.State.Urgency()), a.ID.Compare(b.ID))
	})
	return pods[:min(len(pods), maxShownPods)], err
}

// workloads are those of one Helm release, by the labels that helm-controller
// sets.
func (i *inspection) workloads(ctx context.Context, namespace, selector string) (list []model.LiveObject, err error) {
	for _, id := range []model.ID{
		{Group: "apps", Kind: "DaemonSet"},
		{Group: "apps", Kind: "Deployment"},
		{Group: "apps", Kind: "StatefulSet"},
		{Group: "batch", Kind: "Job"},
	} {
		resource, _ := fluxkind.LookupResource(id.Group, id.Kind)
		err = i.client.few(ctx, resourcePath(resource, namespace, ""), url.Values{"labelSelector": {selector}}, maxInspected, func(value jsontext.Value) error {
			o, selector, err := decodeLive(value, id.Group, id.Kind)
			if err == nil {
				i.addPods(ctx, &o, selector)
				list = append(list, o)
			}
			return err
		})
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

// few reads the first objects of a list, no more than limit.
func (c *client) few(ctx context.Context, path string, query url.Values, limit int, do func(jsontext.Value) error) error {
	query = cloneQuery(query)
	query.Set("limit", strconv.Itoa(limit))
	_, err := c.page(ctx, path, query, do)
	if broken, ok := errors.AsType[*brokenPage](err); ok {
		return broken.error
	}
	return err
}

// eventsAbout are the warnings about one object.
func (c *client) eventsAbout(ctx context.Context, id model.ID) ([]model.Event, error) {
	groups := eventGroups{}
	path := "api/v1/namespaces/" + url.PathEscape(id.Namespace) + "/events"
	query := url.Values{"fieldSelector": {fmt.Sprintf("type=Warning,involvedObject.kind=%s,involvedObject.name=%s", id.Kind, id.Name)}}
	err := c.few(ctx, path, query, maxPodEvents, func(value jsontext.Value) error {
		var wire wireEvent
		if err := unmarshal(value, &wire); err != nil {
			return err
		}
		e := wire.model()
		e.Object = id
		groups.add(e)
		return nil
	})
	return groups.list(), err
}

// resourcePath is the address of a list, or of one object when a name is given.
func resourcePath(r fluxkind.Resource, namespace, objectName string) string {
	path := "api/" + r.Version
	if r.Group != "" {
		path = "apis/" + r.Group + "/" + r.Version
	}
	if namespace != "" && !r.Cluster {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	path += "/" + r.Plural
	if objectName != "" {
		path += "/" + url.PathEscape(objectName)
	}
	return path
}

// acceptMetadata asks for the metadata alone.
const acceptMetadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"

// liveObject reads one object. Of a Secret only the name is asked for, of a
// ConfigMap only the metadata.
func (c *client) liveObject(ctx context.Context, resource fluxkind.Resource, id model.ID) (model.LiveObject, labelSelector, error) {
	accept := acceptJSON
	if id.Group == "" && id.Kind == "Secret" {
		list, err := c.tableNames(ctx, resourcePath(resource, id.Namespace, ""))
		if err == nil && !slices.Contains(list, id.Name) {
			err = &statusError{code: http.StatusNotFound}
		}
		return model.LiveObject{ID: id, Presence: model.Present, State: model.StateReady}, labelSelector{}, err
	}
	if id.Group == "" && id.Kind == "ConfigMap" {
		accept = acceptMetadata
	}
	body, err := c.get(ctx, resourcePath(resource, id.Namespace, id.Name), nil, accept)
	if err != nil {
		return model.LiveObject{}, labelSelector{}, err
	}
	defer body.Close()
	value, err := jsontext.NewDecoder(&limitedReader{reader: body}, tolerant).ReadValue()
	if err != nil {
		return model.LiveObject{}, labelSelector{}, err
	}
	return decodeLive(value, id.Group, id.Kind)
}

// Find reads the objects of a kind, as a user names it, and a name: that of the
// namespace or, when there is none, those of all namespaces. The error is
// ErrNoSuchKind when the server has no such kind.
func Find(ctx context.Context, opts Options, kind, namespace, objectName string) ([]model.LiveObject, error) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	c, err := newClient(opts.Config)
	if err != nil {
		return nil, err
	}
	resource, ok := c.namedResource(ctx, kind)
	if !ok {
		return nil, ErrNoSuchKind
	}
	id := model.ID{Group: resource.Group, Kind: resource.Kind, Namespace: namespace, Name: objectName}
	if resource.Cluster {
		id.Namespace = ""
	}
	o, _, err := c.liveObject(ctx, resource, id)
	if err == nil {
		return []model.LiveObject{o}, nil
	}
	if !hasCode(err, http.StatusNotFound) || resource.Cluster {
		return nil, notThere(err)
	}
	return c.everywhere(ctx, resource, objectName)
}

// ErrNoSuchKind says that neither this program nor the server knows a kind.
var ErrNoSuchKind = errors.New("the cluster has no such kind")

func notThere(err error) error {
	if hasCode(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// everywhere finds the objects of a name in all namespaces. Who may not list
// them all finds none.
func (c *client) everywhere(ctx context.Context, resource fluxkind.Resource, objectName string) (list []model.LiveObject, err error) {
	query := url.Values{"fieldSelector": {"metadata.name=" + objectName}}
	if resource.Group == "" && resource.Kind == "Secret" {
		return nil, nil // a list would carry values
	}
	err = c.few(ctx, resourcePath(resource, "", ""), query, maxInspected, func(value jsontext.Value) error {
		o, _, err := decodeLive(value, resource.Group, resource.Kind)
		if err == nil {
			list = append(list, o)
		}
		return err
	})
	if isForbidden(err) {
		err = nil
	}
	return list, err
}

// namedResource is the kind that a word means.
func (c *client) namedResource(ctx context.Context, word string) (fluxkind.Resource, bool) {
	for _, r := range fluxkind.Resources() {
		if r.Named(word) {
			return r, true
		}
	}
	for _, r := range c.servedResources(ctx) {
		if r.Named(word) {
			return r, true
		}
	}
	return fluxkind.Resource{}, false
}

// servedResources are all kinds of all groups, in the versions that the server
// prefers; none for servers before Kubernetes 1.26, which do not say it in one
// answer.
func (c *client) servedResources(ctx context.Context) (list []fluxkind.Resource) {
	for _, path := range []string{"api", "apis"} {
		body, err := c.get(ctx, path, nil, acceptDiscovery)
		if err != nil {
			continue
		}
		var discovery struct {
			Items []struct {
				Metadata struct {
					Name string `json:"name"`
				} `json:"metadata"`
				Versions []struct {
					Version   string `json:"version"`
					Resources []struct {
						Resource     string   `json:"resource"`
						Scope        string   `json:"scope"`
						ShortNames   []string `json:"shortNames"`
						ResponseKind struct {
							Kind string `json:"kind"`
						} `json:"responseKind"`
					} `json:"resources"`
				} `json:"versions"`
			} `json:"items"`
		}
		err = decodeNext(jsontext.NewDecoder(&limitedReader{reader: body}, tolerant), &discovery)
		body.Close()
		if err != nil {
			continue
		}
		for _, group := range discovery.Items {
			for _, version := range group.Versions {
				for _, r := range version.Resources {
					resource := fluxkind.Resource{
						Group: name(group.Metadata.Name), Version: name(version.Version), Kind: name(r.ResponseKind.Kind),
						Plural: name(r.Resource), Short: names(r.ShortNames), Cluster: r.Scope == "Cluster",
					}
					known := slices.ContainsFunc(list, func(k fluxkind.Resource) bool { return k.Group == resource.Group && k.Kind == resource.Kind })
					if !known && !strings.Contains(resource.Plural, "/") {
						list = append(list, resource)
					}
				}
			}
		}
	}
	return list
}
