package gitrepo

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxEvidence is how many places one statement names.
const maxEvidence = 5

// analyse reads the project as a whole out of what the scan found, and fills
// the fields of repo that describe it: the structure, clusters, environments
// and tenants, the analysis, and the topics that the project asks for. files are
// all files of the tree as the report writes them, sorted; read returns a file's
// content and may fail.
func analyse(repo *model.Repository, files []string, read func(name string) ([]byte, error)) {
	p := newProject(repo, files, read)
	p.findLayout()
	p.reach()

	repo.GitOpsFolders = p.gitOpsFolders()
	repo.Clusters = names(p.clusters, func(c *cluster) string { return c.name })
	repo.Environments = p.environments
	repo.Tenants = names(p.tenants, func(t *tenant) string { return t.name })
	repo.Pattern = p.pattern()
	repo.Releases = p.releases()
	// The later parts look at the earlier ones.
	a := &repo.Analysis
	*a = model.Analysis{Structure: p.structureStatements(), Applications: p.applications(), Targets: p.targets(), Sources: p.sourceUses()}
	a.Dependencies = p.dependencies()
	a.Workflows = p.workflowStatements()
	a.Promotion = p.promotionStatements()
	a.Access = p.accessStatements()
	a.Migration = p.migrationStatements()
	a.Optimisation = p.optimisationStatements()
	a.Compliance = p.practices()
	repo.Requirements = p.requirements()
}

// project is the repository with the indexes that the analysis needs.
type project struct {
	repo  *model.Repository
	files []string
	read  func(name string) ([]byte, error)

	// objects are the Flux objects that are no patches, by kind.
	objects map[string][]*model.Object
	named   map[string][]*model.Object // by kind/name
	patches []*model.Object
	// patchAt are the documents that are only patches.
	patchAt map[model.Location]bool
	// manifestFolders are the folders that hold Kubernetes documents or
	// kustomizations, and all folders above them.
	manifestFolders map[string]bool
	children        map[string][]string
	kustomizeFiles  map[string]*model.KustomizeFile // by folder

	clusters     []*cluster
	environments []string
	// environmentFolders are folders that belong to one environment.
	environmentFolders map[string]string
	tenants            []*tenant
	controllers        []controllerFile
	users              map[*model.Object]int
	own                map[*model.Object]bool // see ownSources

	references       map[*model.Object][]model.Reference
	namespaces       map[model.Location]string // of objects that name none
	tenantNamespaces map[string]string         // tenant by namespace

	buildsOf      map[string][]int // by file
	buildClusters [][]int          // clusters that each build reaches
}

func newProject(repo *model.Repository, files []string, read func(string) ([]byte, error)) *project {
	p := &project{
		repo: repo, files: files, read: read,
		objects: map[string][]*model.Object{}, named: map[string][]*model.Object{}, patchAt: map[model.Location]bool{}, manifestFolders: map[string]bool{}, children: map[string][]string{},
		kustomizeFiles: map[string]*model.KustomizeFile{}, references: make(map[*model.Object][]model.Reference, len(repo.Objects)),
		namespaces: map[model.Location]string{}, tenantNamespaces: map[string]string{}, environmentFolders: map[string]string{}, buildsOf: map[string][]int{},
	}
	for i := range repo.Documents {
		d := &repo.Documents[i]
		p.addFolder(path.Dir(d.File))
		if d.Patch {
			p.patchAt[d.Location] = true
		}
		if d.Namespace == "" && len(d.Namespaces) == 1 {
			p.namespaces[d.Location] = d.Namespaces[0]
		}
	}
	for i := range repo.Kustomizations {
		k := &repo.Kustomizations[i]
		p.kustomizeFiles[folderOf(k.File)] = k
		p.addFolder(path.Dir(k.File))
	}
	for _, folders := range p.children {
		slices.Sort(folders)
	}
	for _, o := range repo.Objects {
		switch {
		case o.Spec == nil: // a kind that the table does not know
		case p.patchAt[o.Location]:
			p.patches = append(p.patches, o)
		default:
			p.objects[o.Kind] = append(p.objects[o.Kind], o)
			p.named[o.Kind+"/"+o.Name] = append(p.named[o.Kind+"/"+o.Name], o)
		}
	}
	for i, build := range repo.Builds {
		for _, file := range build.Files {
			p.buildsOf[file] = append(p.buildsOf[file], i)
		}
	}
	return p
}

func (p *project) addFolder(folder string) {
	for folder != "." && !p.manifestFolders[folder] {
		p.manifestFolders[folder] = true
		parent := path.Dir(folder)
		p.children[parent] = append(p.children[parent], folder)
		folder = parent
	}
}

// reach finds out which clusters each build belongs to: a cluster builds the
// objects in its own folder, and whatever those build in turn.
func (p *project) reach() {
	p.buildClusters = make([][]int, len(p.repo.Builds))
	owned := map[string][]int{} // builds by the file of their owner
	for i, build := range p.repo.Builds {
		owned[build.File] = append(owned[build.File], i)
	}
	for c, cluster := range p.clusters {
		seen := make([]bool, len(p.repo.Builds))
		var queue []int
		enter := func(builds []int) {
			for _, b := range builds {
				if !seen[b] {
					seen[b] = true
					queue = append(queue, b)
				}
			}
		}
		for file, builds := range owned {
			if cluster.covers(file) || slices.Contains(cluster.syncFiles, file) {
				enter(builds)
			}
		}
		for b, build := range p.repo.Builds {
			// A remote cluster's objects lie on the cluster that manages it.
			if cluster.covers(build.Path) {
				enter([]int{b})
			}
		}
		for len(queue) > 0 {
			b := queue[0]
			queue = queue[1:]
			p.buildClusters[b] = append(p.buildClusters[b], c)
			for _, file := range p.repo.Builds[b].Files {
				enter(owned[file])
			}
		}
	}
}

