package gitrepo

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// sources knows whose content the sources of the tree hold: this repository's,
// an artifact that is made of it, or something from elsewhere.
type sources struct {
	*graph
	// objects are the sources that the tree defines, by kind and name.
	objects map[string][]written
	// syncs are the sources that Flux Operator instances make, in the same way.
	syncs map[string][]operatorSync
	// artifacts are what ArtifactGenerators make, by name.
	artifacts map[string][]*artifact
	// remotes are the addresses of this repository.
	remotes []string
	// own are sources with a Kustomization that builds the folder in which it
	// stands itself: they can only be this repository.
	own map[*model.Object]bool
	// branches are those that own sources and instances follow, and the one that
	// is checked out.
	branches map[string]bool
	pushes   []push
}

// written is a Flux object and its file.
type written struct {
	parsedObject
	file *file
}

// push is a folder that a pipeline pushes as an artifact.
type push struct {
	target *regexp.Regexp
	folder string
}

// content is what a source hands to the controllers.
type content struct {
	source model.BuildSource
	view   view
	// ignored is the text of the ignore rules, origins the folders of the
	// repository that the folders of a generated artifact come from.
	ignored string
	origins map[string]string
}

func newSources(g *graph, pipelines []model.Pipeline) *sources {
	s := &sources{
		graph: g, objects: map[string][]written{}, syncs: map[string][]operatorSync{}, artifacts: map[string][]*artifact{},
		own: map[*model.Object]bool{}, branches: map[string]bool{},
	}
	if branch := g.git.Branch; branch != "" {
		s.branches[branch] = true
	}
	for _, remote := range g.git.Remotes {
		s.remotes = append(s.remotes, model.RepositoryAddress(remote.URL))
	}
	for _, pipeline := range pipelines {
		for _, step := range pipeline.Steps {
			if step.Does == model.PipelinePushes && strings.HasPrefix(step.Target, "oci://") && step.Path != "" && !isTemplated(step.Path) {
				if folder, climbs := clamp(step.Path); !climbs {
					s.pushes = append(s.pushes, push{target: addressPattern(step.Target), folder: folder})
				}
			}
		}
	}
	var kustomizations, generators []written
	for o := range g.objects() {
		switch spec := o.spec.(type) {
		case *fluxkind.GitRepository, *fluxkind.OCIRepository, *fluxkind.Bucket, *fluxkind.ExternalArtifact:
			key := o.Kind + "/" + o.Name
			s.objects[key] = append(s.objects[key], o)
		case *fluxkind.Kustomization:
			kustomizations = append(kustomizations, o)
		case *fluxkind.ArtifactGenerator:
			generators = append(generators, o)
		case *fluxkind.FluxInstance, *fluxkind.HelmRelease:
			if sync, ok := syncOf(o, spec); ok {
				key := sync.kind + "/" + sync.name
				s.syncs[key] = append(s.syncs[key], sync)
				if branch, ok := strings.CutPrefix(sync.ref, "refs/heads/"); ok {
					s.branches[branch] = true
				}
			}
		}
	}
	for _, k := range kustomizations {
		spec := k.spec.(*fluxkind.Kustomization)
		folder, climbs := clamp(spec.Path)
		if inside, ok := s.inScan(folder); ok {
			folder = inside
		}
		// A path outside of the scanned folder may be meant from that folder: an
		// example, or a vendored copy, is a repository of its own.
		if folder != "" && !climbs && strings.HasPrefix(k.file.name, folder+"/") {
			if source, ok := nearest(s.objects[spec.SourceRef.Kind+"/"+spec.SourceRef.Name], k, spec.SourceRef.Namespace); ok {
				s.own[source.Object] = true
				if spec, ok := source.spec.(*fluxkind.GitRepository); ok && spec.Ref != nil && spec.Ref.Branch != "" {
					s.branches[spec.Ref.Branch] = true
				}
			}
		}
	}
	for _, generator := range generators {
		s.addArtifacts(generator)
	}
	return s
}

// objects yields the Flux objects of the tree that are no patches.
func (g *graph) objects() func(yield func(written) bool) {
	return func(yield func(written) bool) {
		for _, f := range g.tree.files {
			if f.parsed == nil || len(f.parsed.objects) == 0 || g.of(f).uses&(usePatch|useResource) == usePatch {
				continue
			}
			for _, object := range f.parsed.objects {
				if !yield(written{object, f}) {
					return
				}
			}
		}
	}
}

// nearest chooses the object that another means: one whose namespace does not
// contradict, of several the one whose file is closest. Namespaces that
// kustomizations set are not known here.
func nearest[T interface{ place() written }](candidates []T, from written, namespace string) (best T, ok bool) {
	if namespace == "" {
		namespace = from.Namespace
	}
	closest := -1
	for _, candidate := range candidates {
		at := candidate.place()
		if namespace != "" && at.Namespace != "" && at.Namespace != namespace {
			continue
		}
		if common := commonFolders(at.file.name, from.file.name); common > closest {
			best, ok, closest = candidate, true, common
		}
	}
	return best, ok
}

func (w written) place() written { return w }

func commonFolders(a, b string) int {
	common := 0
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			common++
		}
	}
	return common
}

