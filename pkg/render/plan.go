package render

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

var (
	errBuildTooLarge = errors.New("it reads more than fits into one build")
	errCycle         = errors.New("cycle of kustomizations")
	errRemote        = errors.New("remote bases are not built")
	errGrows         = errors.New("its patches and replacements can grow an object beyond all measure")
)

// layer is one kustomization as a build reads it, with all that it includes.
type layer struct {
	// dir is the folder, file the kustomization file in it; empty when Flux
	// generates one.
	dir  string
	file string
	// kustomization is nil when the file cannot be read.
	kustomization *types.Kustomization
	node          *yaml.Node
	resources     []included
	components    []*layer
}

// included is an entry of resources: a file, or another kustomization.
type included struct {
	file  string
	layer *layer
}

// plan is what a build would read, found without building. It is refused when
// kustomize must not run on it.
type plan struct {
	root *layer
	// refused is why kustomize must not run, nil when it may.
	refused error
	// exclusive is true when the build sets a schema of its own, which kustomize
	// keeps for the whole process.
	exclusive bool

	// docs are the documents of the resources and patches, by file.
	docs map[string][]document

	view    *view
	parsed  *parsedFiles
	files   int
	bytes   int
	layers  int
	growths int
}

// parsedFile is a kustomization file, read once for all builds.
type parsedFile struct {
	kustomization *types.Kustomization
	node          *yaml.Node
	err           error
}

// parsedFiles remembers kustomization files by content.
type parsedFiles struct {
	mutex sync.Mutex
	files map[string]*parsedFile
}

func (p *parsedFiles) parse(content []byte) *parsedFile {
	p.mutex.Lock()
	found := p.files[string(content)]
	p.mutex.Unlock()
	if found != nil {
		return found
	}
	found = parseKustomization(content)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.files[string(content)] = found
	return found
}

func parseKustomization(content []byte) *parsedFile {
	if err := checkAliases(content); err != nil {
		return &parsedFile{err: err}
	}
	var k types.Kustomization
	if err := k.Unmarshal(content); err != nil {
		return &parsedFile{err: err}
	}
	parsed := &parsedFile{kustomization: &k}
	if docs, err := documents(content); err == nil && len(docs) > 0 {
		parsed.node = docs[0].node
	}
	return parsed
}

// alias is what an alias looks like; text that only looks like one costs a
// second reading.
var alias = regexp.MustCompile(`(?m)[\s,\[{:-]\*[^\s*]`)

// checkAliases reads a file with aliases to see what they expand to.
func checkAliases(content []byte) error {
	if !bytes.ContainsRune(content, '&') || !alias.Match(content) {
		return nil
	}
	if _, err := documents(content); errors.Is(err, errExpands) {
		return err
	}
	return nil // Other errors are for kustomize to tell.
}

func newPlan(v *view, parsed *parsedFiles) *plan {
	return &plan{view: v, parsed: parsed, docs: map[string][]document{}}
}

// refuse keeps the first reason why kustomize must not run.
func (p *plan) refuse(err error) {
	if p.refused == nil {
		p.refused = err
	}
}

// count adds a file to what the build reads.
func (p *plan) count(size int) {
	p.files++
	p.bytes += size
	if p.files > maxBuildFiles || p.bytes > maxBuildBytes {
		p.refuse(errBuildTooLarge)
	}
}

// kustomizationFile finds the kustomization file of a folder. Several make the
// build fail, which kustomize says itself.
func kustomizationFile(v *view, dir string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(dir, name); v.kind(file) == isFile {
			return file
		}
	}
	return ""
}

// layer follows what the kustomization in dir includes. What is missing or
// broken is passed over: kustomize says so better.
func (p *plan) layer(dir string, above []string) *layer {
	file := kustomizationFile(p.view, dir)
	l := &layer{dir: dir, file: file}
	if file == "" {
		return l
	}
	content, err := p.view.read(file)
	if err != nil {
		p.unread(err)
		return l
	}
	parsed := p.parsed.parse(content)
	if parsed.err != nil {
		p.unread(parsed.err)
		return l
	}
	l.kustomization, l.node = parsed.kustomization, parsed.node
	p.count(len(content))
	p.follow(l, above)
	return l
}

