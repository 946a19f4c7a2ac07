package gitrepo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// file is one regular file of the tree.
type file struct {
	// name is the path relative to the root, by the bytes of the file system;
	// shown is the same for people.
	name, shown string
	state       fileState
	// helm is true below the templates folder of a Helm chart.
	helm bool
	// parsed is nil for files that are not read.
	parsed *parsed
}

// parsed is what a file holds.
type parsed struct {
	documents  []model.Document
	objects    []parsedObject
	manifests  []model.Manifest
	errors     []model.ParseError
	duplicates []model.DuplicateKey
	markers    []model.ImageMarker
	variables  []model.Variable
	keys       []model.KeyFile
	problems   []model.Problem

	kustomization *kustomization
	chart         *model.Chart
	sops          *model.SOPSConfig

	// template is true for a file that becomes YAML only after rendering.
	template bool
	gitCrypt bool
	// notManifests is true when some document is none.
	notManifests bool
}

// parsedObject is a Flux object with its spec by the bytes of the file: object
// has it cleaned.
type parsedObject struct {
	*model.Object
	spec model.Spec
}

// parser reads files, one after the other.
type parser struct {
	skimmer skimmer
	nodes   nodePool
	lines   lineFinder
	// shared are the strings that many documents have, cleaned, by what the
	// files say.
	shared map[string]string
	budget *budget
}

func newParser(budget *budget) *parser {
	return &parser{
		skimmer: skimmer{wanted: needsNodes},
		lines:   lineFinder{names: map[string]string{}},
		shared:  map[string]string{},
		budget:  budget,
	}
}

// fileReader reads one file.
type fileReader struct {
	*parser
	file   *file
	result *parsed
	// index counts the non-empty documents so far, less one.
	index int
	// starts are the first lines of the documents so far.
	starts []int
	// role is what the name of the file makes of its first document.
	role fileRole
}

type fileRole uint8

const (
	roleManifests fileRole = iota
	roleKustomization
	roleChart
	roleSOPS
)

func roleOf(name string) fileRole {
	switch base := path.Base(name); {
	case isKustomizationFile(base):
		return roleKustomization
	case base == "Chart.yaml":
		return roleChart
	case base == ".sops.yaml" || base == ".sops.yml":
		return roleSOPS
	}
	return roleManifests
}

// parse reads the content of a file. The content may be overwritten afterwards.
func (p *parser) parse(f *file, content []byte) *parsed {
	r := &fileReader{parser: p, file: f, result: &parsed{}, index: -1, role: roleOf(f.name)}
	switch {
	case bytes.HasPrefix(content, gitCryptMagic):
		r.result.gitCrypt = true
		return r.result
	case f.helm:
		r.result.template = true
		return r.result
	}
	text := toUTF8(content)
	if !maybeManifests(path.Base(f.name)) {
		r.readKeys(text)
		return r.result
	}
	if isJSON(f.name) {
		if !bytes.Contains(text, []byte(`"apiVersion"`)) || !bytes.Contains(text, []byte(`"kind"`)) {
			return r.result
		}
		text = jsonAsYAML(text)
	}
	plain := !isJSON(f.name) && plainText(text)
	eachChunk(text, func(c chunk) bool {
		if plain {
			if read, ok := r.readPlain(c); read {
				return ok
			}
		}
		return r.readChunk(c)
	})
	r.readMarkers(text)
	if len(r.result.errors) > 0 && hasTemplateMark(text) {
		// What does not parse and looks like a template is one; the documents
		// that parse in spite of that are parts of it.
		r.result = &parsed{template: true, markers: r.result.markers, problems: r.result.problems}
	}
	r.readVariables(text)
	r.readKeys(text)
	return r.result
}

