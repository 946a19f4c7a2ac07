package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

const (
	// fieldManager is who owns what the loader writes.
	fieldManager = "cluster-load"
	// holdingFinalizer keeps an object that is being deleted, when its own
	// finalizers do not. It is the one that the Flux controllers set.
	holdingFinalizer = "finalizers.fluxcd.io"
	// workers is how many requests are under way at a time.
	workers = 16
)

// load creates objects as they are written, with their statuses. What only a
// server can set differs: uid, resourceVersion, and creationTimestamp, which is
// always now.
//
// Times move forward together, so that the newest of them is now: an object that
// had failed for two minutes has failed for two minutes. Generations keep their
// order: see generations.
func load(ctx context.Context, config *rest.Config, objects []*unstructured.Unstructured) error {
	begin := time.Now()
	moveTimes(objects, begin)

	// CRDs come first, then namespaces, then the rest, and events last: they
	// name the uid of what they are about, which only the server gives.
	crds, objects := split(objects, "CustomResourceDefinition")
	namespaces, objects := split(objects, "Namespace")
	events, objects := split(objects, "Event")
	if err := createCRDs(ctx, config, crds); err != nil {
		return err
	}
	l, err := newLoader(config)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		objects []*unstructured.Unstructured
		do      func(context.Context, *unstructured.Unstructured) error
	}{
		{namespaces, l.load},
		{namespacesOf(slices.Concat(objects, events)), l.createNamespace},
		{objects, l.load},
		{events, l.load},
	} {
		if err := inParallel(ctx, step.objects, step.do); err != nil {
			return err
		}
	}
	progress("%d objects and %d events loaded after %s", len(crds)+len(namespaces)+len(objects), len(events), since(begin))
	return nil
}

// loader loads single objects.
type loader struct {
	client dynamic.Interface
	served map[schema.GroupVersionKind]resource

	mu   sync.Mutex
	uids map[objectKey]types.UID // of what was loaded
}

// objectKey is what an event says of the object that it is about.
type objectKey struct{ apiVersion, kind, namespace, name string }

func newLoader(config *rest.Config) (*loader, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	discoveryClient, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	served, err := servedKinds(discoveryClient)
	if len(served) == 0 {
		return nil, err
	}
	return &loader{client: client, served: served, uids: map[objectKey]types.UID{}}, nil
}

// createNamespace creates a namespace unless it exists.
func (l *loader) createNamespace(ctx context.Context, namespace *unstructured.Unstructured) error {
	resource := schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	_, err := l.client.Resource(resource).Create(ctx, namespace, metav1.CreateOptions{FieldManager: fieldManager})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// load creates one object, or replaces it when it exists.
func (l *loader) load(ctx context.Context, object *unstructured.Unstructured) error {
	kind := object.GroupVersionKind()
	served, ok := l.served[kind]
	if !ok {
		return errors.New("the server does not serve this kind; is its CRD among those of --crds?")
	}
	var client dynamic.ResourceInterface = l.client.Resource(served.GroupVersionResource)
	if served.namespaced {
		client = l.client.Resource(served.GroupVersionResource).Namespace(object.GetNamespace())
	}
	status, _ := object.Object["status"].(map[string]any)
	deleting := object.GetDeletionTimestamp() != nil
	generations := newGenerations(object.GetGeneration(), status)
	if deleting && len(object.GetFinalizers()) == 0 {
		object.SetFinalizers([]string{holdingFinalizer})
	}
	if kind.GroupKind() == (schema.GroupKind{Kind: "Event"}) {
		l.aim(object)
	}
	for _, field := range []string{"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"} {
		unstructured.RemoveNestedField(object.Object, "metadata", field)
	}

	live, err := client.Create(ctx, object, metav1.CreateOptions{FieldManager: fieldManager})
	if apierrors.IsAlreadyExists(err) {
		if live, err = client.Get(ctx, object.GetName(), metav1.GetOptions{}); err == nil {
			live, err = l.update(ctx, client, object, live)
		}
	}
	if err != nil {
		return err
	}
	l.remember(live)

	// A deletion raises the generation too.
	needed := generations.lowest()
	if deleting {
		needed--
	}
	for live.GetGeneration() < needed {
		if live, err = l.raiseGeneration(ctx, client, object, live); err != nil {
			return err
		}
	}
	if deleting {
		if err := client.Delete(ctx, object.GetName(), metav1.DeleteOptions{}); err != nil {
			return err
		}
		if live, err = client.Get(ctx, object.GetName(), metav1.GetOptions{}); err != nil {
			return err
		}
	}
	if status != nil && served.hasStatus {
		generations.move(status, live.GetGeneration())
		live.Object["status"] = status
		_, err = client.UpdateStatus(ctx, live, metav1.UpdateOptions{FieldManager: fieldManager})
	}
	return err
}

func (l *loader) update(ctx context.Context, client dynamic.ResourceInterface, object, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	object = object.DeepCopy()
	object.SetResourceVersion(live.GetResourceVersion())
	return client.Update(ctx, object, metav1.UpdateOptions{FieldManager: fieldManager})
}

// raiseGeneration changes the spec and changes it back.
func (l *loader) raiseGeneration(ctx context.Context, client dynamic.ResourceInterface, object, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	before := live.GetGeneration()
	changed := object.DeepCopy()
	// Flux objects can be suspended, Deployments paused; the server drops the
	// field that a kind does not have.
	for _, field := range []string{"suspend", "paused"} {
		value, _, _ := unstructured.NestedBool(changed.Object, "spec", field)
		if err := unstructured.SetNestedField(changed.Object, !value, "spec", field); err != nil {
			return nil, err
		}
	}
	live, err := l.update(ctx, client, changed, live)
	if err != nil {
		return nil, err
	}
	if live.GetGeneration() == before {
		return nil, errors.New("cannot raise the generation of this kind: it has neither spec.suspend nor spec.paused")
	}
	return l.update(ctx, client, object, live)
}

// remember keeps the uid of an object for the events about it.
func (l *loader) remember(live *unstructured.Unstructured) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uids[objectKey{live.GetAPIVersion(), live.GetKind(), live.GetNamespace(), live.GetName()}] = live.GetUID()
}

