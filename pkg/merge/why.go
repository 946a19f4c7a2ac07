package merge

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxLinks bounds a chain; deeper ones go in a circle.
const maxLinks = 50

// Why follows who applies what from a subject up to the object that nothing else
// applies, with the source of each link, and finds the root causes in the way.
// live has what the cluster says of objects outside the Flux table.
func Why(facts *model.Facts, subject model.ID, live map[model.ID]model.LiveObject) model.Why {
	w := newWalk(facts, live)
	why := model.Why{Subject: subject}
	if owner, ok := w.liveOwner(subject); ok {
		why.Chains = []model.Chain{w.chain(subject, owner)}
	} else {
		why.Chains = w.written(subject)
	}
	why.Causes = w.causes(why)
	return why
}

// walk knows both sides by identity.
type walk struct {
	*tracer
	objects   map[model.ID]*model.Object
	inventory map[model.ID]model.ID // what is applied, by whom
	others    map[model.ID]model.LiveObject
}

func newWalk(facts *model.Facts, live map[model.ID]model.LiveObject) *walk {
	w := &walk{objects: map[model.ID]*model.Object{}, inventory: map[model.ID]model.ID{}, others: live}
	if facts.Repository == nil {
		nothing := *facts
		nothing.Repository = &model.Repository{}
		facts = &nothing
	}
	w.tracer = newTracer(facts)
	for _, o := range facts.Objects {
		// Other clusters of the repository may have objects of the same name.
		if known := w.objects[o.ID]; known == nil || known.Origin&model.FromCluster == 0 {
			w.objects[o.ID] = o
		}
		for _, entry := range o.Status.Inventory {
			w.inventory[entry.ID] = o.ID
		}
	}
	if facts.Cluster != nil {
		for _, o := range facts.Cluster.Outside {
			w.objects[o.ID] = o
		}
	}
	return w
}

// liveOwner is what made an object of the cluster: by the inventories, the
// labels, or the controller that keeps it. ok is true for an object that the
// cluster has, even when nothing made it.
func (w *walk) liveOwner(id model.ID) (owner model.ID, ok bool) {
	if owner, ok := w.inventory[id]; ok {
		return owner, true
	}
	if o, ok := w.others[id]; ok && o.Presence == model.Present {
		if owner, ok := appliedBy(&model.Object{Labels: o.Labels}); ok {
			return owner, true
		}
		return o.Controller, true
	}
	o := w.objects[id]
	if o == nil || o.Origin&model.FromCluster == 0 {
		return model.ID{}, false
	}
	if o.ManagedBy != (model.ID{}) {
		return o.ManagedBy, true
	}
	if owner, ok := appliedBy(o); ok {
		return owner, true
	}
	return model.ID{}, true
}

// chain follows the owners of a live object.
func (w *walk) chain(subject, owner model.ID) model.Chain {
	ids := []model.ID{subject}
	for owner != (model.ID{}) && !slices.Contains(ids, owner) && len(ids) < maxLinks {
		ids = append(ids, owner)
		owner, _ = w.liveOwner(owner)
	}
	slices.Reverse(ids)
	chain := model.Chain{}
	for i, id := range ids {
		link := w.link(id)
		if i > 0 {
			w.place(&link, w.effective(ids[i-1], id))
		}
		chain.Links = append(chain.Links, link)
	}
	return chain
}

// effective is an object as the build of its live owner makes it.
func (w *walk) effective(owner, id model.ID) *model.EffectiveObject {
	o := w.objects[owner]
	if o == nil {
		return nil
	}
	build := w.rendered(o)
	if build == nil {
		return nil
	}
	for i := range build.Objects {
		if sameOwner(build.Objects[i].ID, id) {
			return &build.Objects[i]
		}
	}
	return nil
}

// place enters where the repository defines and changes an object.
func (w *walk) place(link *model.Link, e *model.EffectiveObject) {
	if e == nil {
		return
	}
	link.Location = e.Location
	link.Changes = changes(e)
}

