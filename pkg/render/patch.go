package render

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// patches are the steps of one patch entry: one for each strategic merge patch
// of a file, or one for each operation of a JSON patch. The patch stands in
// file or, if that is empty, is content, which starts on line textLine of where
// the step is declared.
func (t *tracer) patches(s model.Step, file, content string, textLine int, target *types.Selector) []*step {
	var docs []document
	from := origin{file: s.Declared.File, above: textLine - 1}
	if file != "" {
		from = origin{file: sanitize.Path(inTree(file))}
		for _, doc := range t.docs[inTree(file)] {
			docs = append(docs, document{node: clone(doc.node), index: doc.index})
		}
	} else {
		// As kustomize does.
		trimmed := strings.TrimLeft(content, " \t\r\n")
		from.above += strings.Count(content[:len(content)-len(trimmed)], "\n")
		docs, _ = documents([]byte(strings.TrimSpace(content)))
	}
	if len(docs) == 0 {
		return nil
	}
	selects := selects(target)
	if docs[0].node.Kind == yaml.SequenceNode {
		s.Location = model.Location{File: from.file, Line: from.above + docs[0].node.Line}
		return t.operations(s, docs[0].node, from, selects)
	}
	var steps []*step
	for _, doc := range docs {
		s := s
		s.Location = model.Location{File: from.file, Line: from.above + doc.node.Line, Document: doc.index}
		if file == "" {
			s.Location.Document = s.Declared.Document
		}
		from.cause = &s
		t.origins.tag(doc.node, from)
		steps = append(steps, mergeStep(s, doc.node, target, selects))
	}
	return steps
}

// selects tells which objects the target of a patch selects.
func selects(target *types.Selector) func(*traced) bool {
	if target == nil {
		return nil
	}
	selector, err := types.NewSelectorRegex(target)
	if err != nil {
		return func(*traced) bool { return false }
	}
	return func(o *traced) bool {
		namespace := func(n string) bool {
			if n == "" {
				n = resid.DefaultNamespace
			}
			return selector.MatchNamespace(n)
		}
		if !namespace(o.namespace) && !namespace(o.currentSpace()) || !selector.MatchName(o.name) && !selector.MatchName(o.currentName()) {
			return false
		}
		node := kyaml.NewRNode(o.node)
		if !selector.MatchGvk(resid.GvkFromNode(node)) {
			return false
		}
		labels, errLabels := node.MatchesLabelSelector(target.LabelSelector)
		annotations, errAnnotations := node.MatchesAnnotationSelector(target.AnnotationSelector)
		return labels && annotations && errLabels == nil && errAnnotations == nil
	}
}

// mergeStep is a strategic merge patch. Without a target it is for the object
// that it names.
func mergeStep(s model.Step, patch *yaml.Node, target *types.Selector, matches func(*traced) bool) *step {
	if target == nil {
		group, _ := model.SplitAPIVersion(text(patch, "apiVersion"))
		kind, name, namespace := text(patch, "kind"), text(patch, "metadata", "name"), text(patch, "metadata", "namespace")
		matches = func(o *traced) bool {
			own, _ := model.SplitAPIVersion(text(o.node, "apiVersion"))
			return o.kind() == kind && own == group && slices.Contains(o.names, name) &&
				(namespace == "" || namespace == o.namespace || namespace == o.currentSpace())
		}
	}
	return &step{Step: s, matches: matches, patch: patch, apply: func(o *traced) *yaml.Node {
		kind, name := clone(field(o.node, "kind")), clone(field(o.node, "metadata", "name"))
		namespace := clone(field(o.node, "metadata", "namespace"))
		patch := clone(patch)
		if target != nil {
			// The schema by which lists are merged is that of the object.
			set(patch, "apiVersion", clone(field(o.node, "apiVersion")))
		}
		merged, err := merge2.Merge(kyaml.NewRNode(patch), kyaml.NewRNode(o.node),
			kyaml.MergeOptions{ListIncreaseDirection: kyaml.MergeOptionsListPrepend})
		if err != nil {
			return o.node // kustomize fails as well
		}
		if merged.IsNilOrEmpty() {
			return nil
		}
		node := merged.YNode()
		// What a patch is for does not change what the object is.
		if kind != nil {
			set(node, "kind", kind)
		}
		if name != nil {
			setNode(node, name, "metadata", "name")
		}
		if namespace != nil {
			setNode(node, namespace, "metadata", "namespace")
		} else if meta := field(node, "metadata"); meta != nil {
			remove(meta, "namespace")
		}
		return node
	}}
}

