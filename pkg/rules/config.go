package rules

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// ConfigFile is the name of the configuration in the root of a repository.
const ConfigFile = ".fluxctx.yaml"

// MaxConfig is the size in bytes up to which a configuration is read.
const MaxConfig = 256 << 10

// maxReason is how much of a reason is kept, in characters.
const maxReason = 500

// ConfigSchema is the JSON Schema of the configuration.
//
//go:embed config.schema.json
var ConfigSchema []byte

// Config is what a project says about the rules in ConfigFile.
type Config struct {
	// Severities replace those of rules, by id.
	Severities map[string]v1alpha1.Severity
	// Ignore silences findings.
	Ignore []Ignore
}

// Ignore silences the findings that fit all of its lists; an empty list fits
// every finding.
type Ignore struct {
	// Rules are ids; there is at least one.
	Rules []string
	// Paths are patterns for the file of a finding: * stands for a part of one
	// name, ** for any folders.
	Paths []string
	// Kinds are those of the object of a finding.
	Kinds []string
	// Names are patterns for the object's name, or its namespace and name with
	// a slash between them.
	Names []string
	// Reason is required.
	Reason string
	// Expires is the last day on which the findings are silenced; zero for ever.
	Expires time.Time
	// Line is where the entry stands.
	Line int
}

// ParseConfig reads the configuration. An error names the line, and for a name
// that does not exist the one that is most like it.
func ParseConfig(data []byte) (*Config, error) {
	c := &Config{Severities: map[string]v1alpha1.Severity{}}
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return c, nil
	} else if err != nil {
		return nil, fmt.Errorf("%s: %s", ConfigFile, sanitize.Line(err.Error(), maxReason))
	}
	if decoder.Decode(&second) == nil {
		return nil, lineError(&second, "one document is expected")
	}
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return c, nil
	}
	if err := fields(document.Content[0], map[string]func(*yaml.Node) error{
		"severities": c.readSeverities,
		"ignore":     c.readIgnores,
	}); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Config) readSeverities(node *yaml.Node) error {
	return eachKey(node, func(key, value *yaml.Node) error {
		if err := checkID(key); err != nil {
			return err
		}
		severity := v1alpha1.Severity(value.Value)
		if value.Kind != yaml.ScalarNode || severity.Rank() < 0 {
			return lineError(value, "there is no severity %q%s", value.Value, didYouMean(value.Value, severityNames()))
		}
		c.Severities[key.Value] = severity
		return nil
	})
}

func (c *Config) readIgnores(node *yaml.Node) error {
	if node.Kind != yaml.SequenceNode {
		return lineError(node, "ignore must be a list")
	}
	for _, item := range node.Content {
		ignore := Ignore{Line: item.Line}
		err := fields(item, map[string]func(*yaml.Node) error{
			"rules": func(n *yaml.Node) error {
				if err := texts(n, &ignore.Rules); err != nil {
					return err
				}
				for _, id := range n.Content {
					if err := checkID(id); err != nil {
						return err
					}
				}
				return nil
			},
			"paths": func(n *yaml.Node) error { return patterns(n, &ignore.Paths) },
			"kinds": func(n *yaml.Node) error { return texts(n, &ignore.Kinds) },
			"names": func(n *yaml.Node) error { return patterns(n, &ignore.Names) },
			"reason": func(n *yaml.Node) error {
				if n.Kind != yaml.ScalarNode {
					return lineError(n, "a text is expected here")
				}
				ignore.Reason = strings.TrimSpace(sanitize.Line(n.Value, maxReason))
				return nil
			},
			"expires": func(n *yaml.Node) (err error) {
				if ignore.Expires, err = time.Parse(time.DateOnly, n.Value); err != nil {
					return lineError(n, "expires must be a day such as 2027-01-31, not %q", n.Value)
				}
				return nil
			},
		})
		switch {
		case err != nil:
			return err
		case len(ignore.Rules) == 0:
			return lineError(item, "an entry of ignore needs rules")
		case ignore.Reason == "":
			return lineError(item, "an entry of ignore needs a reason")
		}
		c.Ignore = append(c.Ignore, ignore)
	}
	return nil
}