// changes are the places that change an object on its way, each once, without
// what the controllers set by themselves.
func changes(e *model.EffectiveObject) (list []model.Evidence) {
	for _, step := range e.Steps {
		if byController(step.Kind) {
			continue
		}
		location := step.Location
		if location.File == "" {
			location = step.Declared
		}
		if location.File == "" || location.File == e.Location.File {
			continue
		}
		at := slices.IndexFunc(list, func(known model.Evidence) bool { return known.File == location.File && known.Text == string(step.Kind) })
		if at < 0 {
			list = append(list, model.Evidence{Location: location, Text: string(step.Kind)})
		}
	}
	return list[:min(len(list), maxEvidence)]
}

// byController is true for a step that the controllers take by themselves.
func byController(kind model.StepKind) bool {
	return kind == model.StepOwnerLabels || kind == model.StepDefaults || kind == model.StepKustomize
}

// link describes one object of a chain.
func (w *walk) link(id model.ID) model.Link {
	link := model.Link{ID: id}
	if other, ok := w.others[id]; ok {
		link.Presence = other.Presence
		link.Assessment = model.Assessment{State: other.State, Reason: other.Reason, Message: other.Message, Since: other.Since}
	}
	o := w.objects[id]
	if o == nil {
		link.Presence = w.presence(id, link.Presence)
		return link
	}
	link.Location, link.Assessment = o.Location, o.Assessment
	if o.Absence != nil {
		link.Note = o.Absence.Message
	}
	if o.Origin&model.FromCluster != 0 {
		link.Presence = model.Present
	} else {
		link.Presence = w.presence(id, model.PresenceUnknown)
	}
	link.Revision, link.Sync, link.Drift = revisionOf(o), w.sync(id), o.Drift
	w.describe(&link, o)
	return link
}

// sync is what lies between the clone and a source or Kustomization.
func (w *walk) sync(id model.ID) string {
	if w.facts.Sync == nil {
		return ""
	}
	for _, source := range w.facts.Sync.Sources {
		if source.ID == id {
			return source.Summary
		}
	}
	for _, kustomization := range w.facts.Sync.Kustomizations {
		if kustomization.ID == id {
			return kustomization.Summary
		}
	}
	return ""
}

// presence says whether the cluster lacks an object of a kind that was read.
func (w *walk) presence(id model.ID, known model.Presence) model.Presence {
	if known != model.PresenceUnknown || w.facts.Cluster == nil || !w.facts.Cluster.Reachable {
		return known
	}
	for _, kind := range w.facts.Cluster.Kinds {
		if kind.Group == id.Group && kind.Kind == id.Kind && (kind.Scope == model.ReadCluster || slices.Contains(kind.Namespaces, id.Namespace)) {
			return model.Absent
		}
	}
	return known
}

// describe enters what a Flux object builds or fetches, and from where.
func (w *walk) describe(link *model.Link, o *model.Object) {
	switch spec := o.Spec.(type) {
	case *fluxkind.Kustomization:
		link.Path = cmp.Or(spec.Path, "./")
	case *fluxkind.HelmRelease:
		if spec.Chart != nil {
			link.Chart = strings.TrimSpace(spec.Chart.Spec.Chart + " " + spec.Chart.Spec.Version)
		}
	case *fluxkind.GitRepository:
		link.URL = spec.URL
	case *fluxkind.OCIRepository:
		link.URL = spec.URL
	case *fluxkind.HelmRepository:
		link.URL = spec.URL
	case *fluxkind.Bucket:
		link.URL = path.Join(spec.Endpoint, spec.BucketName)
	}
	if o.Spec == nil {
		return
	}
	for _, ref := range o.Spec.References(o.ID) {
		if ref.Relation == model.RelationSource && ref.Target != o.ID {
			source := w.link(ref.Target)
			source.Source = nil
			link.Source = &source
			return
		}
	}
}

// revisionOf is what an object has fetched or applied.
func revisionOf(o *model.Object) string {
	switch {
	case o.Status.Artifact != nil:
		return o.Status.Artifact.Revision
	case o.Status.LastAppliedRevision != "":
		return o.Status.LastAppliedRevision
	case len(o.Status.History) > 0:
		return cmp.Or(o.Status.History[0].ChartVersion, o.Status.History[0].Revision)
	}
	return ""
}