// of returns the content of the source that an object names.
func (s *sources) of(from written, ref fluxkind.ObjectRef) content {
	return s.resolve(from, ref, 0)
}

func (s *sources) resolve(from written, ref fluxkind.ObjectRef, depth int) content {
	if isTemplated(ref.Name) || depth > maxAliasChain {
		return content{source: model.SourceUnknown}
	}
	key := ref.Kind + "/" + ref.Name
	if ref.Kind == "ExternalArtifact" {
		if made, ok := nearest(s.artifacts[key], from, ref.Namespace); ok {
			return made.content(s, depth)
		}
		return content{source: model.SourceUnknown}
	}
	if object, ok := nearest(s.objects[key], from, ref.Namespace); ok {
		switch spec := object.spec.(type) {
		case *fluxkind.GitRepository:
			if s.own[object.Object] {
				return s.repository(model.SourceTree, "", spec.Ignore)
			}
			return s.gitContent(spec.URL, !s.otherRevision(spec), spec.Ignore)
		case *fluxkind.OCIRepository:
			return s.artifactContent(spec.URL, spec.Ignore)
		}
		return content{source: model.SourceOther}
	}
	if sync, ok := nearest(s.syncs[key], from, ref.Namespace); ok {
		if sync.kind == "OCIRepository" {
			return s.artifactContent(sync.url, nil)
		}
		return s.gitContent(sync.url, true, nil)
	}
	if ref.Kind == "GitRepository" || ref.Kind == "OCIRepository" || ref.Kind == "" {
		// Bootstrap and the Flux Operator make sources that no file holds, and
		// a patch may set the reference.
		return s.repository(model.SourceUnknown, "", nil)
	}
	return content{source: model.SourceUnknown}
}

// gitContent is the content of a Git repository with an address. current is
// false when the source follows something else than what is checked out.
func (s *sources) gitContent(url string, current bool, ignore *string) content {
	switch {
	case isTemplated(url) || len(s.remotes) == 0:
		return s.repository(model.SourceUnknown, "", ignore)
	case !slices.Contains(s.remotes, model.RepositoryAddress(url)):
		return content{source: model.SourceOther}
	case current:
		return s.repository(model.SourceTree, "", ignore)
	}
	return s.repository(model.SourceUnknown, "", ignore)
}

// otherRevision is true for a source that follows a tag, a commit or a branch
// that nothing else of this repository follows.
func (s *sources) otherRevision(spec *fluxkind.GitRepository) bool {
	ref := spec.Ref
	if ref == nil {
		return false
	}
	if ref.Tag != "" || ref.SemVer != "" || ref.Commit != "" || ref.Name != "" {
		return true
	}
	return ref.Branch != "" && len(s.branches) > 0 && !s.branches[ref.Branch]
}

// artifactContent is the content of an OCI artifact: the folder that a pipeline pushes
// to its address, else perhaps the whole repository.
func (s *sources) artifactContent(url string, ignore *string) content {
	for _, push := range s.pushes {
		if push.target.MatchString(strings.TrimPrefix(url, "oci://")) {
			if folder, ok := s.inScan(push.folder); ok && s.all.folders[folder] {
				return s.repository(model.SourceTree, folder, ignore)
			}
		}
	}
	return s.repository(model.SourceUnknown, "", ignore)
}

// repository is the content of this repository, or of a folder of it.
func (s *sources) repository(source model.BuildSource, folder string, ignore *string) content {
	c := content{source: source, view: view{paths: s.all, root: folder, ignored: s.ignores.without(ignore)}}
	if ignore != nil {
		c.ignored = *ignore
	}
	return c
}

// inScan turns a folder of the repository into one of the scanned folder, which
// may lie further down; ok is false when it is outside.
func (s *sources) inScan(folder string) (string, bool) {
	prefix := s.git.Prefix
	switch {
	case prefix == "" || folder == prefix:
		return strings.TrimPrefix(folder, prefix), true
	case strings.HasPrefix(folder, prefix+"/"):
		return folder[len(prefix)+1:], true
	}
	return "", false
}

// isTemplated is true for text with variables or expressions in it.
func isTemplated(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "{{") || strings.Contains(text, "<<") || strings.Contains(text, "$(")
}

var pipelineVariable = lazyregexp.New(`\$\{\{.*?\}\}|\$\{.*?\}|\$\(.*?\)|\$[A-Za-z_][A-Za-z0-9_]*`)

// addressPattern matches the addresses that a pipeline may push to, without the
// tag; variables stand for anything.
func addressPattern(target string) *regexp.Regexp {
	target = strings.TrimPrefix(target, "oci://")
	var pattern strings.Builder
	pattern.WriteString("(?i)^")
	end := 0
	for _, found := range pipelineVariable().FindAllStringIndex(target, -1) {
		pattern.WriteString(regexp.QuoteMeta(target[end:found[0]]) + ".*")
		end = found[1]
	}
	rest := target[end:]
	if i := strings.IndexAny(rest, ":@"); i >= 0 && strings.Contains(target[:end]+rest[:i], "/") {
		rest = rest[:i]
	}
	pattern.WriteString(regexp.QuoteMeta(rest) + "$")
	return regexp.MustCompile(pattern.String())
}