// unread refuses for errors that kustomize cannot be trusted to run into.
func (p *plan) unread(err error) {
	if errors.Is(err, errExpands) || errors.Is(err, errFileTooLarge) || p.view.ctx.Err() != nil {
		p.refuse(err)
	}
}

// follow follows the entries of a layer whose kustomization is known.
//
//nolint:staticcheck // files still hold the deprecated fields
func (p *plan) follow(l *layer, above []string) {
	if p.layers++; p.layers > maxLayers || len(above) > maxLayerDepth {
		p.refuse(errBuildTooLarge)
	}
	k := l.kustomization
	if remote := remoteEntry(k); remote != "" {
		p.refuse(fmt.Errorf("%w: %s in /%s", errRemote, remote, l.file))
	}
	if len(k.OpenAPI) > 0 {
		p.exclusive = true
	}
	if p.refused != nil {
		return
	}
	above = append(above, l.dir)
	for _, entry := range append(append([]string{}, k.Resources...), k.Bases...) {
		if included, ok := p.include(l, entry, above); ok {
			l.resources = append(l.resources, included)
		}
	}
	for _, entry := range k.Components {
		if included, ok := p.include(l, entry, above); ok && included.layer != nil {
			l.components = append(l.components, included.layer)
		}
	}
	for _, list := range [][]string{k.Generators, k.Transformers, k.Validators} {
		for _, entry := range list {
			p.plugin(l, entry, above)
		}
	}
	for _, list := range [][]string{k.Crds, k.Configurations, {k.OpenAPI["path"]}} {
		for _, entry := range list {
			p.readFile(path.Join(l.dir, entry))
		}
	}
	for i := range k.ConfigMapGenerator {
		p.readSources(l, &k.ConfigMapGenerator[i].KvPairSources)
	}
	for i := range k.SecretGenerator {
		p.readSources(l, &k.SecretGenerator[i].KvPairSources)
	}
	for _, patch := range append(append([]types.Patch{}, k.Patches...), k.PatchesJson6902...) {
		p.inline(patch.Patch)
		if patch.Path != "" {
			p.patchFile(path.Join(l.dir, patch.Path))
		}
	}
	for _, patch := range k.PatchesStrategicMerge {
		if strings.Contains(string(patch), "\n") {
			p.inline(string(patch))
		} else {
			p.patchFile(path.Join(l.dir, string(patch)))
		}
	}
	for _, v := range k.Vars {
		// kustomize prints them.
		if sanitize.Line(v.Name, 0) != v.Name {
			p.refuse(fmt.Errorf("the name of a variable in /%s does not show as it is", l.file))
		}
	}
	for _, replacement := range k.Replacements {
		if replacement.Path != "" {
			for _, doc := range p.readDocuments(path.Join(l.dir, replacement.Path)) {
				p.replacing(doc.node)
			}
		}
	}
	p.replacing(field(l.node, "replacements"))
}

// include follows one entry. As for kustomize, an entry is a file if it can be
// read as one, else a folder.
func (p *plan) include(l *layer, entry string, above []string) (included, bool) {
	if p.refused != nil {
		return included{}, false
	}
	target := inTree(path.Join("/", l.dir, entry))
	switch p.view.kind(target) {
	case isFile:
		p.readDocuments(target)
		return included{file: target}, p.refused == nil
	case isFolder:
		for _, dir := range above {
			if dir == target || target == "" || strings.HasPrefix(dir, target+"/") {
				p.refuse(fmt.Errorf("%w: /%s includes /%s", errCycle, l.dir, target))
				return included{}, false
			}
		}
		return included{layer: p.layer(target, above)}, true
	case absent:
	}
	return included{}, false
}

