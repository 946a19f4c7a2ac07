package cmdutil

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// ErrNoKubeconfig means that nothing names a cluster: no file, no flag, and
// the program does not run inside one.
var ErrNoKubeconfig = errors.New("no kubeconfig names a cluster")

// Kubeconfig is the cluster that the standard flags select.
type Kubeconfig struct {
	REST *rest.Config
	// Context is the name of the kubeconfig context; empty inside a cluster.
	Context string
	// Namespace is that of -n, empty when the flag was not given;
	// ContextNamespace is that of the context.
	Namespace        string
	ContextNamespace string
}

// Kubeconfig resolves the standard flags as kubectl does. It opens files, not
// connections. Errors carry the hint that mends them.
func (f *Factory) Kubeconfig() (*Kubeconfig, error) {
	loader := f.ConfigFlags.ToRawKubeConfigLoader()
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, Errorf("check the file that --kubeconfig or KUBECONFIG names",
			"cannot read the kubeconfig: %s", sanitize.Line(err.Error(), 0))
	}

	current := raw.CurrentContext
	if name := value(f.ConfigFlags.Context); name != "" {
		current = name
		if _, ok := raw.Contexts[name]; !ok {
			names := make([]string, 0, len(raw.Contexts))
			for known := range raw.Contexts {
				names = append(names, known)
			}
			return nil, Errorf(contextHint(name, names), "the kubeconfig has no context %q", sanitize.Line(name, 200))
		}
	}

	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err), err == nil && len(raw.Clusters) == 0 && current == "" && !f.namesServer() && !inCluster(config):
		return nil, ErrNoKubeconfig
	case err != nil:
		return nil, Errorf("run 'kubectl config view' to see what is set, 'kubectl config get-contexts' for the contexts",
			"the kubeconfig cannot be used: %s", sanitize.Line(err.Error(), 0))
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		namespace = "" // only a fallback: the config itself has been accepted
	}
	return &Kubeconfig{
		REST:             config,
		Context:          sanitize.Line(current, 200),
		Namespace:        value(f.ConfigFlags.Namespace),
		ContextNamespace: namespace,
	}, nil
}

// NamesCluster reports whether a flag asks for a cluster by name, so that a
// failure to reach it is an error of the command.
func (f *Factory) NamesCluster() bool {
	flags := f.ConfigFlags
	return f.namesServer() || value(flags.KubeConfig) != "" || value(flags.Context) != "" || value(flags.ClusterName) != ""
}

// KubeconfigNames lists the names that the flag of this name accepts: context,
// cluster or user. A kubeconfig that cannot be read has none.
func (f *Factory) KubeconfigNames(flag string) []string {
	raw, err := f.ConfigFlags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return nil
	}
	var names []string
	switch flag {
	case "context":
		names = slices.Sorted(maps.Keys(raw.Contexts))
	case "cluster":
		names = slices.Sorted(maps.Keys(raw.Clusters))
	case "user":
		names = slices.Sorted(maps.Keys(raw.AuthInfos))
	}
	for i, name := range names {
		names[i] = sanitize.Line(name, 200)
	}
	return names
}

func (f *Factory) namesServer() bool { return value(f.ConfigFlags.APIServer) != "" }

// inCluster tells the configuration of a pod from client-go's default of
// localhost:8080, which kubectl keeps for history's sake and which no one
// means.
func inCluster(config *rest.Config) bool { return config.BearerTokenFile != "" }

func contextHint(name string, names []string) string {
	if nearest := focus.Nearest(name, names); nearest != "" {
		return fmt.Sprintf("did you mean %q? 'kubectl config get-contexts' lists them all", sanitize.Line(nearest, 200))
	}
	if len(names) == 0 {
		return "the kubeconfig has no contexts at all; check --kubeconfig and KUBECONFIG"
	}
	return "'kubectl config get-contexts' lists them: " + sanitize.Line(strings.Join(names, ", "), 300)
}

func value(flag *string) string {
	if flag == nil {
		return ""
	}
	return *flag
}
