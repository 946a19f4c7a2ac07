package engine

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func reportVersions(v *model.Versions) *v1alpha1.Versions {
	if v == nil {
		return nil
	}
	return &v1alpha1.Versions{
		Pending: convert(v.Pending, func(p model.PendingVersion) v1alpha1.PendingVersion {
			return v1alpha1.PendingVersion{What: p.What, From: p.From, To: p.To, Object: optionalRef(p.Object), File: p.File, Line: p.Line}
		}),
		APIs: convert(v.APIs, func(a model.APIUse) v1alpha1.APIUse {
			return v1alpha1.APIUse{
				APIVersion: a.APIVersion, Kind: a.Kind, Count: a.Count, Places: convert(a.Places, reportEvidence),
				Served: string(a.Served), ServedVersions: list(a.ServedVersions), RemovedIn: a.RemovedIn, Breaks: a.Breaks, Instead: a.Instead,
			}
		}),
		Stored: convert(v.Stored, func(s model.StoredVersion) v1alpha1.StoredVersion {
			return v1alpha1.StoredVersion{Definition: s.Definition, Version: s.Version, RemovedIn: s.RemovedIn, Breaks: s.Breaks}
		}),
	}
}
