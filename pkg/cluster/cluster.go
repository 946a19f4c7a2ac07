// Package cluster reads the Flux state of a Kubernetes cluster. It never writes:
// the only verbs it can use are get and list, since every request it makes is a
// GET. Whatever cannot be read becomes a model.Problem, and the rest is returned
// all the same.
package cluster

import (
	"context"
	"slices"
	"time"

	"k8s.io/client-go/rest"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Options say which cluster to read, and how much of it.
type Options struct {
	// Config reaches the API server as the standard kubeconfig flags say.
	Config *rest.Config
	// Context is the name of the kubeconfig context, for the report.
	Context string
	// Namespace limits what is judged and shown; it is empty, or AllNamespaces
	// is true, for the whole cluster.
	Namespace     string
	AllNamespaces bool
	// Selector is a label selector that limits what is judged and shown.
	Selector string
	// Timeout bounds the whole read, ConnectTimeout the first answer of the
	// server, counted from the credential, and AuthTimeout the credential
	// plugin. Zero means the default.
	Timeout        time.Duration
	ConnectTimeout time.Duration
	AuthTimeout    time.Duration
	// Now is the clock that ages are counted by; nil means time.Now.
	Now func() time.Time
	// Progress is told what the read waits for; it may be nil. It is called
	// from one goroutine at a time.
	Progress func(step string)
}

// The limits that hold when Options give none.
const (
	defaultTimeout        = 60 * time.Second
	defaultConnectTimeout = 2 * time.Second
	defaultAuthTimeout    = 30 * time.Second
)

func (o Options) withDefaults() Options {
	for _, limit := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&o.Timeout, defaultTimeout},
		{&o.ConnectTimeout, defaultConnectTimeout},
		{&o.AuthTimeout, defaultAuthTimeout},
	} {
		if *limit.value <= 0 {
			*limit.value = limit.fallback
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AllNamespaces {
		o.Namespace = ""
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o
}

// Read reads the cluster. The result is never nil; when the server did not
// answer, Reachable is false and a problem says why. Problems come in the order
// in which the parts are read.
func Read(ctx context.Context, opts Options) (*model.Cluster, []model.Problem) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()

	cluster := &model.Cluster{Context: opts.Context}
	c, err := newClient(opts.Config)
	if err != nil {
		return cluster, []model.Problem{configProblem(err)}
	}
	cluster.Server = c.server()

	opts.Progress("connecting to " + cluster.Server)
	cluster.KubernetesVersion, err = c.connect(ctx, opts)
	if err != nil {
		return cluster, []model.Problem{connectProblem(err, opts)}
	}
	cluster.Reachable = true

	opts.Progress("asking which Flux kinds are served")
	resources, err := c.discover(ctx)
	if err != nil {
		return cluster, []model.Problem{readProblem(err, "the API groups", "get", "the non-resource URL /apis")}
	}
	cluster.Flux.Installed = len(resources) > 0
	if !cluster.Flux.Installed {
		return cluster, []model.Problem{notInstalled(cluster.Server)}
	}

	opts.Progress("reading Flux objects")
	objects, problems := c.listAll(ctx, resources, opts.Namespace)
	for _, r := range resources {
		cluster.Flux.CRDs = append(cluster.Flux.CRDs, model.InstalledCRD{
			Group: r.group, Kind: r.kind, Plural: r.plural, Version: r.version, Served: r.served,
		})
	}
	cluster.Objects = objects
	slices.SortFunc(cluster.Objects, func(a, b *model.Object) int { return a.ID.Compare(b.ID) })
	return cluster, problems
}
