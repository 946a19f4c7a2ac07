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
		Object: objectRef(l.ID), Presence: presence(l.Presence),
		State: string(l.Assessment.State), SubState: l.Assessment.SubState,
		Reason: l.Assessment.Reason, Message: l.Assessment.Message, Since: reportTime(l.Assessment.Since),
		Revision: l.Revision, Path: l.Path, Chart: l.Chart, URL: l.URL,
		File: l.Location.File, Line: l.Location.Line, Commit: reportCommit(l.Commit), Changes: convert(l.Changes, reportEvidence), Note: l.Note,
	}
	if l.Source != nil {
		s := l.Source
		link.Source = &v1alpha1.WhySource{
			Object: objectRef(s.ID), Presence: presence(s.Presence),
			State: string(s.Assessment.State), SubState: s.Assessment.SubState, Reason: s.Assessment.Reason, Message: s.Assessment.Message,
			Revision: s.Revision, URL: s.URL, File: s.Location.File, Line: s.Location.Line, Commit: reportCommit(s.Commit),
		}
	}
	return link
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