// readPlain reads a chunk without the YAML library. read is false when that is
// not possible, ok as for readChunk.
func (r *fileReader) readPlain(c chunk) (read, ok bool) {
	if r.role == roleManifests {
		found, more, ok := r.skimmer.skim(c.text)
		switch {
		case ok && found.line == 0:
			return true, true
		case ok:
			if !r.nextDocument(c.line) {
				return true, false
			}
			r.readSkimmed(found, c.line)
			return true, true
		case !more:
			return false, false
		}
	}
	if len(c.text) > maxLoadedSize {
		return false, false
	}
	root, ok := r.skimmer.load(c.text, &r.nodes)
	if !ok || root == nil {
		return ok, ok
	}
	if !r.nextDocument(c.line) {
		return true, false
	}
	for _, node := range r.nodes.nodes[:r.nodes.used] {
		node.Line += c.line - 1
	}
	r.readRole(root, c)
	r.readNode(root, c.text)
	return true, true
}

// readChunk reads the documents of a chunk, of which there may be several after
// "..." lines, with the YAML library.
func (r *fileReader) readChunk(c chunk) bool {
	nodes := estimateNodes(c.text)
	if len(c.text) > maxDocumentSize || nodes > maxDocumentNodes {
		if !r.nextDocument(c.line) {
			return false
		}
		r.problem("DocumentTooLarge", r.file.shown+":"+strconv.Itoa(c.line)+": the document is too large to be read in full",
			"if it is a manifest, split it: the API server refuses requests above 3 MiB")
		return true
	}
	if nodes > heavyDocumentNodes {
		r.budget.heavy.Lock()
		defer r.budget.heavy.Unlock()
	}
	decoder := yaml.NewDecoder(bytes.NewReader(c.text))
	for {
		var document yaml.Node
		err := decode(decoder, &document)
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			if !r.nextDocument(c.line) {
				return false
			}
			line, message := explain(c.text, err)
			r.fail(c.line+line-1, message)
			return true
		}
		if len(document.Content) == 0 || isNull(document.Content[0]) {
			continue
		}
		if !r.nextDocument(c.line) {
			return false
		}
		root := document.Content[0]
		check := nodeCheck{offset: c.line - 1}
		check.visit(root)
		if check.failure != "" {
			r.fail(check.failureLine, check.failure)
			continue
		}
		for _, duplicate := range check.duplicates {
			if len(r.result.duplicates) < maxFileErrors {
				duplicate.Location = r.at(duplicate.Line)
				r.result.duplicates = append(r.result.duplicates, duplicate)
			}
		}
		r.readRole(root, c)
		r.readNode(root, c.text)
	}
}

// decode is Decode with an error for what the library panics over.
func decode(decoder *yaml.Decoder, node *yaml.Node) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = errors.New("yaml: the parser cannot cope with it")
		}
	}()
	return decoder.Decode(node)
}

// readRole reads the first document of a file with a special name.
func (r *fileReader) readRole(root *yaml.Node, c chunk) {
	if r.index > 0 {
		return
	}
	switch r.role {
	case roleKustomization:
		r.result.kustomization = readKustomization(root, c)
	case roleChart:
		r.result.chart = readChart(root)
	case roleSOPS:
		r.result.sops = readSOPSConfig(root)
	case roleManifests:
	}
}

// nextDocument counts a document that is not empty; false means that no more
// may be read.
func (r *fileReader) nextDocument(line int) bool {
	r.index++
	r.starts = append(r.starts, line)
	return r.roomForDocument()
}

func (r *fileReader) roomForDocument() bool {
	if len(r.result.documents) >= maxFileDocuments {
		r.problem("FileTooLarge", r.file.shown+": more than "+strconv.Itoa(maxFileDocuments)+" documents; the rest is not read", "split the file")
		return false
	}
	first, ok := r.budget.document()
	if first {
		r.problem("TreeTooLarge", r.file.shown+": more than "+strconv.Itoa(maxTreeDocuments)+" documents in the tree; the rest is not read", "scan a part of the tree")
	}
	return ok
}

func (r *fileReader) at(line int) model.Location {
	return model.Location{File: r.file.shown, Line: line, Document: r.index}
}

func (r *fileReader) fail(line int, message string) {
	if len(r.result.errors) < maxFileErrors {
		r.result.errors = append(r.result.errors, model.ParseError{Location: r.at(line), Message: sanitize.Line(message, 0)})
	}
}