// aim makes an event name the uid that its object has in this cluster. An event
// about something that was not loaded names none: a wrong one would tie it to an
// object that never was here.
func (l *loader) aim(event *unstructured.Unstructured) {
	about, _ := event.Object["involvedObject"].(map[string]any)
	text := func(field string) string {
		value, _ := about[field].(string)
		return value
	}
	l.mu.Lock()
	uid := l.uids[objectKey{text("apiVersion"), text("kind"), text("namespace"), text("name")}]
	l.mu.Unlock()
	delete(about, "resourceVersion")
	delete(about, "uid")
	if uid != "" {
		about["uid"] = string(uid)
	}
}

// resource is how a kind is reached.
type resource struct {
	schema.GroupVersionResource
	namespaced bool
	hasStatus  bool
}

// servedKinds asks the server what it serves. It may return an error beside
// kinds, when a group cannot be reached.
func servedKinds(client discovery.DiscoveryInterface) (map[schema.GroupVersionKind]resource, error) {
	_, lists, err := client.ServerGroupsAndResources()
	served := map[schema.GroupVersionKind]resource{}
	for _, list := range lists {
		version, parseErr := schema.ParseGroupVersion(list.GroupVersion)
		if parseErr != nil {
			return nil, parseErr
		}
		names := map[string]bool{}
		for _, r := range list.APIResources {
			names[r.Name] = true
		}
		for _, r := range list.APIResources {
			// A subresource has the kind of what it takes, often that of its owner.
			if strings.Contains(r.Name, "/") {
				continue
			}
			served[version.WithKind(r.Kind)] = resource{
				GroupVersionResource: version.WithResource(r.Name),
				namespaced:           r.Namespaced,
				hasStatus:            names[r.Name+"/status"],
			}
		}
	}
	return served, err
}

// split separates the objects of a kind from the others.
func split(objects []*unstructured.Unstructured, kind string) (those, others []*unstructured.Unstructured) {
	for _, object := range objects {
		if object.GetKind() == kind {
			those = append(those, object)
		} else {
			others = append(others, object)
		}
	}
	return those, others
}

// namespacesOf returns the namespaces that objects are in.
func namespacesOf(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var namespaces []*unstructured.Unstructured
	known := map[string]bool{"": true}
	for _, object := range objects {
		if name := object.GetNamespace(); !known[name] {
			known[name] = true
			namespace := &unstructured.Unstructured{}
			namespace.SetAPIVersion("v1")
			namespace.SetKind("Namespace")
			namespace.SetName(name)
			namespaces = append(namespaces, namespace)
		}
	}
	return namespaces
}

// inParallel calls a function for all objects and joins the errors, each with
// the object's name.
func inParallel(ctx context.Context, objects []*unstructured.Unstructured, do func(context.Context, *unstructured.Unstructured) error) error {
	queue := make(chan *unstructured.Unstructured)
	failures := make(chan error)
	var wait sync.WaitGroup
	for range min(workers, len(objects)) {
		wait.Go(func() {
			for object := range queue {
				if err := do(ctx, object); err != nil {
					failures <- fmt.Errorf("%s/%s/%s: %w", object.GetKind(), object.GetNamespace(), object.GetName(), err)
				}
			}
		})
	}
	go func() {
		for _, object := range objects {
			queue <- object
		}
		close(queue)
		wait.Wait()
		close(failures)
	}()
	var joined error
	for err := range failures {
		joined = errors.Join(joined, err)
	}
	return joined
}
