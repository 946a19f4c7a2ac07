package render

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// job is one owner to build.
type job struct {
	owner  *owner
	parent *job
	// root is the outermost owner: what it and its descendants make is one
	// cluster's, in which variables are looked for.
	root *job
	// written is the build of the owner as it is written; nil for one that is
	// not, such as what a ResourceSet makes.
	written   *model.Build
	relevance int
	number    int
	depth     int
	rounds    int
	waited    bool
	result    *result
	children  []*job
	abandoned bool

	// made is kept by roots: what all of their jobs made, by identity, and how
	// many of these are yet to come.
	made   map[model.ID]*model.EffectiveObject
	active int
	// waiting are jobs whose variables have not been made yet.
	waiting []*job
}

// scheduler runs the jobs of one rendering, most relevant first.
type scheduler struct {
	ctx     context.Context
	repo    *model.Repository
	opts    Options
	builder *builder
	builds  map[model.Location]*model.Build
	objects map[model.Location]*model.Object
	// sources tells what the sources of the written Kustomizations are.
	sources  map[source]model.BuildSource
	relevant map[model.Location]int

	mutex   sync.Mutex
	changed *sync.Cond
	queue   []*job
	running int
	jobs    []*job
	jobsAt  map[model.Location][]*job
	roots   []*job
	met     map[model.Location]bool
	done    int
	// asked is true when the cluster was asked for something.
	asked atomic.Bool
	// left are written owners whose makers were not rendered.
	left []*job
}

func newScheduler(ctx context.Context, repo *model.Repository, files fs.FS, opts Options) *scheduler {
	s := &scheduler{
		ctx: ctx, repo: repo, opts: opts,
		builder:  newBuilder(files),
		builds:   make(map[model.Location]*model.Build, len(repo.Builds)),
		objects:  map[model.Location]*model.Object{},
		sources:  map[source]model.BuildSource{},
		relevant: map[model.Location]int{},
		jobsAt:   map[model.Location][]*job{},
		met:      map[model.Location]bool{},
	}
	s.changed = sync.NewCond(&s.mutex)
	for i := range repo.Builds {
		s.builds[repo.Builds[i].Location] = &repo.Builds[i]
	}
	for _, object := range repo.Objects {
		build, spec := s.builds[object.Location], kustomization(object)
		if build == nil || spec == nil {
			continue
		}
		s.objects[object.Location] = object
		ref := spec.SourceRef
		s.sources[sourceID(source{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name}, object.ID)] = build.Source
	}
	return s
}

// kustomization is the spec of a written Flux Kustomization, nil for others.
func kustomization(object *model.Object) *fluxkind.Kustomization {
	spec, _ := object.Spec.(*fluxkind.Kustomization)
	return spec
}

// patches are the documents that are only patches.
func (s *scheduler) patches() map[model.Location]bool {
	patches := map[model.Location]bool{}
	for i := range s.repo.Documents {
		if document := &s.repo.Documents[i]; document.Patch {
			patches[document.Location] = true
		}
	}
	return patches
}

// owners are the written Flux objects that make others.
func (s *scheduler) owners() []*model.Object {
	patches := s.patches()
	var owners []*model.Object
	for _, object := range s.repo.Objects {
		if makesOthers(object.ID) && !patches[object.Location] {
			owners = append(owners, object)
		}
	}
	return owners
}

// run renders from the roots on. Owners that only make each other, in a circle,
// have no root: they start as they are written.
func (s *scheduler) run() {
	owners := s.owners()
	byFile := map[string][]*model.Object{}
	for _, object := range owners {
		byFile[object.Location.File] = append(byFile[object.Location.File], object)
	}
	makers := map[model.Location][]*model.Build{}
	for i := range s.repo.Builds {
		build := &s.repo.Builds[i]
		if build.Source != model.SourceTree && build.Source != model.SourceAssumed {
			continue
		}
		for _, file := range build.Files {
			for _, object := range byFile[file] {
				if object.Location != build.Location {
					makers[object.Location] = append(makers[object.Location], build)
				}
			}
		}
	}
	s.spreadRelevance(owners, makers)

	workers := min(runtime.GOMAXPROCS(0), maxWorkers)
	start := func(object *model.Object) {
		s.met[object.Location] = true
		s.add(nil, s.written(object))
	}
	for _, object := range owners {
		if len(makers[object.Location]) == 0 {
			start(object)
		}
	}
	s.work(workers)
	for _, object := range owners {
		if s.met[object.Location] {
			continue
		}
		maker, rendered := s.maker(makers[object.Location])
		switch {
		case rendered:
			// Its makers do without it.
		case maker == nil:
			start(object)
			s.work(workers)
		default:
			j := &job{owner: &owner{id: object.ID, location: object.Location}, result: &result{
				State: model.BuildSkipped, Reason: fmt.Sprintf("%s makes it, which was not rendered", maker.owner.id),
			}}
			if maker.result != nil && maker.result.State != model.BuildSkipped {
				j.result.State = model.BuildUnknown
			}
			s.left = append(s.left, j)
		}
	}
}

