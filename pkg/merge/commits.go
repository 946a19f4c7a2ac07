package merge

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Questions are what the log of the clone has to tell about facts.
type Questions struct {
	// Revisions are full object names and refs, Upstream one of the refs.
	Revisions []string
	Upstream  string
	// Files are those whose last commit is wanted.
	Files []string
}

// AskHistory lists what Explain would like to know; nil when there is nothing to
// ask, because one side is missing or there is no clone.
func AskHistory(facts *model.Facts) *Questions {
	if facts.Sync == nil || !facts.Repository.Git.Known || facts.Repository.Git.Head == "" {
		return nil
	}
	q := &Questions{}
	add := func(revision string) {
		if revision != "" && !slices.Contains(q.Revisions, revision) {
			q.Revisions = append(q.Revisions, revision)
		}
	}
	for _, source := range facts.Sync.Sources {
		if ref := upstreamRef(source); ref != "" {
			add(ref)
			if q.Upstream == "" {
				q.Upstream = ref
			}
		}
		add(source.Fetched)
	}
	files := map[string]bool{}
	for _, object := range facts.Objects {
		if object.Origin == model.FromCluster|model.FromRepository || object.Effective != nil {
			files[object.Location.File] = true
		}
		_, isKustomization := object.Spec.(*fluxkind.Kustomization)
		if !isKustomization || object.Origin&model.FromCluster == 0 {
			if object.Kind == "GitRepository" && object.Status.Artifact != nil && !facts.Sync.Matched() {
				_, hash := model.Revision(object.Status.Artifact.Revision) // a fork shares its commits
				add(hash)
			}
			continue
		}
		if slices.ContainsFunc(facts.Sync.Sources, func(s model.SyncedSource) bool { return s.ID == sourceOf(object) }) {
			for _, revision := range []string{object.Status.LastAppliedRevision, object.Status.LastAttemptedRevision} {
				add(commitOf(facts.Sync, object, revision))
			}
		}
	}
	for _, cause := range facts.RootCauses {
		for _, evidence := range cause.Evidence {
			files[evidence.File] = true
		}
	}
	for file := range files {
		if file != "" {
			q.Files = append(q.Files, file)
		}
	}
	slices.Sort(q.Files)
	return q
}

// upstreamRef is the clone's copy of the branch that a source follows.
func upstreamRef(source model.SyncedSource) string {
	if source.Branch == "" || source.Remote == "" {
		return ""
	}
	return "refs/remotes/" + source.Remote + "/" + source.Branch
}

// Explain completes facts by what the log tells, which may be nil: the last
// commit of each file, how far sources and Kustomizations are from the clone,
// and why objects are on one side only.
func Explain(facts *model.Facts, history *model.History) {
	facts.History = history
	if facts.Sync == nil {
		return
	}
	e := newExplainer(facts)
	e.findManagers()
	e.findCommits()
	e.compareSources()
	e.compareKustomizations()
	e.explainAbsences()
	d := newDrifter(e)
	d.findDrift()
	d.compareInventories()
	e.recogniseFork()
}

// explainer holds the facts with the look-ups that explanations share.
type explainer struct {
	*model.Facts
	own       ownBuilds
	anyOwn    bool
	live      map[model.ID]*model.Object
	changed   map[string]bool
	unreached map[string]bool
	// builds are those of the repository by owner and folder, written by where
	// the owner is written.
	builds  map[model.ID]map[string]*model.Build
	written map[model.Location]*model.Build
	// files are those with YAML in them, broken ones included.
	files map[string]bool
	// made are what controllers generate, with what they generate it for.
	made map[model.ID]model.ID
	// known are the commits of the log, ways what lies between two of them: most
	// Kustomizations ask for the same two.
	known map[string]bool
	ways  map[[2]string]model.Commits
}