func (r *fileReader) problem(code, message, hint string) {
	for _, known := range r.result.problems {
		if known.Code == code {
			return
		}
	}
	r.result.problems = append(r.result.problems, repositoryProblem(code, message, hint))
}

// foreign notes a document that is no manifest.
func (r *fileReader) foreign(bool) {
	r.result.notManifests = true
}

// nodeCheck finds what the YAML library lets pass and no decoder of Kubernetes
// does.
type nodeCheck struct {
	// offset is added to the lines of all nodes, so that they count from the
	// beginning of the file.
	offset      int
	failure     string
	failureLine int
	duplicates  []model.DuplicateKey
}

func (c *nodeCheck) visit(node *yaml.Node) {
	node.Line += c.offset
	if node.Kind == yaml.MappingNode {
		c.keys(node)
	}
	for _, child := range node.Content {
		c.visit(child)
	}
}

func (c *nodeCheck) keys(mapping *yaml.Node) {
	var seen map[string]*yaml.Node
	const few = 16
	if len(mapping.Content) > 2*few {
		seen = make(map[string]*yaml.Node, len(mapping.Content)/2)
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := follow(mapping.Content[i])
		if key == nil || key.Kind != yaml.ScalarNode {
			if c.failure == "" {
				c.failure, c.failureLine = "a mapping key must be a string", mapping.Content[i].Line+c.offset
			}
			continue
		}
		if isMerge(key) {
			continue
		}
		var first *yaml.Node
		if seen != nil {
			if first = seen[key.Value]; first == nil {
				seen[key.Value] = mapping.Content[i]
			}
		} else {
			for j := 0; j < i && first == nil; j += 2 {
				if other := follow(mapping.Content[j]); other != nil && other.Kind == yaml.ScalarNode && other.Value == key.Value {
					first = mapping.Content[j]
				}
			}
		}
		if first != nil && len(c.duplicates) < maxFileErrors {
			c.duplicates = append(c.duplicates, model.DuplicateKey{
				Location: model.Location{Line: mapping.Content[i].Line + c.offset},
				Key:      sanitize.Line(key.Value, maxNameLength), First: first.Line + c.offset,
			})
		}
	}
}

// estimateNodes is an upper bound of the nodes that a document has, by counting
// what separates them.
func estimateNodes(text []byte) int {
	count := bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte(":")) + bytes.Count(text, []byte(","))
	return 1 + count + bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{")) + bytes.Count(text, []byte("- "))
}

var errorLine = lazyregexp.New(`^yaml: (?:line \d+: )?`)

// explain returns the line, from 1, and the text of an error of the library.
// The line that the library names is often that where the surrounding
// collection begins, and sometimes missing. The first line with which the text
// becomes wrong is found by reading ever shorter beginnings of it.
func explain(text []byte, err error) (line int, message string) {
	message = errorLine().ReplaceAllString(err.Error(), "")
	if len(text) > maxExplainedSize {
		return 1, message
	}
	fails := func(length int) bool {
		decoder := yaml.NewDecoder(bytes.NewReader(text[:length]))
		for {
			var node yaml.Node
			if err := decode(decoder, &node); err != nil {
				return errorLine().ReplaceAllString(err.Error(), "") == message
			}
		}
	}
	var ends []int
	for i, c := range text {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	low, high := 0, len(ends)
	for low < high {
		middle := (low + high) / 2
		if fails(ends[middle]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low + 1, message
}

// hasTemplateMark is true for text with the delimiters of Helm and Go templates,
// Jinja, ERB, Terraform or FreeMarker.
func hasTemplateMark(text []byte) bool {
	for _, mark := range []string{"{{", "{%", "<%", "%{", "<#"} {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return false
}

func isJSON(name string) bool { return strings.EqualFold(path.Ext(name), ".json") }

// jsonAsYAML makes JSON readable for the YAML library, which refuses tabs as
// indentation: outside of strings they are nothing but white space, and inside
// JSON has none.
func jsonAsYAML(text []byte) []byte {
	if !bytes.ContainsRune(text, '\t') || !json.Valid(text) {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\t"), []byte(" "))
}
