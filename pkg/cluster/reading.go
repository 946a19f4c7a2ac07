package cluster

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/status"
)

// reading is the state of one Read. Its steps return false when there is nothing
// to go on with.
type reading struct {
	opts     Options
	client   *client
	cluster  *model.Cluster
	problems []model.Problem

	resources []resource
	// guessed is true when the server does not say what it serves.
	guessed     bool
	definitions []definition
	// labels are those of the components.
	labels []map[string]string
	lists  []kindList
}

func (r *reading) report(problems ...model.Problem) { r.problems = append(r.problems, problems...) }

func (r *reading) connect(ctx context.Context) bool {
	version, err := r.client.connect(ctx, r.opts)
	if err != nil {
		r.report(connectProblem(err, r.client.hadCredential(), r.opts))
		return false
	}
	r.cluster.Reachable, r.cluster.KubernetesVersion = true, version
	return true
}

// readKinds finds out which kinds the server has.
func (r *reading) readKinds(ctx context.Context) bool {
	var (
		group                        errgroup.Group
		resourcesErr, definitionsErr error
	)
	group.Go(func() error {
		r.resources, r.cluster.APIs, resourcesErr = r.client.discover(ctx)
		return nil
	})
	group.Go(func() error {
		r.definitions, definitionsErr = r.client.definitions(ctx)
		return nil
	})
	_ = group.Wait()

	if resourcesErr != nil {
		r.report(partProblem("the list of API groups", "get on the non-resource URL /apis", resourcesErr, r.opts))
		if !isForbidden(resourcesErr) {
			return false
		}
		r.resources, r.guessed = guessResources(), true
	}
	if definitionsErr != nil {
		r.report(partProblem("which versions Flux objects are stored in", rightDefinitions, definitionsErr, r.opts))
	}
	r.resources = addLabelled(r.resources, r.definitions)
	r.cluster.Flux.Installed = !r.guessed && isFlux(r.resources)
	if len(r.resources) == 0 {
		r.report(notInstalled())
		return false
	}
	return true
}

// readObjects reads the objects of all kinds and the controllers side by side.
func (r *reading) readObjects(ctx context.Context) bool {
	var (
		group        errgroup.Group
		flux         model.Installation
		fluxProblems []model.Problem
	)
	group.Go(func() error {
		flux, r.labels, fluxProblems = r.client.readInstallation(ctx, r.definitions, r.opts)
		return nil
	})
	r.lists = r.client.listAll(ctx, r.resources, r.opts.Namespace, r.opts.Selector)
	if r.opts.Namespace == "" && slices.ContainsFunc(r.lists, func(l kindList) bool { return isForbidden(l.err) && l.namespaced }) {
		namespaces, err := r.client.candidateNamespaces(ctx, r.opts)
		if err != nil {
			r.report(partProblem("the list of namespaces", "list on namespaces", err, r.opts))
		}
		r.client.listNamespaces(ctx, r.lists, namespaces, r.opts.Selector)
	}
	_ = group.Wait()

	if r.guessed {
		// A kind that is not there was a wrong guess.
		r.lists = slices.DeleteFunc(r.lists, func(l kindList) bool { return hasCode(l.err, http.StatusNotFound) })
		flux.Installed = slices.ContainsFunc(r.lists, func(l kindList) bool { return l.err == nil && isFlux([]resource{l.resource}) })
	} else {
		flux.Installed = r.cluster.Flux.Installed
	}
	r.cluster.Flux = flux
	if !flux.Installed {
		r.report(notInstalled())
	}
	r.report(listProblems(r.lists, r.opts)...)
	r.report(fluxProblems...)
	for _, l := range r.lists {
		r.cluster.Objects = append(r.cluster.Objects, l.objects...)
		r.cluster.Kinds = append(r.cluster.Kinds, l.read(r.opts))
		r.cluster.Flux.CRDs = append(r.cluster.Flux.CRDs, r.installedCRD(l.resource))
	}
	slices.SortFunc(r.cluster.Objects, func(a, b *model.Object) int { return a.ID.Compare(b.ID) })
	describe(&r.cluster.Flux, r.labels, r.definitions, r.cluster.Objects)
	return true
}

// read says how far the list reached.
func (l *kindList) read(opts Options) model.KindRead {
	read := model.KindRead{Group: l.group, Kind: l.kind, Plural: l.plural, Version: l.version, Scope: model.ReadCluster}
	switch {
	case l.err != nil && len(l.namespaces) == 0:
		read.Scope = model.ReadNone
	case opts.Selector != "":
		read.Scope = model.ReadSelected
	case l.err == nil && opts.Namespace != "" && l.namespaced:
		read.Scope, read.Namespaces = model.ReadNamespace, []string{opts.Namespace}
	case l.err == nil:
	default:
		read.Scope, read.Namespaces = model.ReadNamespace, l.namespaces
	}
	return read
}

