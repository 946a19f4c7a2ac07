package docs

import (
	"context"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// Flags say where documents may come from; the main job has them too.
type Flags struct {
	Offline     bool
	Timeout     time.Duration
	URL         string
	MaxAge      time.Duration
	NoContext7  bool
	Context7URL string
}

// NewFlags returns the defaults.
func NewFlags() *Flags {
	return &Flags{
		Timeout:     docs.DefaultTimeout,
		URL:         docs.DefaultSiteURL,
		MaxAge:      docs.DefaultMaxAge,
		Context7URL: docs.DefaultContext7URL,
	}
}

// AddFlags binds the flags.
func (f *Flags) AddFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&f.Offline, "offline", f.Offline, "If true, load documents from the cache and the built-in reference only.")
	flags.DurationVar(&f.Timeout, "docs-timeout", f.Timeout, "How long to wait for documents from the network.")
	flags.StringVar(&f.URL, "docs-url", f.URL, "Site to load the documents of fluxcd.io from, for example a mirror.")
	flags.DurationVar(&f.MaxAge, "docs-max-age", f.MaxAge, "How old a cached document may be before it is asked for again.")
	flags.BoolVar(&f.NoContext7, "no-context7", f.NoContext7, "If true, do not ask Context7.")
	flags.StringVar(&f.Context7URL, "context7-url", f.Context7URL, "Address of the Context7 MCP server.")
}

// clusterTimeout is how long the docs commands wait for a cluster, whose
// reference is better than the built-in one but not worth more.
const clusterTimeout = 2 * time.Second

// load loads documents about topics, and the reference of the Flux kinds: from
// the cluster of the kubeconfig unless the network is not to be used, else from
// the built-in CRDs.
func (f *Flags) load(ctx context.Context, factory *cmdutil.Factory, topics []string) docs.Result {
	loader := docs.NewLoader(f.ToOptions(factory, topics))
	defer loader.Close()
	loader.AddAPI(ctx, f.api(ctx, factory))
	return loader.Load(ctx, topics)
}

func (f *Flags) api(ctx context.Context, factory *cmdutil.Factory) docs.API {
	if f.Offline {
		return docs.API{}
	}
	config, err := factory.Kubeconfig()
	if err != nil {
		return docs.API{}
	}
	options := cluster.Options{
		Config: config.REST, Context: config.Context, ConnectTimeout: clusterTimeout, AuthTimeout: clusterTimeout, Now: factory.Now,
	}
	kinds, _ := cluster.ReadKinds(ctx, options) // none, and the source says that no cluster was asked
	if len(kinds) == 0 {
		return docs.API{}
	}
	api := docs.API{Kinds: kinds}
	for _, kind := range kinds {
		if minor := fluxver.ParseMinor(kind.Release); minor.Known() {
			api.Minor = minor.String()
		}
	}
	api.OpenAPI, _ = cluster.OpenAPI(options)
	return api
}

// ToOptions resolves the flags for the topics asked for.
func (f *Flags) ToOptions(factory *cmdutil.Factory, topics []string) docs.Options {
	return docs.Options{
		Focus:       topics,
		Offline:     f.Offline,
		InCI:        factory.Environment.Get(cmdutil.EnvCI) != "",
		NoContext7:  f.NoContext7,
		SiteURL:     f.URL,
		Context7URL: f.Context7URL,
		Context7Key: factory.Environment.Get(cmdutil.EnvContext7APIKey),
		UserAgent:   "kubectl-fluxctx/" + version.Get().Version,
		Timeout:     f.Timeout,
		CacheDir:    filepath.Join(cmdutil.CacheDir(), "docs"),
		MaxAge:      f.MaxAge,
		ManualDir:   cmdutil.ManualDocsDir(),
		Now:         factory.Now,
	}
}