func newExplainer(facts *model.Facts) *explainer {
	sides := Sides{Now: facts.Now, Cluster: facts.Cluster, Repository: facts.Repository, Rendering: facts.Rendering, ClusterPath: facts.Sync.Given}
	e := &explainer{
		Facts: facts, own: newOwnBuilds(sides, facts.Sync), live: map[model.ID]*model.Object{},
		changed: map[string]bool{}, unreached: map[string]bool{}, files: map[string]bool{}, builds: map[model.ID]map[string]*model.Build{},
		made: generated(facts.Cluster.Objects), known: map[string]bool{}, ways: map[[2]string]model.Commits{},
	}
	if facts.History != nil {
		for _, commit := range facts.History.Commits {
			e.known[commit.Hash] = true
		}
	}
	e.anyOwn = len(e.own.makers) > 0
	for _, object := range slices.Concat(facts.Cluster.Outside, facts.Cluster.Objects) {
		e.live[object.ID] = object
	}
	for _, document := range facts.Repository.Documents {
		e.files[document.File] = true
	}
	for _, broken := range facts.Repository.ParseErrors {
		e.files[broken.File] = true
	}
	for _, change := range facts.Repository.Git.Changed {
		e.changed[change.Path] = true
	}
	for _, file := range facts.Repository.Unreached {
		e.unreached[file.File] = true
	}
	for i := range facts.Repository.Builds {
		build := &facts.Repository.Builds[i]
		if e.builds[build.Owner] == nil {
			e.builds[build.Owner] = map[string]*model.Build{}
		}
		e.builds[build.Owner][build.Path] = build
	}
	e.addInstances()
	return e
}

// addInstances gives the Kustomizations that FluxInstances make the files that
// they build: no file holds them, so the scan names the instance in their place.
func (e *explainer) addInstances() {
	e.written = make(map[model.Location]*model.Build, len(e.Repository.Builds))
	for i := range e.Repository.Builds {
		e.written[e.Repository.Builds[i].Location] = &e.Repository.Builds[i]
	}
	if e.Rendering == nil {
		return
	}
	for i := range e.Rendering.Builds {
		build := &e.Rendering.Builds[i]
		if build.Parent < 0 || build.Owner.Kind != "Kustomization" || e.Rendering.Builds[build.Parent].Owner.Kind != "FluxInstance" {
			continue
		}
		instance := e.written[e.Rendering.Builds[build.Parent].Location]
		if instance == nil || e.written[build.Location] != nil {
			continue
		}
		e.written[build.Location] = instance
		if e.builds[build.Owner] == nil {
			e.builds[build.Owner] = map[string]*model.Build{}
		}
		e.builds[build.Owner][build.Path] = instance
	}
}

// lastCommit is the newest commit on HEAD that changed a file; nil when the log
// was not read so far back.
func (e *explainer) lastCommit(file string) *model.Commit {
	if e.History == nil {
		return nil
	}
	if i, ok := e.History.LastTouched[file]; ok {
		return &e.History.Commits[i]
	}
	return nil
}

func (e *explainer) findManagers() {
	for i, object := range e.Objects {
		managed := *object
		if object.Origin&model.FromCluster != 0 {
			managed.ManagedBy, _ = appliedBy(object)
			if maker, ok := e.made[object.ID]; ok {
				managed.ManagedBy = maker
			}
		} else if object.Effective != nil {
			managed.ManagedBy = e.own.maker(object.Effective)
		}
		if managed.ManagedBy != (model.ID{}) {
			e.Objects[i] = &managed
		}
	}
}

func (e *explainer) findCommits() {
	for i, object := range e.Objects {
		if commit := e.lastCommit(object.Location.File); commit != nil && object.Location.File != "" {
			known := *object
			known.Commit = commit
			e.Objects[i] = &known
		}
	}
	for i := range e.RootCauses {
		e.RootCauses[i].Commit = e.lastCommit(e.RootCauses[i].Location.File)
		for j := range e.RootCauses[i].Evidence {
			evidence := &e.RootCauses[i].Evidence[j]
			evidence.Commit = e.lastCommit(evidence.File)
		}
	}
}

