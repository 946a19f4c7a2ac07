package cluster

import (
	"context"
	"slices"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// Namespaces lists the names of all namespaces for the completion of a command
// line: sorted, or none when the server does not give them before ctx ends.
func Namespaces(ctx context.Context, config *rest.Config) []string {
	return listNames(ctx, config, func(*client) ([]string, error) { return []string{"api/v1/namespaces"}, nil })
}

// Names does the same for the objects of one Flux kind in a namespace.
func Names(ctx context.Context, config *rest.Config, kind fluxkind.Kind, namespace string) []string {
	return listNames(ctx, config, func(c *client) ([]string, error) {
		resources, _, err := c.discover(ctx)
		var paths []string
		for _, r := range resources {
			if r.group == kind.Group && r.kind == kind.Kind {
				paths = append(paths, r.path(namespace, ""))
			}
		}
		return paths, err
	})
}

// listNames lists what is at the paths. A credential plugin cannot be interrupted,
// so the requests have a goroutine that is left behind when time is up.
func listNames(ctx context.Context, config *rest.Config, paths func(*client) ([]string, error)) []string {
	config = rest.CopyConfig(config)
	if config.ExecProvider != nil {
		plugin := *config.ExecProvider
		plugin.InteractiveMode = clientcmdapi.NeverExecInteractiveMode // the shell reads the keys
		config.ExecProvider = &plugin
	}
	c, err := newClient(config)
	if err != nil {
		return nil
	}
	found := make(chan []string, 1)
	go func() {
		var all []string
		list, _ := paths(c)
		for _, path := range list {
			some, _ := c.tableNames(ctx, path)
			all = append(all, some...)
		}
		slices.Sort(all)
		found <- all
	}()
	select {
	case all := <-found:
		return all
	case <-ctx.Done():
		return nil
	}
}