// written are the chains of the repository that make a subject: one for each
// cluster that has it.
func (w *walk) written(subject model.ID) (chains []model.Chain) {
	if rendering := w.facts.Rendering; rendering != nil {
		for i := range rendering.Builds {
			for j := range rendering.Builds[i].Objects {
				if e := &rendering.Builds[i].Objects[j]; e.ID == subject {
					chains = append(chains, w.builtChain(i, e))
				}
			}
		}
	}
	if len(chains) > 0 {
		return w.ofThisCluster(chains)
	}
	link := w.link(subject)
	if link.Location.File == "" {
		for _, d := range w.facts.Repository.Documents {
			if id := d.ID(); !d.Patch && (id == subject || id == withoutNamespace(subject)) {
				link.Location = d.Location
				chain := model.Chain{Links: w.fileOwners(d.File)}
				chain.Links = append(chain.Links, link)
				chains = append(chains, chain)
			}
		}
	}
	if len(chains) == 0 {
		chains = []model.Chain{{Links: append(w.fileOwners(link.Location.File), link)}}
	}
	return chains
}

// fileOwners is the one Flux object that builds a file, when there is one.
func (w *walk) fileOwners(file string) []model.Link {
	var owner *model.Build
	for i := range w.facts.Repository.Builds {
		b := &w.facts.Repository.Builds[i]
		if !slices.Contains(b.Files, file) {
			continue
		}
		if owner != nil {
			return nil
		}
		owner = b
	}
	if owner == nil || file == "" {
		return nil
	}
	link := w.link(owner.Owner)
	link.Location, link.Path = owner.Location, owner.Path
	return []model.Link{link}
}

// builtChain follows the owners of a build upwards.
func (w *walk) builtChain(build int, e *model.EffectiveObject) model.Chain {
	builds := w.facts.Rendering.Builds
	link := w.link(e.ID)
	w.place(&link, e)
	links := []model.Link{link}
	root := build
	for at := build; at >= 0 && len(links) < maxLinks; at = builds[at].Parent {
		root = at
		b := &builds[at]
		link := w.link(b.Owner)
		link.Location = b.Location
		if written := w.tracer.written[b.Location]; written != nil {
			w.describe(&link, written)
		}
		link.Path = cmp.Or(b.Path, link.Path)
		links = append(links, link)
	}
	slices.Reverse(links)
	return model.Chain{Cluster: w.clusterOf(&builds[root]), Links: links}
}

// clusterOf is the cluster of the repository that a build begins in: the one
// with the innermost folder around it.
func (w *walk) clusterOf(root *model.RenderedBuild) string {
	name, depth := "", -1
	for _, target := range w.facts.Repository.Analysis.Targets {
		folder := strings.Trim(target.Path, "/")
		inside := isBelow(root.File, folder) || isBelow(root.Path, folder)
		if inside && len(folder) > depth {
			name, depth = target.Cluster, len(folder)
		}
	}
	return name
}

// isBelow is true for a path that is, or lies in, a folder.
func isBelow(name, folder string) bool {
	return folder != "" && (name == folder || strings.HasPrefix(name, folder+"/"))
}

// ofThisCluster keeps the chains whose first object the cluster has, building
// the same folder; all of them when that is none.
func (w *walk) ofThisCluster(chains []model.Chain) []model.Chain {
	var here []model.Chain
	for _, chain := range chains {
		first := chain.Links[0]
		o := w.live[first.ID]
		if o == nil {
			continue
		}
		if spec, ok := o.Spec.(*fluxkind.Kustomization); ok && w.inTree(spec.Path) != w.inTree(first.Path) {
			continue
		}
		here = append(here, chain)
	}
	if len(here) > 0 {
		return here
	}
	return chains
}

// causes are the root causes in the way: of the subject, of what applies it, or
// of their sources.
func (w *walk) causes(why model.Why) (causes []model.WhyCause) {
	concerned := map[model.ID]bool{}
	for _, chain := range why.Chains {
		for _, link := range chain.Links {
			concerned[link.ID] = true
			if link.Source != nil {
				concerned[link.Source.ID] = true
			}
			if o := w.objects[link.ID]; o != nil && o.Status.HelmChart != "" {
				namespace, name, _ := strings.Cut(o.Status.HelmChart, "/")
				concerned[model.ID{Group: fluxkind.GroupSource, Kind: "HelmChart", Namespace: namespace, Name: name}] = true
			}
		}
	}
	for _, cause := range w.facts.RootCauses {
		hit := concerned[cause.Object] || slices.ContainsFunc(cause.Blocks, func(id model.ID) bool { return concerned[id] })
		if hit {
			causes = append(causes, w.explained(cause))
		}
	}
	// Suspended objects work as they are told to, but explain why nothing
	// happens.
	for _, chain := range why.Chains {
		for _, link := range chain.Links {
			if link.Assessment.State == model.StateSuspended && !slices.ContainsFunc(causes, func(c model.WhyCause) bool { return c.Object == link.ID }) {
				causes = append(causes, w.suspended(link))
			}
		}
	}
	return causes
}