// plugin looks into the configuration of a generator, transformer or validator.
func (p *plan) plugin(l *layer, entry string, above []string) {
	var docs []document
	if strings.Contains(entry, "\n") {
		p.inline(entry)
		docs, _ = documents([]byte(entry))
	} else if included, ok := p.include(l, entry, above); ok && included.file != "" {
		docs = p.readDocuments(included.file)
	}
	for _, doc := range docs {
		if remote := remotePlugin(doc.node); remote != "" {
			p.refuse(fmt.Errorf("%w: %s", errRemote, remote))
		}
		p.replacing(field(doc.node, "replacements"))
		p.inline(text(doc.node, "jsonOp"))
		p.inline(text(doc.node, "patch"))
		if file := text(doc.node, "path"); file != "" {
			p.patchFile(path.Join(l.dir, file))
		}
	}
}

func (p *plan) readSources(l *layer, sources *types.KvPairSources) {
	for _, file := range sourcePaths(sources) {
		if file != "" {
			p.readFile(path.Join(l.dir, file))
		}
	}
}

// readFile counts a file of the tree and looks for what kustomize must not
// read.
func (p *plan) readFile(name string) {
	content, err := p.view.read(inTree(name))
	if err == nil && p.refused == nil {
		p.count(len(content))
		err = checkAliases(content)
	}
	if err != nil {
		p.unread(err)
	}
}

// readDocuments reads and counts a file of YAML documents. The files of resources
// and patches are kept for the trace.
func (p *plan) readDocuments(name string) []document {
	name = inTree(name)
	content, err := p.view.read(name)
	if err != nil {
		p.unread(err)
		return nil
	}
	p.count(len(content))
	docs, known := p.docs[name]
	if known || p.refused != nil {
		return docs
	}
	docs, err = documents(content)
	if err != nil {
		p.unread(err)
		docs = nil
	}
	p.check("/"+name, docs)
	p.docs[name] = docs
	return docs
}

// patchFile reads a file with a patch.
func (p *plan) patchFile(name string) {
	p.readDocuments(name)
	if content, err := p.view.read(inTree(name)); err == nil {
		p.growing(string(content))
	}
}

// check refuses documents that kustomize cannot write as JSON: the controller
// fails on them in the end, but kustomize ends the process when it comes upon
// one while it puts an error message together.
func (p *plan) check(name string, docs []document) {
	for _, doc := range docs {
		if err := writable(doc.node); err != nil {
			p.refuse(fmt.Errorf("kustomize build failed: %s: %w", name, err))
		}
	}
}

var copyOperation = regexp.MustCompile(`["']?op["']?\s*:\s*["']?copy`)

// inline looks into a patch or configuration that stands in a kustomization.
func (p *plan) inline(content string) {
	docs, err := documents([]byte(content))
	if err != nil {
		p.unread(err)
	}
	p.check("a patch in a kustomization", docs)
	p.growing(content)
}

// growing counts the copies of a JSON patch: each may double what it patches.
func (p *plan) growing(patch string) {
	if strings.Contains(patch, "copy") {
		p.grow(len(copyOperation.FindAllString(patch, maxGrowths+1)))
	}
}

// replacing counts the replacements that may put an object into itself.
func (p *plan) replacing(replacements *yaml.Node) {
	if replacements == nil {
		return
	}
	if replacements.Kind == yaml.MappingNode {
		if nested := field(replacements, "replacements"); nested != nil {
			p.replacing(nested)
			return
		}
		replacements = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{replacements}}
	}
	for _, replacement := range items(replacements) {
		source := text(replacement, "source", "fieldPath")
		plain := source == "" || field(replacement, "source", "options", "delimiter") != nil
		for _, prefix := range []string{"data.", "stringData.", "metadata.name", "metadata.labels.", "metadata.annotations."} {
			plain = plain || strings.HasPrefix(source, prefix)
		}
		if plain {
			continue
		}
		for _, target := range items(field(replacement, "targets")) {
			if text(target, "options", "create") == "true" {
				p.grow(1)
			}
		}
	}
}

func (p *plan) grow(by int) {
	if p.growths += by; p.growths > maxGrowths {
		p.refuse(errGrows)
	}
}
