package engine

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func reportReference(r model.NamedReference) v1alpha1.Reference {
	reference := v1alpha1.Reference{
		Owner: objectRef(r.Owner), Field: r.Field, File: r.Location.File, Line: r.Location.Line,
		Target: objectRef(r.Target), Key: r.Key, Optional: r.Optional,
		Found: string(r.Found), InCluster: presence(r.InCluster), Maker: optionalRef(r.Maker), Encrypted: r.Encrypted,
	}
	if r.Definition.File != "" {
		reference.Definition = &v1alpha1.Evidence{File: r.Definition.File, Line: r.Definition.Line}
	}
	return reference
}