// clustersOf are the clusters that build a file, as indexes in order.
func (p *project) clustersOf(file string) []int {
	var found []int
	for _, b := range p.buildsOf[file] {
		found = append(found, p.buildClusters[b]...)
	}
	for c, cluster := range p.clusters {
		if cluster.covers(file) {
			found = append(found, c)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// within reports whether a path is the folder or lies below it.
func within(folder, name string) bool {
	return folder == "" || name == folder || strings.HasPrefix(name, folder+"/")
}

// folderOf is the folder of a file, empty for the root.
func folderOf(file string) string {
	return file[:max(strings.LastIndexByte(file, '/'), 0)]
}

// spec is the typed spec of an object, nil when it is of another kind.
func spec[T any](o *model.Object) *T {
	s, _ := any(o.Spec).(*T)
	return s
}

// flux are the objects of one kind of the Flux table that are no patches.
func (p *project) flux(kind string) []*model.Object { return p.objects[kind] }

// kustomizations and the like are used often.
func (p *project) kustomizations() []*model.Object { return p.flux("Kustomization") }

func (p *project) helmReleases() []*model.Object { return p.flux("HelmRelease") }

// hasFlux is true when the repository holds any Flux object.
func (p *project) hasFlux() bool {
	for _, objects := range p.objects {
		if len(objects) > 0 {
			return true
		}
	}
	return false
}

// at is an object as evidence, at the line of one of its fields.
func at(o *model.Object, field string) model.Evidence {
	e := model.Evidence{Location: o.Location, Object: o.ID}
	if line := o.Lines.Of(field); line > 0 {
		e.Line = line
	}
	return e
}

// inFolder is the first document below a folder as evidence of it, or its first
// file.
func (p *project) inFolder(folder string) model.Evidence {
	below := folder + "/"
	documents := p.repo.Documents
	i, _ := slices.BinarySearchFunc(documents, below, func(d model.Document, name string) int { return strings.Compare(d.File, name) })
	if i < len(documents) && strings.HasPrefix(documents[i].File, below) {
		return model.Evidence{Location: documents[i].Location, Object: documents[i].ID()}
	}
	if i, _ := slices.BinarySearch(p.files, below); i < len(p.files) && strings.HasPrefix(p.files[i], below) {
		return inFile(p.files[i], 1)
	}
	return inFile(folder, 0)
}

func inFile(file string, line int) model.Evidence {
	return model.Evidence{Location: model.Location{File: file, Line: line}}
}

func manifestEvidence(m *model.Manifest) model.Evidence {
	return model.Evidence{Location: m.Location, Object: m.ID}
}

// statement makes one, with the first few places as evidence.
func statement(topic, text, next string, evidence []model.Evidence) model.Statement {
	evidence = slices.Clone(evidence)
	slices.SortFunc(evidence, compareEvidence)
	found := len(evidence)
	evidence = slices.Compact(evidence)
	return model.Statement{Topic: topic, Text: text, Next: next, Count: found, Evidence: evidence[:min(len(evidence), maxEvidence)]}
}

func compareEvidence(a, b model.Evidence) int {
	return cmp.Or(
		strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Document, b.Document), a.Object.Compare(b.Object),
	)
}

// names maps and sorts, each name once.
func names[T any](list []T, name func(T) string) []string {
	found := make([]string, 0, len(list))
	for _, item := range list {
		found = append(found, name(item))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// enumerate writes names as people do: "a, b and c"; past the limit it counts.
func enumerate(list []string) string {
	const limit = 5
	switch {
	case len(list) == 0:
		return ""
	case len(list) == 1:
		return list[0]
	case len(list) > limit:
		return fmt.Sprintf("%s and %d more", strings.Join(list[:limit-1], ", "), len(list)-limit+1)
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// count writes a number with its noun: "1 cluster", "2 clusters".
func count(n int, singular, plural string) string {
	if n == 1 {
		return "1 " + singular
	}
	return fmt.Sprintf("%d %s", n, plural)
}

// refs are the objects that an object names.
func (p *project) refs(o *model.Object) []model.Reference {
	refs, ok := p.references[o]
	if !ok {
		refs = o.Spec.References(o.ID)
		p.references[o] = refs
	}
	return refs
}

// sourceOf is the source that an object fetches from; zero when it names none.
func (p *project) sourceOf(o *model.Object) model.ID {
	for _, ref := range p.refs(o) {
		if ref.Relation == model.RelationSource && fluxkind.SourceGroup(ref.Target.Kind) != "" {
			return ref.Target
		}
	}
	return model.ID{}
}

// dependsOn are the objects that an object waits for.
func (p *project) dependsOn(o *model.Object) []model.ID {
	var waits []model.ID
	for _, ref := range p.refs(o) {
		if ref.Relation == model.RelationDependsOn {
			waits = append(waits, ref.Target)
		}
	}
	return waits
}

// namespaceOf is the namespace of an object: its own, or the one that all
// builds of its file give.
func (p *project) namespaceOf(o *model.Object) string {
	if o.Namespace != "" {
		return o.Namespace
	}
	return p.namespaces[o.Location]
}