// maker finds a job that should have made an owner, and whether all of these
// were rendered.
func (s *scheduler) maker(builds []*model.Build) (found *job, rendered bool) {
	rendered = true
	for _, build := range builds {
		made := false
		for _, j := range s.jobsAt[build.Location] {
			made = true
			if j.result == nil || j.result.State != model.BuildRendered {
				found, rendered = j, false
			}
		}
		rendered = rendered && made
	}
	return found, rendered
}

// spreadRelevance makes what makes an owner as relevant as the owner.
func (s *scheduler) spreadRelevance(owners []*model.Object, makers map[model.Location][]*model.Build) {
	if s.opts.Relevance == nil {
		return
	}
	var spread func(at model.Location, relevance, depth int)
	spread = func(at model.Location, relevance, depth int) {
		if known, ok := s.relevant[at]; ok && known >= relevance || depth > maxOwnerDepth {
			return
		}
		s.relevant[at] = relevance
		for _, build := range makers[at] {
			spread(build.Location, relevance, depth+1)
		}
	}
	for _, object := range owners {
		spread(object.Location, s.opts.Relevance(object.ID, object.Location), 0)
	}
}

// written is an owner as its file has it.
func (s *scheduler) written(object *model.Object) *owner {
	o := &owner{id: object.ID, apiVersion: object.APIVersion, location: object.Location, places: places{}}
	o.body = wrapSpec(object.RawSpec)
	if node := s.builder.tree.document(object.Location); node != nil {
		var from origins
		from.tag(node, origin{file: object.Location.File})
		if spec := field(node, "spec"); spec != nil {
			placesOf(o.places, from, "spec", spec)
			o.body = appendJSON(nil, node, nil)
		}
	}
	return o
}

func wrapSpec(spec json.RawMessage) json.RawMessage {
	if len(spec) == 0 {
		spec = json.RawMessage("{}")
	}
	return slices.Concat(json.RawMessage(`{"spec":`), spec, json.RawMessage(`}`))
}

// document reads one document of the tree again; nil when it cannot.
func (t *tree) document(at model.Location) *yaml.Node {
	content, _, err := t.read(at.File)
	if err != nil {
		return nil
	}
	docs, err := documents(content)
	if err != nil && len(docs) <= at.Document {
		return nil
	}
	for _, doc := range docs {
		if doc.index != at.Document {
			continue
		}
		for _, item := range items(field(doc.node, "items")) {
			if item.Line == at.Line && strings.HasSuffix(text(doc.node, "kind"), "List") {
				return item
			}
		}
		return doc.node
	}
	return nil
}

// add queues an owner. The mutex is held, or no worker runs.
func (s *scheduler) add(parent *job, o *owner) {
	if len(s.jobs) >= maxBuilds {
		return
	}
	j := &job{owner: o, parent: parent, written: s.builds[o.location], number: len(s.jobs), relevance: s.relevant[o.location]}
	if parent == nil {
		j.root, j.made = j, map[model.ID]*model.EffectiveObject{}
		s.roots = append(s.roots, j)
	} else {
		j.root, j.depth = parent.root, parent.depth+1
		j.relevance = max(j.relevance, 0)
		parent.children = append(parent.children, j)
	}
	j.root.active++
	s.jobs = append(s.jobs, j)
	s.jobsAt[o.location] = append(s.jobsAt[o.location], j)
	s.enqueue(j)
}

func (s *scheduler) enqueue(j *job) {
	at, _ := slices.BinarySearchFunc(s.queue, j, func(a, b *job) int {
		return cmp.Or(cmp.Compare(a.relevance, b.relevance), cmp.Compare(a.depth, b.depth), cmp.Compare(b.number, a.number))
	})
	// The most relevant is the last. Of equals those come first that an owner has
	// just made, so that what time there is makes one cluster whole.
	s.queue = slices.Insert(s.queue, at, j)
	s.changed.Signal()
}

