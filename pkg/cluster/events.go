package cluster

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

const (
	rightEvents = "list on events"
	// maxEvents bounds how many warnings are read. A cluster keeps events for
	// an hour, so there are more only where something else is on fire.
	maxEvents = 5000
	// maxEventsOfObject bounds how many groups are kept of one object.
	maxEventsOfObject = 5
)

// warnings selects the warnings about anything but the kinds that most of them
// are about, which the server then does not send.
var warnings = "type=Warning" + strings.Join([]string{
	"", "Pod", "Node", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob",
	"HorizontalPodAutoscaler", "PersistentVolumeClaim", "Service", "Ingress", "Certificate",
}, ",involvedObject.kind!=")

// combined is what client-go puts before the message when it counts similar
// events as one.
const combined = "(combined from similar events): "

type wireEvent struct {
	InvolvedObject struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Namespace  string `json:"namespace"`
		Name       string `json:"name"`
	} `json:"involvedObject"`
	Metadata struct {
		CreationTimestamp timestamp `json:"creationTimestamp"`
	} `json:"metadata"`
	Reason         string    `json:"reason"`
	Message        string    `json:"message"`
	Count          int64     `json:"count"`
	FirstTimestamp timestamp `json:"firstTimestamp"`
	LastTimestamp  timestamp `json:"lastTimestamp"`
	EventTime      timestamp `json:"eventTime"`
	Series         struct {
		Count            int64     `json:"count"`
		LastObservedTime timestamp `json:"lastObservedTime"`
	} `json:"series"`
}

// readEvents reads the warnings about objects that need attention, equal ones
// taken together, the most recent first. Among the causes are those that try
// again after a failure.
func (c *client) readEvents(ctx context.Context, objects []*model.Object, causes []model.RootCause, namespace string) ([]model.Event, error) {
	concerned := map[model.ID]bool{}
	for _, cause := range causes {
		concerned[cause.Object] = true
	}
	for _, o := range objects {
		if !o.Assessment.State.Healthy() {
			concerned[o.ID] = true
		}
	}
	if len(concerned) == 0 {
		return nil, nil
	}
	path := "api/v1/events"
	if namespace != "" {
		path = "api/v1/namespaces/" + url.PathEscape(namespace) + "/events"
	}
	read, groups := 0, eventGroups{}
	err := c.chain(ctx, path, url.Values{"fieldSelector": {warnings}}, pageSize, func(value jsontext.Value) error {
		if read++; read > maxEvents {
			return errEnough
		}
		var wire wireEvent
		if err := unmarshal(value, &wire); err != nil {
			return err
		}
		if e := wire.model(); concerned[e.Object] {
			groups.add(e)
		}
		return nil
	})
	if read > maxEvents {
		err = nil
	}
	return groups.list(), err
}

func (w *wireEvent) model() model.Event {
	group, _ := model.SplitAPIVersion(name(w.InvolvedObject.APIVersion))
	e := model.Event{
		Object: model.ID{
			Group: group, Kind: name(w.InvolvedObject.Kind),
			Namespace: name(w.InvolvedObject.Namespace), Name: name(w.InvolvedObject.Name),
		},
		Reason:  name(w.Reason),
		Message: strings.TrimPrefix(sanitize.Line(w.Message, 0), combined),
		Count:   max(w.Count, w.Series.Count, 1),
		First:   firstTime(w.FirstTimestamp, w.EventTime, w.Metadata.CreationTimestamp),
		Last:    firstTime(w.LastTimestamp, w.Series.LastObservedTime, w.EventTime, w.Metadata.CreationTimestamp),
	}
	if group == "" {
		// Some writers leave the group out.
		e.Object.Group = fluxkind.SourceGroup(e.Object.Kind)
	}
	return e
}

func firstTime(times ...timestamp) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t.Time
		}
	}
	return time.Time{}
}

// eventGroups collects events by object, reason and message.
type eventGroups map[eventKey]*model.Event

type eventKey struct {
	object  model.ID
	reason  string
	message string
}

// changing are the parts of a message that differ at each try: temporary
// folders, durations, digests.
var changing = regexp.MustCompile(`[0-9a-f]{6,}|[0-9]+(\.[0-9]+)?(ms|µs|s)\b`)

func (g eventGroups) add(e model.Event) {
	key := eventKey{e.Object, e.Reason, changing.ReplaceAllString(e.Message, "*")}
	known := g[key]
	if known == nil {
		g[key] = &e
		return
	}
	known.Count += e.Count
	if e.First.Before(known.First) {
		known.First = e.First
	}
	if e.Last.After(known.Last) {
		known.Last, known.Message = e.Last, e.Message
	}
}

func (g eventGroups) list() []model.Event {
	list := make([]model.Event, 0, len(g))
	for _, e := range g {
		list = append(list, *e)
	}
	slices.SortFunc(list, func(a, b model.Event) int {
		if c := b.Last.Compare(a.Last); c != 0 {
			return c
		}
		if c := a.Object.Compare(b.Object); c != 0 {
			return c
		}
		return strings.Compare(a.Reason+a.Message, b.Reason+b.Message)
	})
	kept := map[model.ID]int{}
	return slices.DeleteFunc(list, func(e model.Event) bool {
		kept[e.Object]++
		return kept[e.Object] > maxEventsOfObject
	})
}