// fields calls the reader of each field of a mapping.
func fields(node *yaml.Node, readers map[string]func(*yaml.Node) error) error {
	return eachKey(node, func(key, value *yaml.Node) error {
		read, ok := readers[key.Value]
		if !ok {
			var names []string
			for name := range readers {
				names = append(names, name)
			}
			slices.Sort(names)
			return lineError(key, "there is no field %q%s", key.Value, didYouMean(key.Value, names))
		}
		return read(value)
	})
}

func eachKey(node *yaml.Node, do func(key, value *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return lineError(node, "a mapping is expected here")
	}
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if line, twice := first[key.Value]; twice {
			return lineError(key, "%q stands in line %d already", key.Value, line)
		}
		first[key.Value] = key.Line
		if err := do(node.Content[i], node.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func texts(node *yaml.Node, into *[]string) error {
	if node.Kind != yaml.SequenceNode {
		return lineError(node, "a list is expected here")
	}
	for _, item := range node.Content {
		if item.Kind != yaml.ScalarNode {
			return lineError(item, "a text is expected here")
		}
		*into = append(*into, item.Value)
	}
	return nil
}

func patterns(node *yaml.Node, into *[]string) error {
	if err := texts(node, into); err != nil {
		return err
	}
	for i, pattern := range *into {
		if _, err := path.Match(pattern, ""); err != nil {
			return lineError(node.Content[i], "%q is no pattern", pattern)
		}
	}
	return nil
}

func checkID(node *yaml.Node) error {
	if _, ok := Lookup(node.Value); ok {
		return nil
	}
	return lineError(node, "there is no rule %q%s", node.Value, didYouMean(node.Value, ids()))
}

func ids() []string {
	list := make([]string, len(table))
	for i := range table {
		list[i] = table[i].ID
	}
	return list
}

func severityNames() []string {
	var names []string
	for _, severity := range v1alpha1.Severities() {
		names = append(names, string(severity))
	}
	return names
}

func didYouMean(word string, candidates []string) string {
	// Nearest compares with lower-case words.
	lower := map[string]string{}
	list := make([]string, len(candidates))
	for i, candidate := range candidates {
		list[i] = strings.ToLower(candidate)
		lower[list[i]] = candidate
	}
	if near := focus.Nearest(word, list); near != "" {
		return fmt.Sprintf("; did you mean %q?", lower[near])
	}
	return ""
}

func lineError(node *yaml.Node, format string, arguments ...any) error {
	return fmt.Errorf("%s:%d: %s", ConfigFile, node.Line, fmt.Sprintf(format, arguments...))
}

// apply sets severities and moves silenced findings aside. A nil Config
// silences nothing.
func (c *Config) apply(now time.Time, result *Result) {
	if c == nil {
		return
	}
	kept := result.Findings[:0]
	for _, f := range result.Findings {
		if severity, ok := c.Severities[f.Rule]; ok {
			f.Severity = severity
		}
		if i := slices.IndexFunc(c.Ignore, func(ignore Ignore) bool { return ignore.fits(f, now) }); i >= 0 {
			result.Ignored = append(result.Ignored, Ignored{Finding: f, Reason: c.Ignore[i].Reason, Until: c.Ignore[i].Expires})
			continue
		}
		kept = append(kept, f)
	}
	result.Findings = kept
}

func (i *Ignore) fits(f v1alpha1.Finding, now time.Time) bool {
	if !slices.Contains(i.Rules, f.Rule) || !i.Expires.IsZero() && !now.Before(i.Expires.AddDate(0, 0, 1)) {
		return false
	}
	if len(i.Paths) > 0 && !slices.ContainsFunc(i.Paths, func(pattern string) bool { return f.File != "" && matchPath(pattern, f.File) }) {
		return false
	}
	if len(i.Kinds) > 0 && (f.Object == nil || !slices.Contains(i.Kinds, f.Object.Kind)) {
		return false
	}
	return len(i.Names) == 0 || f.Object != nil && slices.ContainsFunc(i.Names, func(pattern string) bool {
		name := f.Object.Name
		if strings.Contains(pattern, "/") {
			name = f.Object.Namespace + "/" + name
		}
		ok, _ := path.Match(pattern, name)
		return ok
	})
}

// matchPath is path.Match with ** for any number of folders.
func matchPath(pattern, file string) bool {
	return matchParts(strings.Split(strings.TrimPrefix(pattern, "/"), "/"), strings.Split(file, "/"))
}

func matchParts(pattern, file []string) bool {
	if len(pattern) == 0 {
		return len(file) == 0
	}
	if pattern[0] == "**" {
		for i := 0; i <= len(file); i++ {
			if matchParts(pattern[1:], file[i:]) {
				return true
			}
		}
		return false
	}
	if len(file) == 0 {
		return false
	}
	ok, _ := path.Match(pattern[0], file[0])
	return ok && matchParts(pattern[1:], file[1:])
}

// IgnoreAnnotation on an object silences the rules that it lists, with commas
// between them.
const IgnoreAnnotation = "fluxctx.dev/ignore"

// annotated are the rules that the annotations of objects and manifests
// silence, by the place of the document.
func annotated(facts *model.Facts) map[model.Location][]string {
	silenced := map[model.Location][]string{}
	note := func(at model.Location, annotations map[string]string) {
		if list := annotations[IgnoreAnnotation]; list != "" && at.File != "" {
			at.Line = 0
			silenced[at] = append(silenced[at], splitList(list)...)
		}
	}
	for _, object := range facts.Objects {
		note(object.Location, object.Annotations)
	}
	if facts.Repository != nil {
		for i := range facts.Repository.Manifests {
			note(facts.Repository.Manifests[i].Location, facts.Repository.Manifests[i].Annotations)
		}
	}
	return silenced
}

// misnamed lists the ids in annotations that no rule has, by place.
func (x *index) misnamed() []Misnamed {
	var list []Misnamed
	note := func(at model.Location, annotations map[string]string) {
		for _, id := range splitList(annotations[IgnoreAnnotation]) {
			if _, ok := Lookup(id); ok || slices.ContainsFunc(list, func(m Misnamed) bool { return m.ID == id && m.Location == at }) {
				continue
			}
			list = append(list, Misnamed{Location: at, ID: id, Nearest: nearestID(id)})
		}
	}
	for _, object := range x.Facts.Objects {
		note(object.Location, object.Annotations)
	}
	if x.Repository != nil {
		for i := range x.Repository.Manifests {
			note(x.Repository.Manifests[i].Location, x.Repository.Manifests[i].Annotations)
		}
	}
	slices.SortFunc(list, func(a, b Misnamed) int {
		return cmp.Or(compareLocations(a.Location, b.Location), strings.Compare(a.ID, b.ID))
	})
	return list
}

func nearestID(id string) string {
	// A number without its zero is as like to ten others.
	if group, number, _ := strings.Cut(strings.ToUpper(id), "-"); len(number) == 1 {
		if rule, ok := Lookup(group + "-0" + number); ok {
			return rule.ID
		}
	}
	lower := make([]string, len(table))
	for i := range table {
		lower[i] = strings.ToLower(table[i].ID)
	}
	return strings.ToUpper(focus.Nearest(id, lower))
}

func splitList(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// silencedBy says whether an annotation silences a finding.
func (x *index) silencedBy(f finding, rule string) bool {
	if f.object != nil && slices.Contains(splitList(f.object.Annotations[IgnoreAnnotation]), rule) {
		return true
	}
	at := f.at
	at.Line = 0
	return slices.Contains(x.silenced[at], rule)
}
