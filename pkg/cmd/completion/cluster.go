package completion

import (
	"context"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// patience is how long a question to the cluster may keep the shell waiting,
// credential plugins included.
const patience = time.Second

// namespaces are those of the cluster that the command line selects so far, or
// none when it does not answer in time.
func namespaces(ctx context.Context, factory *cmdutil.Factory) []string {
	config, err := factory.Kubeconfig()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return cluster.Namespaces(ctx, config.REST)
}

// Objects are the names of the objects of a Flux kind, in the namespace of -n or
// of the kubeconfig context, or none when the cluster does not answer in time.
func Objects(ctx context.Context, factory *cmdutil.Factory, kind fluxkind.Kind) []string {
	config, err := factory.Kubeconfig()
	if err != nil {
		return nil
	}
	namespace := config.Namespace
	if namespace == "" {
		namespace = config.ContextNamespace
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return cluster.Names(ctx, config.REST, kind, namespace)
}
