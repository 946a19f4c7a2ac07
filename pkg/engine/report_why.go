package engine

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func reportChain(c model.Chain) v1alpha1.WhyChain {
	return v1alpha1.WhyChain{Cluster: c.Cluster, Links: convert(c.Links, reportLink)}
}

func reportLink(l model.Link) v1alpha1.WhyLink {
	link := v1alpha1.WhyLink{
		WhyObject: reportWhyObject(l), Path: l.Path, Chart: l.Chart, Changes: convert(l.Changes, reportEvidence), Drift: convert(l.Drift, reportDrift), Note: l.Note,
	}
	if l.Source != nil {
		source := reportWhyObject(*l.Source)
		link.Source = &source
	}
	return link
}

func reportWhyObject(l model.Link) v1alpha1.WhyObject {
	return v1alpha1.WhyObject{
		Object: objectRef(l.ID), Presence: presence(l.Presence),
		State: string(l.Assessment.State), SubState: l.Assessment.SubState,
		Reason: l.Assessment.Reason, Message: l.Assessment.Message, Since: reportTime(l.Assessment.Since),
		Revision: l.Revision, URL: l.URL, Sync: l.Sync, File: l.Location.File, Line: l.Location.Line, Commit: reportCommit(l.Commit),
	}
}

func presence(p model.Presence) string {
	switch p {
	case model.Present:
		return "present"
	case model.Absent:
		return "absent"
	case model.PresenceUnknown:
	}
	return "unknown"
}

func reportWhyCause(c model.WhyCause) v1alpha1.WhyCause {
	cause := v1alpha1.WhyCause{
		RootCause: reportRootCause(c.RootCause),
		Behind:    convert(c.Behind, reportLiveObject),
		Events:    convert(c.Events, reportEvent),
		Fix:       list(c.Fix),
		Doc:       c.Page,
	}
	return cause
}

func reportLiveObject(o model.LiveObject) v1alpha1.LiveObject {
	fix, _ := merge.PodFix(o)
	return v1alpha1.LiveObject{
		Fix: fix, Object: objectRef(o.ID), Presence: presence(o.Presence), State: string(o.State), Reason: o.Reason, Message: o.Message, Since: reportTime(o.Since),
		Pods: convert(o.Children, func(pod model.LiveObject) v1alpha1.LivePod {
			fix, _ := merge.PodFix(pod)
			return v1alpha1.LivePod{
				Object: objectRef(pod.ID), State: string(pod.State), Reason: pod.Reason, Message: pod.Message,
				Events: convert(pod.Events, reportEvent), Fix: fix,
			}
		}),
		Events: convert(o.Events, reportEvent),
	}
}

func reportEvent(e model.Event) v1alpha1.Event {
	return v1alpha1.Event{
		Object: objectRef(e.Object), Reason: e.Reason, Message: e.Message, Count: e.Count,
		First: reportTime(e.First), Last: reportTime(e.Last),
	}
}

func reportFileUse(u model.FileUse) v1alpha1.FileUse {
	return v1alpha1.FileUse{
		Cluster: u.Cluster, Owner: objectRef(u.Owner), File: u.File, Line: u.Line,
		Defines: convert(u.Defines, objectRef), Changes: convert(u.Changes, objectRef), ListedBy: convert(u.ListedBy, reportEvidence),
		Pruned: convert(u.Pruned, objectRef), Follows: convert(u.Follows, objectRef), Left: convert(u.Left, objectRef), Live: u.Live, Note: u.Note,
	}
}
