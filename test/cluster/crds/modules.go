// Package crds imports one package of each module whose CRDs the test cluster
// can serve, so that go mod tidy keeps the module. It is never built.
package crds

import (
	_ "github.com/controlplaneio-fluxcd/flux-operator/api/v1"
	_ "github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
)