// work runs jobs until none is left or the time is up.
func (s *scheduler) work(workers int) {
	var wait sync.WaitGroup
	for range workers {
		wait.Go(s.worker)
	}
	stop := context.AfterFunc(s.ctx, func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	wait.Wait()
}

func (s *scheduler) worker() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for {
		for len(s.queue) == 0 && s.running > 0 && s.ctx.Err() == nil {
			s.changed.Wait()
		}
		if len(s.queue) == 0 || s.ctx.Err() != nil {
			s.changed.Broadcast()
			return
		}
		j := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		s.running++
		s.mutex.Unlock()
		built, wait := s.attempt(j)
		s.mutex.Lock()
		s.running--
		if wait {
			s.postpone(j)
		} else {
			s.finish(j, built)
		}
		s.changed.Broadcast()
	}
}

// postpone puts a job off until what it needs is made, or all else is done.
func (s *scheduler) postpone(j *job) {
	root := j.root
	root.active--
	root.waiting = append(root.waiting, j)
	s.release(root)
}

// release queues the jobs that wait for others when there are no others left.
func (s *scheduler) release(root *job) {
	if root.active > 0 {
		return
	}
	waiting := root.waiting
	root.waiting = nil
	for _, j := range waiting {
		j.waited = true
		root.active++
		s.enqueue(j)
	}
}

// finish takes a result in, and queues the owners in it.
func (s *scheduler) finish(j *job, built *result) {
	root := j.root
	root.active--
	if again := s.changedItself(j, built); again != nil {
		j.owner = again
		root.active++
		s.enqueue(j)
		return
	}
	j.result = built
	s.done++
	for i := range built.Objects {
		object := &built.Objects[i]
		root.made[object.ID] = object
		if !makesOthers(object.ID) || isAncestor(j, object.ID) || j.depth >= maxOwnerDepth {
			s.met[object.Location] = true
			continue
		}
		s.met[object.Location] = true
		s.add(j, &owner{id: object.ID, apiVersion: object.APIVersion, location: object.Location, body: object.Body, places: built.Places[i]})
	}
	if s.opts.Progress != nil {
		s.opts.Progress(s.done, len(s.jobs))
	}
	s.release(root)
}

// changedItself returns the owner of a job as the job makes it, if that is not
// what it was built from: Flux would go on with the new one.
func (s *scheduler) changedItself(j *job, built *result) *owner {
	if j.rounds >= maxRounds || built.State != model.BuildRendered {
		return nil
	}
	for i := range built.Objects {
		object := &built.Objects[i]
		if object.ID != j.owner.id || sameSpec(object.Body, j.owner.body) {
			continue
		}
		j.rounds++
		return &owner{id: object.ID, apiVersion: object.APIVersion, location: object.Location, body: object.Body, places: built.Places[i]}
	}
	return nil
}

func sameSpec(a, b json.RawMessage) bool {
	var one, other struct {
		Spec any `json:"spec"`
	}
	if json.Unmarshal(a, &one) != nil || json.Unmarshal(b, &other) != nil {
		return false
	}
	first, errFirst := json.Marshal(one.Spec)
	second, errSecond := json.Marshal(other.Spec)
	return errFirst == nil && errSecond == nil && string(first) == string(second)
}

func isAncestor(j *job, id model.ID) bool {
	for ; j != nil; j = j.parent {
		if j.owner.id == id {
			return true
		}
	}
	return false
}

// attempt builds a job, and leaves it behind when its time is up. It is true
// when the job has to wait for others.
func (s *scheduler) attempt(j *job) (built *result, wait bool) {
	ctx := s.ctx
	if s.opts.Budget <= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultBuildTime)
		defer cancel()
	}
	type outcome struct {
		built *result
		wait  bool
	}
	finished := make(chan outcome, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				finished <- outcome{built: failure(fmt.Errorf("recovered from panic: %v", r))}
			}
		}()
		built, wait := s.render(ctx, j)
		finished <- outcome{built, wait}
	}()
	select {
	case o := <-finished:
		if o.built != nil && ctx.Err() != nil && o.built.State == model.BuildSkipped {
			j.abandoned = true
		}
		return o.built, o.wait
	case <-ctx.Done():
		j.abandoned = true
		return refusal(ctx.Err()), false
	}
}

// render builds a job.
func (s *scheduler) render(ctx context.Context, j *job) (built *result, wait bool) {
	switch j.owner.id.Kind {
	case "FluxInstance":
		return s.builder.instance(ctx, j.owner), false
	case "ResourceSet":
		return s.resourceSet(ctx, j)
	}
	dir, refused := s.folder(j)
	if refused != nil {
		return refused, false
	}
	vars, wait, err := s.variables(ctx, j)
	if wait {
		return nil, true
	}
	if err != nil {
		return failure(err), false
	}
	var ignored []string
	if j.written != nil {
		ignored = j.written.Ignored
	}
	v := newView(ctx, s.builder.tree, ignored)
	return s.opts.Cache.through(v, s.cacheKey(j, dir, ignored, vars), func() *result {
		return s.builder.build(v, j.owner, dir, vars)
	}), false
}

