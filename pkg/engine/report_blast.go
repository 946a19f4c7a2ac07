package engine

import (
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// notableKinds are those whose end costs more than themselves.
var notableKinds = []string{"PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"}

func reportDeletion(d model.Deletion) v1alpha1.Deletion {
	report := v1alpha1.Deletion{
		Owner: objectRef(d.Owner), Action: string(d.Action), To: optionalRef(d.To), Cluster: d.Cluster, Stage: string(d.Stage), Message: d.Message,
		File: d.Location.File, Line: d.Location.Line, Inventory: string(d.Inventory),
		Counts: map[string]int{}, Notable: []v1alpha1.ObjectRef{},
		Objects: convert(d.Objects, func(o model.DeletedObject) v1alpha1.DeletedObject {
			return v1alpha1.DeletedObject{ObjectRef: objectRef(o.ID), File: o.Location.File, Line: o.Location.Line}
		}),
		Kept: convert(d.Kept, func(o model.KeptObject) v1alpha1.KeptObject {
			return v1alpha1.KeptObject{ObjectRef: objectRef(o.ID), Reason: o.Reason}
		}),
	}
	for _, object := range d.Objects {
		report.Counts[object.Kind]++
		if slices.Contains(notableKinds, object.Kind) {
			report.Notable = append(report.Notable, objectRef(object.ID))
		}
	}
	return report
}

func reportOwnership(o model.Ownership) v1alpha1.Ownership {
	shared := func(s model.SharedObject) v1alpha1.SharedObject {
		return v1alpha1.SharedObject{
			ObjectRef: objectRef(s.ID), Owners: convert(s.Owners, objectRef), Places: convert(s.Locations, model.Location.String),
		}
	}
	return v1alpha1.Ownership{
		Shared: convert(o.Shared, shared), Contested: convert(o.Contested, shared),
		Orphans: convert(o.Orphans, func(orphan model.Orphan) v1alpha1.Orphan {
			return v1alpha1.Orphan{ObjectRef: objectRef(orphan.ID), Owner: objectRef(orphan.Owner), OwnerExists: orphan.OwnerExists}
		}),
	}
}
