package cluster

import (
	"context"
	"fmt"
	"io"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxOpenAPI bounds what is read of one group: those of Flux have up to 400 kB.
const maxOpenAPI = 8 << 20

// OpenAPI returns what reads the schemas that the API server publishes under
// /openapi/v3/apis/GROUP/VERSION, which is what kubectl explain reads. The error
// is about the configuration.
func OpenAPI(opts Options) (func(ctx context.Context, group, version string) ([]byte, error), error) {
	c, err := newClient(opts.Config)
	if err != nil {
		return nil, err
	}
	return c.openAPI, nil
}

func (c *client) openAPI(ctx context.Context, group, version string) ([]byte, error) {
	body, err := c.get(ctx, "openapi/v3/apis/"+group+"/"+version, nil, acceptJSON)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, maxOpenAPI+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxOpenAPI {
		return nil, fmt.Errorf("it has more than %d MB", maxOpenAPI>>20)
	}
	return content, nil
}

// ReadKinds returns the Flux kinds that the cluster serves, and reads no object.
// The problem says why there are none.
func ReadKinds(ctx context.Context, opts Options) ([]model.InstalledCRD, []model.Problem) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	r := reading{opts: opts, cluster: &model.Cluster{Context: opts.Context}}
	c, err := newClient(opts.Config)
	if err != nil {
		return nil, []model.Problem{configProblem(err)}
	}
	r.client = c
	if !r.connect(ctx) || !r.readKinds(ctx) || r.guessed {
		return nil, r.problems
	}
	kinds := make([]model.InstalledCRD, len(r.resources))
	for i, kind := range r.resources {
		kinds[i] = r.installedCRD(kind)
	}
	return kinds, r.problems
}