func (e *explainer) source(id model.ID) model.SyncedSource {
	for _, source := range e.Sync.Sources {
		if source.ID == id {
			return source
		}
	}
	return model.SyncedSource{}
}

// applied is the commit that a Kustomization has applied last.
func (e *explainer) applied(object *model.Object) string {
	return commitOf(e.Sync, object, object.Status.LastAppliedRevision)
}

// between are the commits that lead to one commit and not to another.
func (e *explainer) between(to, notTo string) model.Commits {
	if e.History == nil || to == "" || notTo == "" || to == notTo || !e.here(to) || !e.here(notTo) {
		return model.Commits{}
	}
	way, done := e.ways[[2]string{to, notTo}]
	if !done {
		list, complete := e.History.Between(to, notTo)
		way = model.Commits{List: list, AtLeast: !complete}
		e.ways[[2]string{to, notTo}] = way
	}
	return way
}

// here is true for a commit that this clone has.
func (e *explainer) here(hash string) bool {
	return e.known[hash] || e.History != nil && e.History.Tips[hash] == hash
}

// lacks is true when it is certain that a commit does not lead to another.
func (e *explainer) lacks(tip, hash string) bool {
	if !e.here(tip) || tip == hash {
		return false
	}
	way := e.between(hash, tip)
	return !way.AtLeast && len(way.List) > 0
}

func (e *explainer) compareSources() {
	for i := range e.Sync.Sources {
		source := &e.Sync.Sources[i]
		isBranch := e.History != nil && e.History.Tips[upstreamRef(*source)] != ""
		if source.Artifact != "" && !isBranch {
			source.Branch = "" // it may be a tag
		}
		if e.History == nil {
			continue
		}
		upstream := ""
		if ref := upstreamRef(*source); e.History.Tips[ref] != "" {
			source.Upstream = strings.TrimPrefix(ref, "refs/remotes/")
			upstream = e.History.Tips[ref]
		}
		head := e.History.Head
		source.NotPushed = e.between(head, upstream)
		source.NotFetched = e.between(upstream, source.Fetched)
		source.NotHere = e.between(source.Fetched, head)
		if e.here(source.Fetched) {
			source.MergeBase = e.History.MergeBase(head, source.Fetched)
		}
		source.Summary = e.summary(source)
	}
}

// summary is one sentence on what lies between the clone and the cluster.
func (e *explainer) summary(source *model.SyncedSource) string {
	git := e.Repository.Git
	var parts []string
	switch {
	case source.Branch != "" && git.Branch != "" && git.Branch != source.Branch:
		parts = append(parts, fmt.Sprintf("%s is checked out, the cluster follows %s", git.Branch, source.Branch))
	case len(source.NotPushed.List) > 0:
		parts = append(parts, counted(source.NotPushed)+" not pushed")
	}
	if n := len(source.NotFetched.List); n > 0 {
		text := counted(source.NotFetched)
		if n == 1 && len(parts) > 0 {
			text = "1"
		}
		when, at := " of ", source.NotFetched.List[0].Time
		if !e.History.Pushed.IsZero() {
			when, at = " pushed ", e.History.Pushed
		}
		text += when + ago(e.Now, at)
		if source.Artifact != "" {
			text += ", not in the artifact yet"
		} else {
			text += ", not fetched yet"
		}
		if source.Interval > 0 {
			text += " (interval " + compact(source.Interval) + ")"
		}
		parts = append(parts, text)
	}
	switch {
	case source.Fetched == "" || e.here(source.Fetched):
		if len(source.NotHere.List) > 0 && git.Branch == source.Branch {
			parts = append(parts, counted(source.NotHere)+" of the cluster not here: git pull")
		}
	case git.Shallow:
		parts = append(parts, fmt.Sprintf("the cluster has fetched %s, which this shallow clone does not reach: git fetch --unshallow", short(source.Fetched)))
	default:
		parts = append(parts, fmt.Sprintf("the cluster has fetched %s, which this clone does not have: git fetch %s", short(source.Fetched), source.Remote))
	}
	return strings.Join(parts, "; ")
}