// folder finds what a Kustomization builds.
func (s *scheduler) folder(j *job) (string, *result) {
	if err := j.owner.decode(); err != nil {
		return "", failure(err)
	}
	spec := &j.owner.spec
	dir := inTree(spec.Path)
	var from model.BuildSource
	if j.written != nil {
		from = j.written.Source
		if object := s.objects[j.written.Location]; object != nil && kustomization(object).Path == spec.Path {
			dir = j.written.Path
		}
	} else {
		from = s.sourceOf(j)
	}
	switch from {
	case model.SourceOther:
		return dir, &result{State: model.BuildUnknown, Path: dir, Reason: fmt.Sprintf("its source, %s, is not this repository", sourceName(spec.SourceRef))}
	case model.SourceUnknown:
		if s.builder.tree.kind(dir) != isFolder {
			return dir, &result{State: model.BuildUnknown, Path: dir, Reason: fmt.Sprintf("it cannot be told what its source, %s, holds", sourceName(spec.SourceRef))}
		}
	case model.SourceAssumed:
		if s.builder.tree.kind(dir) != isFolder {
			return dir, &result{State: model.BuildUnknown, Path: dir, Reason: fmt.Sprintf("there is no folder /%s in this repository", dir)}
		}
	case model.SourceTree:
	}
	return dir, nil
}

func sourceName(ref source) string { return ref.Kind + "/" + ref.Name }

// sourceOf tells the source of an owner that is not written, from others with
// the same.
func (s *scheduler) sourceOf(j *job) model.BuildSource {
	if j.parent != nil && j.parent.owner.id.Kind == "FluxInstance" && j.parent.written != nil {
		return j.parent.written.Source
	}
	if found, ok := s.sources[sourceID(j.owner.spec.SourceRef, j.owner.id)]; ok {
		return found
	}
	return model.SourceUnknown
}

// sourceID is the identity of the source that an owner names.
func sourceID(ref source, owner model.ID) source {
	if ref.Namespace == "" {
		ref.Namespace = owner.Namespace
	}
	ref.APIVersion = ""
	return ref
}

// rendering lists the builds: each root, followed by what it makes.
func (s *scheduler) rendering() *model.Rendering {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	rendering := &model.Rendering{}
	var list func(j *job, parent int)
	list = func(j *job, parent int) {
		built := j.result
		if built == nil {
			built = &result{State: model.BuildSkipped, Reason: "the time was up"}
		}
		index := len(rendering.Builds)
		rendering.Builds = append(rendering.Builds, model.RenderedBuild{
			Owner: j.owner.id, Location: j.owner.location, Parent: parent, Path: built.Path,
			State: built.State, Reason: built.Reason, Cached: built.cached, Objects: built.Objects, Unknown: built.Unknown,
		})
		for _, child := range j.children {
			list(child, index)
		}
	}
	for _, root := range s.roots {
		list(root, -1)
	}
	for _, j := range s.left {
		list(j, -1)
	}
	return rendering
}

// problems say what was left out.
func (s *scheduler) problems() []model.Problem {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var problems []model.Problem
	skipped := len(s.left)
	for _, j := range s.jobs {
		switch {
		case j.abandoned:
			problems = append(problems, model.Problem{
				Source: "repository", Code: "BuildAbandoned",
				Message: fmt.Sprintf("%s (%s) was not built to its end in the time it had", j.owner.id, j.owner.location),
				Hint:    "render without a limit with --deep, or raise --render-timeout",
			})
		case j.result == nil:
			skipped++
		case j.result.State == model.BuildSkipped:
			problems = append(problems, model.Problem{
				Source: "repository", Code: "BuildRefused",
				Message: fmt.Sprintf("%s (%s) was not built: %s", j.owner.id, j.owner.location, j.result.Reason),
				Hint:    "split what it builds into several Kustomizations",
			})
		}
	}
	if skipped > 0 && s.ctx.Err() != nil {
		problems = append(problems, model.Problem{
			Source: "repository", Code: "RenderingIncomplete",
			Message: fmt.Sprintf("%d of %d Flux objects that are known to build something were not rendered in time", skipped, len(s.jobs)+len(s.left)),
			Hint:    "render without a limit with --deep, or raise --render-timeout",
		})
	}
	return problems
}
