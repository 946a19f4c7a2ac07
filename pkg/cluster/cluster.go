// Package cluster reads the Flux state of a Kubernetes cluster. It never writes:
// the only verbs it can use are get and list, since every request it makes is a
// GET. Whatever cannot be read becomes a model.Problem, and the rest is returned
// all the same.
package cluster

import (
	"context"
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
	// ContextNamespace is the namespace of the kubeconfig context. It is read
	// when nothing may be read in the whole cluster.
	ContextNamespace string
	// Selector is a label selector that limits what is judged and shown.
	Selector string
	// SecretKeys asks for the names of the entries of the Secrets and ConfigMaps
	// that objects name. Without it no Secret is read, only whether it exists.
	SecretKeys bool
	// Timeout bounds the whole read, ConnectTimeout the first answer of the
	// server, counted from the credential, and AuthTimeout the credential
	// plugin. Zero means the default.
	Timeout        time.Duration
	ConnectTimeout time.Duration
	AuthTimeout    time.Duration
	// Now is the clock that ages are counted by.
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

	r := reading{opts: opts, cluster: &model.Cluster{Context: opts.Context}}
	c, err := newClient(opts.Config)
	if err != nil {
		r.report(configProblem(err))
		return r.cluster, r.problems
	}
	r.client = c
	r.cluster.Server = c.server()
	for _, step := range []struct {
		what string
		do   func(context.Context) bool
	}{
		{"connecting to " + r.cluster.Server, r.connect},
		{"asking which kinds of Flux are served", r.readKinds},
		{"reading Flux objects", r.readObjects},
		{"judging Flux objects", r.judge},
		{"reading what failing objects refer to", r.readDetails},
	} {
		opts.Progress(step.what)
		if goOn := step.do(ctx); !goOn {
			break
		}
	}
	return r.cluster, r.problems
}