func setNode(node, value *yaml.Node, parent, name string) {
	if holder := field(node, parent); holder != nil && holder.Kind == yaml.MappingNode {
		set(holder, name, value)
	}
}

// operations are the steps of a JSON patch.
func (t *tracer) operations(s model.Step, patch *yaml.Node, from origin, matches func(*traced) bool) []*step {
	if matches == nil {
		matches = func(*traced) bool { return false } // kustomize refuses it
	}
	from.cause = &s
	t.origins.tag(patch, from)
	var steps []*step
	for _, operation := range patch.Content {
		at, _ := t.origins.at(operation)
		steps = append(steps, &step{Step: s, matches: matches, line: at.Line, apply: func(o *traced) *yaml.Node {
			before := clone(o.node)
			if err := operate(o.node, operation); err != nil {
				return before
			}
			return o.node
		}})
	}
	return steps
}

var errPointer = errors.New("no such place")

// operate does one operation of a JSON patch (RFC 6902).
func operate(node, operation *yaml.Node) error {
	path, value := pointer(text(operation, "path")), field(operation, "value")
	switch text(operation, "op") {
	case "add":
		if value == nil {
			value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		}
		return addAt(node, path, clone(value))
	case "replace":
		if value == nil {
			return errPointer
		}
		return replaceAt(node, path, clone(value))
	case "remove":
		_, err := removeAt(node, path, true)
		return err
	case "move", "copy":
		moved, err := removeAt(node, pointer(text(operation, "from")), text(operation, "op") == "move")
		if err != nil {
			return err
		}
		return addAt(node, path, clone(moved))
	}
	return nil
}

// pointer splits a JSON pointer (RFC 6901).
func pointer(path string) []string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
	}
	return parts
}

// holder is the mapping or list that holds the last part of a path.
func holder(node *yaml.Node, path []string) *yaml.Node {
	for _, part := range path[:len(path)-1] {
		switch {
		case node == nil:
			return nil
		case node.Kind == yaml.SequenceNode:
			i, ok := index(node, part)
			if !ok {
				return nil
			}
			node = node.Content[i]
		default:
			node = field(node, part)
		}
	}
	return node
}

func index(list *yaml.Node, part string) (int, bool) {
	i, err := strconv.Atoi(part)
	if err == nil && i < 0 {
		i += len(list.Content)
	}
	return i, err == nil && i >= 0 && i < len(list.Content)
}

func addAt(node *yaml.Node, path []string, value *yaml.Node) error {
	in, last := holder(node, path), path[len(path)-1]
	switch {
	case in == nil:
		return errPointer
	case in.Kind == yaml.MappingNode:
		set(in, last, value)
		return nil
	case in.Kind == yaml.SequenceNode && last == "-":
		in.Content = append(in.Content, value)
		return nil
	case in.Kind == yaml.SequenceNode:
		i, err := strconv.Atoi(last)
		if err != nil || i < 0 || i > len(in.Content) {
			return errPointer
		}
		in.Content = slices.Insert(in.Content, i, value)
		return nil
	}
	return errPointer
}

// replaceAt sets a field that need not be there, as the library of kustomize
// does, or an item that has to be.
func replaceAt(node *yaml.Node, path []string, value *yaml.Node) error {
	in, last := holder(node, path), path[len(path)-1]
	switch {
	case in == nil:
	case in.Kind == yaml.MappingNode:
		set(in, last, value)
		return nil
	case in.Kind == yaml.SequenceNode:
		if i, ok := index(in, last); ok {
			in.Content[i] = value
			return nil
		}
	}
	return errPointer
}

// removeAt returns what stands at a path, and takes it away when asked to.
func removeAt(node *yaml.Node, path []string, away bool) (*yaml.Node, error) {
	in, last := holder(node, path), path[len(path)-1]
	switch {
	case in == nil:
	case in.Kind == yaml.MappingNode:
		if value := field(in, last); value != nil {
			if away {
				remove(in, last)
			}
			return value, nil
		}
	case in.Kind == yaml.SequenceNode:
		if i, ok := index(in, last); ok {
			value := in.Content[i]
			if away {
				in.Content = slices.Delete(in.Content, i, i+1)
			}
			return value, nil
		}
	}
	return nil, errPointer
}