// suspended says who suspended an object, and how it goes on: what Git suspends
// would only be suspended again.
func (w *walk) suspended(link model.Link) model.WhyCause {
	a := link.Assessment
	cause := w.explained(model.RootCause{Object: link.ID, State: a.State, Reason: a.Reason, Message: a.SubState, Location: link.Location})
	for _, drift := range link.Drift {
		if !drift.Pending && drift.Field == "spec.suspend" {
			cause.Message = drift.Text
			return cause
		}
	}
	o := w.objects[link.ID]
	if o == nil || link.Location.File == "" {
		return cause
	}
	if written := w.tracer.written[link.Location]; written != nil && written.Spec != nil && written.Spec.Suspended() {
		at := link.Location
		if line := o.Lines.Of("spec.suspend"); line > 0 {
			at.Line = line
		}
		cause.Fix = []string{"Git suspends it: remove spec.suspend from " + at.String() + ", then commit and push"}
	}
	return cause
}

func (w *walk) explained(cause model.RootCause) model.WhyCause {
	c := model.WhyCause{RootCause: cause}
	if w.facts.Cluster != nil {
		for _, event := range w.facts.Cluster.Events {
			if event.Object == cause.Object {
				c.Events = append(c.Events, event)
			}
		}
	}
	c.Fix, c.Page = advice(cause)
	return c
}

// Behind says which objects of a failing Flux object to look at: those that its
// message names, else the workloads that it has applied.
func Behind(facts *model.Facts, cause model.RootCause) (ids []model.ID, namespace, selector string) {
	var object *model.Object
	for _, o := range facts.Objects {
		if o.ID == cause.Object && o.Origin&model.FromCluster != 0 {
			object = o
		}
	}
	if object == nil || cause.State == model.StateSuspended {
		return nil, "", ""
	}
	message := cause.Message
	if c := object.Status.Condition("Ready"); c != nil {
		message = c.Message
	}
	if facts.Cluster != nil {
		for _, event := range facts.Cluster.Events {
			if event.Object == cause.Object {
				message += " " + event.Message
			}
		}
	}
	for _, match := range listedStatus().FindAllStringSubmatch(message, -1) {
		if id := inventoried(object, match[1], match[2], match[3]); !slices.Contains(ids, id) && !fluxkind.IsGroup(id.Group) {
			ids = append(ids, id)
		}
	}
	waits := slices.Contains([]string{"InstallFailed", "UpgradeFailed", "RollbackSucceeded", "RetriesExceeded", "TestFailed", "HealthCheckFailed", "Progressing"}, cause.Reason)
	if len(ids) > 0 || !waits {
		return ids, "", ""
	}
	for _, entry := range object.Status.Inventory {
		if entry.ID.Group == "apps" || entry.ID.Group == "batch" && entry.ID.Kind == "Job" {
			ids = append(ids, entry.ID)
		}
	}
	if spec, ok := object.Spec.(*fluxkind.HelmRelease); ok && len(ids) == 0 && spec.KubeConfig == nil {
		label := fluxkind.GroupHelm
		return nil, cmp.Or(spec.TargetNamespace, object.Namespace), label + "/name=" + object.Name + "," + label + "/namespace=" + object.Namespace
	}
	return ids, "", ""
}

// inventoried finds the group of an object that a message names without one.
func inventoried(o *model.Object, kind, namespace, name string) model.ID {
	for _, entry := range o.Status.Inventory {
		if entry.ID.Kind == kind && entry.ID.Namespace == namespace && entry.ID.Name == name {
			return entry.ID
		}
	}
	for _, r := range fluxkind.Resources() {
		if r.Kind == kind {
			return model.ID{Group: r.Group, Kind: kind, Namespace: namespace, Name: name}
		}
	}
	return model.ID{Kind: kind, Namespace: namespace, Name: name}
}