func (r *reading) installedCRD(kind resource) model.InstalledCRD {
	crd := model.InstalledCRD{Group: kind.group, Kind: kind.kind, Plural: kind.plural, Version: kind.version, Served: kind.served}
	for _, d := range r.definitions {
		if d.Spec.Group == kind.group && d.Spec.Names.Kind == kind.kind {
			crd.Stored, crd.Release = d.Status.StoredVersions, d.Metadata.Labels[labelVersion]
		}
	}
	return crd
}

// listProblems says which kinds could not be read, kinds with the same outcome
// together.
func listProblems(lists []kindList, opts Options) (problems []model.Problem) {
	var late []string
	refused := map[string][]string{} // by the namespaces that were read instead
	for _, l := range lists {
		switch {
		case l.err == nil:
		case isForbidden(l.err):
			only := strings.Join(l.namespaces, ", ")
			refused[only] = append(refused[only], l.String())
		case isTimeout(l.err):
			late = append(late, l.String())
		default:
			problems = append(problems, failed("a part of "+l.String(), l.err))
		}
	}
	for _, only := range slices.Sorted(maps.Keys(refused)) {
		kinds := refused[only]
		what := few(kinds)
		if len(kinds) == len(lists) {
			what = "Flux objects of any kind"
		}
		if opts.Namespace != "" {
			what += " may not be listed in namespace " + name(opts.Namespace)
		} else {
			what += " may not be listed in the whole cluster"
		}
		if only != "" {
			what += ", only in " + few(strings.Split(only, ", "))
		}
		p := forbidden(what, "list on "+strings.Join(kinds, ", "))
		if opts.Namespace == "" && only == "" {
			p.Hint = "pass -n with a namespace that you may read, or " + p.Hint
		}
		problems = append(problems, p)
	}
	if len(late) > 0 {
		problems = append(problems, timedOut(few(late), opts))
	}
	return problems
}

// few joins words for a sentence; beyond a dozen it counts them.
func few(words []string) string {
	const most = 12
	if len(words) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
	}
	return strings.Join(words, ", ")
}

// judge assesses the objects and finds the root causes.
func (r *reading) judge(ctx context.Context) bool {
	x := newIndex(r.lists, r.opts, !r.guessed)
	now := r.opts.Now()
	limited := r.opts.Namespace != "" || r.opts.Selector != "" || slices.ContainsFunc(r.lists, func(l kindList) bool { return l.err != nil })
	if limited {
		r.cluster.Outside = r.client.readOutside(ctx, x, r.cluster.Objects, now)
	}
	r.cluster.RootCauses = status.Judge(r.cluster.Objects, r.cluster.Outside, x.lookup, r.cluster.Flux, now)
	return true
}

// readDetails reads what explains failures.
func (r *reading) readDetails(ctx context.Context) bool {
	if ctx.Err() != nil {
		r.report(timedOut("what failing objects refer to", r.opts))
		return false
	}
	var (
		group                        errgroup.Group
		refused                      []place
		namedErr, keysErr, eventsErr error
	)
	group.Go(func() error {
		r.cluster.Named, refused, namedErr = r.client.readNamed(ctx, r.cluster.Objects)
		if r.opts.SecretKeys {
			keysErr = r.client.readKeys(ctx, r.cluster.Named)
		}
		return nil
	})
	group.Go(func() error {
		r.cluster.Events, eventsErr = r.client.readEvents(ctx, r.cluster.Objects, r.cluster.RootCauses, r.opts.Namespace)
		return nil
	})
	_ = group.Wait()

	if p, any := refusedProblem(refused); any {
		r.report(p)
	}
	if namedErr != nil {
		r.report(partProblem("whether named Secrets, ConfigMaps and service accounts exist", "", namedErr, r.opts))
	}
	if keysErr != nil {
		r.report(partProblem("the key names of a Secret or ConfigMap", "get on secrets and configmaps", keysErr, r.opts))
	}
	if eventsErr != nil {
		r.report(partProblem("the events of failing objects", rightEvents, eventsErr, r.opts))
	}
	return true
}

// refusedProblem says where it may not be seen which Secrets and the like exist.
func refusedProblem(refused []place) (model.Problem, bool) {
	if len(refused) == 0 {
		return model.Problem{}, false
	}
	var where, rights []string
	for _, p := range refused {
		plural := corePlurals[p.kind]
		where = append(where, plural+" in "+p.namespace)
		if right := "list on " + plural; !slices.Contains(rights, right) {
			rights = append(rights, right)
		}
	}
	return forbidden("whether named objects exist is unknown for "+few(where), rights...), true
}