func (e *explainer) compareKustomizations() {
	for _, object := range e.Objects {
		if object.Origin&model.FromCluster == 0 || object.Kind != "Kustomization" || !e.own.sources[sourceOf(object)] {
			continue
		}
		at, ok := e.own.folder(object)
		if !ok {
			continue
		}
		source := e.source(sourceOf(object))
		k := model.SyncedKustomization{ID: object.ID, Source: source.ID, Path: at, Applied: e.applied(object)}
		k.Attempted = commitOf(e.Sync, object, object.Status.LastAttemptedRevision)
		k.NotApplied = e.between(source.Fetched, k.Applied)
		files := e.filesOf(object.ID, at)
		builds := func(file string) bool { return files[file] || e.removed(file) && within(file, at) }
		if e.History != nil {
			k.Pending = touching(e.between(e.History.Head, k.Applied), builds)
		}
		if n := len(k.NotApplied.List); n > 0 && !suspendedHere(object) {
			k.Summary = fmt.Sprintf("has applied %s, %s behind what is fetched", short(k.Applied), counted(k.NotApplied))
			if touched := touching(k.NotApplied, builds); len(files) > 0 {
				k.Summary += fmt.Sprintf("; %d of them %s", len(touched.List), plural(len(touched.List), "changes its files", "change its files"))
			}
		}
		e.Sync.Kustomizations = append(e.Sync.Kustomizations, k)
	}
}

func suspendedHere(object *model.Object) bool { return object.Spec != nil && object.Spec.Suspended() }

// filesOf are the files that an object builds; nil when that is not known.
func (e *explainer) filesOf(id model.ID, at string) map[string]bool {
	build := e.builds[id][at]
	if build == nil {
		return nil
	}
	files := make(map[string]bool, len(build.Files))
	for _, file := range build.Files {
		files[file] = true
	}
	return files
}

// removed is true for a manifest of the log that is not here any more.
func (e *explainer) removed(file string) bool {
	extension := path.Ext(file)
	return (extension == ".yaml" || extension == ".yml") && !e.files[file]
}

// touching keeps the commits that change one of the files that count.
func touching(commits model.Commits, counts func(file string) bool) model.Commits {
	kept := model.Commits{AtLeast: commits.AtLeast}
	for _, commit := range commits.List {
		if slices.ContainsFunc(commit.Files, counts) {
			kept.List = append(kept.List, commit)
		}
	}
	return kept
}

// recogniseFork tells a fork or a mirror from another repository: it has the
// very commit that the cluster has fetched.
func (e *explainer) recogniseFork() {
	if e.Sync.Mismatch == "" || e.History == nil {
		return
	}
	for _, object := range e.Cluster.Objects {
		if object.Kind != "GitRepository" || object.Status.Artifact == nil {
			continue
		}
		if _, hash := model.Revision(object.Status.Artifact.Revision); hash != "" && e.History.Tips[hash] == hash {
			e.Sync.Mismatch = fmt.Sprintf("this clone of %s is a fork or a mirror of what the cluster syncs: it has %s, which %s has fetched from %s",
				e.Repository.Git.Remotes[0].URL, short(hash), object.ID, object.Spec.(*fluxkind.GitRepository).URL)
			return
		}
	}
}

func counted(commits model.Commits) string {
	n := len(commits.List)
	text := fmt.Sprintf("%d %s", n, plural(n, "commit", "commits"))
	if commits.AtLeast {
		text = "at least " + text
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// short is a commit as git log --oneline shows it.
func short(hash string) string { return hash[:min(len(hash), 8)] }

// ago is how long ago something was, in its largest unit.
func ago(now, then time.Time) string {
	d := max(now.Sub(then), 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d d ago", int(d.Hours()/24))
}

// compact is a duration without parts that are zero: 10m, not 10m0s.
func compact(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
