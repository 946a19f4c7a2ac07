package rules

import (
	"iter"
	"slices"
	"sync"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// index holds the facts with the look-ups that rules share. It is made once
// for a run; rules, which work side by side, do not change it.
type index struct {
	*model.Facts
	// objects are the Flux objects to judge, in the order of the facts: as they
	// run, else as Flux would apply them, else as they are written. Patches and
	// templates are none.
	objects []*model.Object
	// named finds everything that both sides know, Flux object or not, by group,
	// kind and name; whoever looks compares namespaces.
	named map[model.ID][]known
	// document is the document in each place of the repository, written the
	// Flux object as it stands there.
	document map[model.Location]*model.Document
	written  map[model.Location]*model.Object
	// manifestAt is the manifest in each place of the repository.
	manifestAt map[model.Location]*model.Manifest
	// effective are Flux objects as Flux would apply them, by the place that
	// defines them.
	effective map[model.Location][]*model.Object
	// madeBy are the objects that a rendered build of an object gives.
	madeBy map[model.Location][]*model.Object
	// builds are the builds that an object owns, builders those that read a
	// file.
	builds   map[model.Location][]*model.Build
	builders map[string][]*model.Build
	// entries are the files with objects that build something.
	entries map[string]bool
	// inFile are the Flux objects that a file defines.
	inFile map[string][]*model.Object
	// ofKind are the manifests that are no patches by group and kind, ofName by
	// name as well, and generated what kustomizations generate.
	ofKind, ofName map[model.ID][]*model.Manifest
	generated      map[model.ID][]generated
	// variables are those of each file.
	variables map[string][]model.Variable
	// consumers are the objects that use a source.
	consumers map[*model.Object][]*model.Object
	// roots are folders that a cluster syncs, each with a trailing slash; the
	// longest first. clusters is what clusterOf has answered, a string by file.
	roots    []string
	clusters sync.Map
	// versions are the Flux versions that the facts tell of.
	versions []fluxVersion
	patches  *patches
	// folders are those that hold documents, found when the first rule asks.
	folders func() map[string]bool
	// silenced are the rules that annotations silence, by document.
	silenced map[model.Location][]string
}

// generated is an object of a kustomization's generators.
type generated struct {
	file   string
	object *model.GeneratedObject
}

// known is one object that exists, in Git or in the cluster.
type known struct {
	model.ID
	model.Location
	live bool
	// cluster is the synced folder that the place lies in.
	cluster string
	// object is nil for kinds outside the Flux table.
	object *model.Object
}

func newIndex(facts *model.Facts) *index {
	repository := facts.Repository
	if repository == nil {
		repository = &model.Repository{}
	}
	// The large maps get their room at once: of a large repository, growing them
	// is a third of all that is done here.
	x := &index{
		Facts:      facts,
		named:      make(map[model.ID][]known, len(repository.Documents)),
		document:   make(map[model.Location]*model.Document, len(repository.Documents)),
		written:    make(map[model.Location]*model.Object, len(repository.Objects)),
		builds:     map[model.Location][]*model.Build{},
		builders:   make(map[string][]*model.Build, repository.YAMLFiles),
		entries:    map[string]bool{},
		inFile:     map[string][]*model.Object{},
		ofKind:     map[model.ID][]*model.Manifest{},
		ofName:     make(map[model.ID][]*model.Manifest, len(repository.Manifests)),
		generated:  map[model.ID][]generated{},
		variables:  map[string][]model.Variable{},
		consumers:  map[*model.Object][]*model.Object{},
		manifestAt: make(map[model.Location]*model.Manifest, len(repository.Manifests)),
		roots:      syncRoots(facts),
		folders:    sync.OnceValue(func() map[string]bool { return foldersOf(repository.Documents) }),
	}
	x.indexRepository(repository)
	x.effective, x.madeBy = effective(facts)
	judged := make(map[model.Location]bool, len(facts.Objects))
	for _, object := range facts.Objects {
		if !live(object) && x.isPatch(object.Location) {
			continue
		}
		judged[object.Location] = true
		if rendered := x.effective[object.Location]; !live(object) && len(rendered) > 0 {
			for _, object := range rendered {
				x.addJudged(object)
			}
			continue
		}
		x.addJudged(object)
	}
	// What ResourceSets make has no document of its own.
	for at, objects := range x.effective {
		if x.document[at] == nil {
			for _, object := range objects {
				x.addObject(object)
			}
		}
	}
	if facts.Cluster != nil {
		for _, object := range facts.Cluster.Outside {
			x.addObject(object)
		}
	}
	for i := range repository.Documents {
		if document := &repository.Documents[i]; !document.Patch && !judged[document.Location] {
			x.addDocument(document)
		}
	}
	x.versions = fluxVersions(facts)
	x.patches = newPatches(facts)
	x.silenced = annotated(facts)
	x.indexConsumers()
	return x
}

func (x *index) indexRepository(repository *model.Repository) {
	for i := range repository.Documents {
		x.document[repository.Documents[i].Location] = &repository.Documents[i]
	}
	for _, object := range repository.Objects {
		x.written[object.Location] = object
	}
	for _, variable := range repository.Variables {
		x.variables[variable.File] = append(x.variables[variable.File], variable)
	}
	for i := range repository.Builds {
		build := &repository.Builds[i]
		x.builds[build.Location] = append(x.builds[build.Location], build)
		x.entries[build.File] = true
		for _, file := range build.Files {
			x.builders[file] = append(x.builders[file], build)
		}
	}
	for i := range repository.Kustomizations {
		file := repository.Kustomizations[i].File
		for j := range repository.Kustomizations[i].Generated {
			object := &repository.Kustomizations[i].Generated[j]
			x.add(known{
				ID:       model.ID{Kind: object.Kind, Namespace: object.Namespace, Name: object.Name},
				Location: model.Location{File: file, Line: object.Line},
			})
			id := model.ID{Kind: object.Kind, Name: object.Name}
			x.generated[id] = append(x.generated[id], generated{file, object})
		}
	}
	for i := range repository.Manifests {
		manifest := &repository.Manifests[i]
		x.manifestAt[manifest.Location] = manifest
		for _, made := range produces(manifest) {
			x.add(known{ID: made, Location: manifest.Location})
		}
		if !x.isPatch(manifest.Location) {
			kind, name := model.ID{Group: manifest.Group, Kind: manifest.Kind}, withoutNamespace(manifest.ID)
			x.ofKind[kind] = append(x.ofKind[kind], manifest)
			x.ofName[name] = append(x.ofName[name], manifest)
		}
	}
}

func (x *index) isPatch(at model.Location) bool {
	document := x.document[at]
	return document != nil && document.Patch
}

func (x *index) add(k known) {
	k.cluster = x.clusterOf(k.File)
	key := withoutNamespace(k.ID)
	x.named[key] = append(x.named[key], k)
}

// addJudged adds an object that rules judge.
func (x *index) addJudged(object *model.Object) {
	x.addObject(object)
	if !templated(object.Name) && !templated(object.Namespace) {
		x.objects = append(x.objects, object)
		x.inFile[object.Location.File] = append(x.inFile[object.Location.File], object)
	}
}

// addObject makes an object known under each namespace that it gets.
func (x *index) addObject(object *model.Object) {
	k := known{ID: object.ID, Location: object.Location, live: live(object), object: object}
	x.add(k)
	if document := x.document[object.Location]; document != nil && !k.live {
		for _, namespace := range document.Namespaces {
			k.Namespace = namespace
			x.add(k)
		}
	}
	// An ArtifactGenerator makes one ExternalArtifact for each of its entries.
	if spec, ok := object.Spec.(*fluxkind.ArtifactGenerator); ok {
		for _, artifact := range spec.Artifacts {
			x.add(known{
				ID:       model.ID{Group: fluxkind.GroupSource, Kind: "ExternalArtifact", Namespace: object.Namespace, Name: artifact.Name},
				Location: object.Location, live: k.live,
			})
		}
	}
}

func (x *index) addDocument(document *model.Document) {
	k := known{ID: document.ID(), Location: document.Location}
	x.add(k)
	for _, namespace := range document.Namespaces {
		k.Namespace = namespace
		x.add(k)
	}
}

// indexConsumers notes who uses which source.
func (x *index) indexConsumers() {
	for _, object := range x.objects {
		if object.Spec == nil {
			continue
		}
		for _, ref := range object.Spec.References(object.ID) {
			if ref.Relation != model.RelationSource {
				continue
			}
			for _, k := range x.candidates(object, ref.Target) {
				if k.object != nil {
					x.consumers[k.object] = append(x.consumers[k.object], object)
				}
			}
		}
	}
}

// namespaceID is the identity of a Namespace.
func namespaceID(name string) model.ID { return model.ID{Kind: "Namespace", Name: name} }

func withoutNamespace(id model.ID) model.ID {
	id.Namespace = ""
	return id
}

// specs yields the objects of one kind with their typed spec.
func specs[T model.Spec](x *index) iter.Seq2[*model.Object, T] {
	return func(yield func(*model.Object, T) bool) {
		for _, object := range x.objects {
			if spec, ok := object.Spec.(T); ok && !yield(object, spec) {
				return
			}
		}
	}
}

// manifests yields the manifests of one kind that are objects of their own.
func (x *index) manifests(group, kind string) iter.Seq[*model.Manifest] {
	return slices.Values(x.ofKind[model.ID{Group: group, Kind: kind}])
}

// live is true when the object was read from a cluster.
func live(object *model.Object) bool { return object.Origin&model.FromCluster != 0 }

// inGit is true when the repository defines the object.
func inGit(object *model.Object) bool { return object.Location.File != "" }
