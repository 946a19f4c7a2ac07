package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	k8syaml "sigs.k8s.io/yaml"
)

// The limits of one template. A template cannot be stopped while it runs.
const (
	maxTemplateOutput = 4 << 20
	maxTemplateText   = 1 << 20
	maxTemplateValues = 10_000
	maxTemplateRanges = 3
)

var errTemplateTooLarge = errors.New("the template makes more than fits into one ResourceSet")

// fill executes a template of a ResourceSet with one set of inputs. The
// templates are those of the Flux Operator: text/template between << and >>,
// the functions of slim-sprig, slugify, toYaml, and inputs. Of the functions
// those are known that do not depend on time, chance or the machine; an error
// for any other means that the outcome cannot be told.
func fill(content string, inputs map[string]any) (string, error) {
	functions := maps.Clone(templateFunctions)
	functions["inputs"] = func() map[string]any { return inputs }
	parsed, err := template.New("").Delims("<<", ">>").Option("missingkey=error").Funcs(functions).Parse(content)
	if err != nil {
		return "", err
	}
	if err := checkTemplate(parsed, inputs); err != nil {
		return "", err
	}
	var out limitedBuffer
	if err := parsed.Execute(&out, nil); err != nil {
		return "", err
	}
	return out.String(), nil
}

// limitedBuffer refuses to grow beyond maxTemplateOutput.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxTemplateOutput {
		return 0, errTemplateTooLarge
	}
	return b.Buffer.Write(p)
}

// checkTemplate refuses what could run without end: templates that call each
// other, and loops in loops over many inputs.
func checkTemplate(parsed *template.Template, inputs map[string]any) error {
	if len(parsed.Templates()) > 1 || parsed.Tree == nil && len(parsed.Templates()) > 0 {
		return errors.New("templates that define others are not filled in")
	}
	if parsed.Tree == nil {
		return nil
	}
	depth := rangeDepth(parsed.Root)
	steps, size := 1, countValues(inputs)
	for range depth {
		steps *= max(size, 1)
	}
	if depth > maxTemplateRanges || steps > 100*maxTemplateValues {
		return errTemplateTooLarge
	}
	return nil
}

// rangeDepth is how deep loops stand in each other.
func rangeDepth(node parse.Node) int {
	depth := 0
	lists := func(more int, nodes ...*parse.ListNode) {
		for _, list := range nodes {
			if list != nil {
				for _, child := range list.Nodes {
					depth = max(depth, rangeDepth(child)+more)
				}
			}
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		lists(0, n)
	case *parse.RangeNode:
		depth = 1
		lists(1, n.List, n.ElseList)
	case *parse.IfNode:
		lists(0, n.List, n.ElseList)
	case *parse.WithNode:
		lists(0, n.List, n.ElseList)
	}
	return depth
}

// countValues counts the values in a value, up to a little more than
// maxTemplateValues.
func countValues(value any) int {
	count := 1
	switch v := value.(type) {
	case map[string]any:
		for _, item := range v {
			if count += countValues(item); count > maxTemplateValues {
				return count
			}
		}
	case []any:
		for _, item := range v {
			if count += countValues(item); count > maxTemplateValues {
				return count
			}
		}
	case []string:
		count += len(v)
	}
	return count
}

// limited passes a text on that is not too long.
func limited(value string) (string, error) {
	if len(value) > maxTemplateText {
		return "", errTemplateTooLarge
	}
	return value, nil
}

// small passes a value on that does not hold too much.
func small[T any](value T) (T, error) {
	if countValues(value) > maxTemplateValues {
		var none T
		return none, errTemplateTooLarge
	}
	return value, nil
}

var templateFunctions = template.FuncMap{
	"print":   func(a ...any) (string, error) { return limited(fmt.Sprint(a...)) },
	"println": func(a ...any) (string, error) { return limited(fmt.Sprintln(a...)) },
	"printf": func(format string, a ...any) (string, error) {
		if len(format) > maxTemplateText {
			return "", errTemplateTooLarge
		}
		return limited(fmt.Sprintf(format, a...))
	},

	"default":  func(otherwise, value any) any { return either(isEmpty(value), otherwise, value) },
	"empty":    isEmpty,
	"coalesce": coalesce,
	"ternary":  func(yes, no any, which bool) any { return either(which, yes, no) },

	"get": func(m map[string]any, key string) any {
		if value, ok := m[key]; ok {
			return value
		}
		return ""
	},
	"hasKey": func(m map[string]any, key string) bool { _, ok := m[key]; return ok },
	"keys":   sortedKeys[any],
	"dict": func(pairs ...any) (map[string]any, error) {
		m := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			m[asText(pairs[i])] = pairs[i+1]
		}
		return small(m)
	},
	"list":  func(values ...any) ([]any, error) { return small(values) },
	"first": func(list []any) any { return at(list, 0) },
	"last":  func(list []any) any { return at(list, len(list)-1) },
	"has": func(value any, list []any) bool {
		return slices.ContainsFunc(list, func(v any) bool { return reflect.DeepEqual(v, value) })
	},
	"until": until,

	"quote":      func(values ...any) (string, error) { return limited(quoted(`"`, values)) },
	"squote":     func(values ...any) (string, error) { return limited(quoted(`'`, values)) },
	"upper":      strings.ToUpper,
	"lower":      strings.ToLower,
	"trim":       strings.TrimSpace,
	"trimAll":    func(cut, s string) string { return strings.Trim(s, cut) },
	"trimPrefix": func(prefix, s string) string { return strings.TrimPrefix(s, prefix) },
	"trimSuffix": func(suffix, s string) string { return strings.TrimSuffix(s, suffix) },
	"contains":   func(part, s string) bool { return strings.Contains(s, part) },
	"hasPrefix":  func(prefix, s string) bool { return strings.HasPrefix(s, prefix) },
	"hasSuffix":  func(suffix, s string) bool { return strings.HasSuffix(s, suffix) },
	"replace": func(from, to, s string) (string, error) {
		if strings.Count(s, from)*len(to) > maxTemplateText {
			return "", errTemplateTooLarge
		}
		return limited(strings.ReplaceAll(s, from, to))
	},
	"repeat": func(count int, s string) (string, error) {
		if count < 0 || count > maxTemplateValues || count*len(s) > maxTemplateText {
			return "", errTemplateTooLarge
		}
		return strings.Repeat(s, count), nil
	},
	"trunc": func(length int, s string) string {
		switch {
		case length >= 0 && length < len(s):
			return s[:length]
		case length < 0 && -length < len(s):
			return s[len(s)+length:]
		}
		return s
	},
	"join":      func(by string, list any) (string, error) { return limited(strings.Join(texts(list), by)) },
	"splitList": func(by, s string) []string { return strings.Split(s, by) },
	"indent":    indented,
	"nindent": func(by int, s string) (string, error) {
		s, err := indented(by, s)
		return "\n" + s, err
	},

	"toString": asText,
	"int":      asInt,
	"int64":    asInt,
	"toBool":   asBool,
	"bool":     asBool,
	"add":      func(values ...any) int { return fold(0, values, func(a, b int) int { return a + b }) },
	"add1":     func(value any) int { return asInt(value) + 1 },
	"sub":      func(a, b any) int { return asInt(a) - asInt(b) },
	"mul":      func(values ...any) int { return fold(1, values, func(a, b int) int { return a * b }) },
	"div": func(a, b any) (int, error) {
		if asInt(b) == 0 {
			return 0, errors.New("division by zero")
		}
		return asInt(a) / asInt(b), nil
	},
	"mod": func(a, b any) (int, error) {
		if asInt(b) == 0 {
			return 0, errors.New("division by zero")
		}
		return asInt(a) % asInt(b), nil
	},

	"toYaml": func(value any) (string, error) {
		if countValues(value) > maxTemplateValues {
			return "", errTemplateTooLarge
		}
		out, err := k8syaml.Marshal(value)
		return strings.TrimSuffix(string(out), "\n"), err
	},
	"toJson": func(value any) (string, error) {
		if countValues(value) > maxTemplateValues {
			return "", errTemplateTooLarge
		}
		out, err := json.Marshal(value)
		return string(out), err
	},
	"b64enc":    func(s string) (string, error) { return limited(base64.StdEncoding.EncodeToString([]byte(s))) },
	"sha256sum": func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) },
	"slugify":   slugify,
}

func either(which bool, yes, no any) any {
	if which {
		return yes
	}
	return no
}

func isEmpty(value any) bool {
	v := reflect.ValueOf(value)
	if !v.IsValid() {
		return true
	}
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

func coalesce(values ...any) any {
	for _, value := range values {
		if !isEmpty(value) {
			return value
		}
	}
	return nil
}

func at(list []any, i int) any {
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

func until(count any) ([]int, error) {
	n := asInt(count)
	if n < 0 || n > 100 {
		return nil, errTemplateTooLarge
	}
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list, nil
}

func quoted(mark string, values []any) string {
	var all []string
	for _, value := range values {
		switch {
		case value == nil:
		case mark == `"`:
			all = append(all, strconv.Quote(asText(value)))
		default:
			all = append(all, mark+asText(value)+mark)
		}
	}
	return strings.Join(all, " ")
}

func texts(list any) []string {
	switch l := list.(type) {
	case []string:
		return l
	case []any:
		all := make([]string, len(l))
		for i, value := range l {
			all[i] = asText(value)
		}
		return all
	}
	return []string{asText(list)}
}

func indented(by int, s string) (string, error) {
	if by < 0 || by > 100 {
		return "", errTemplateTooLarge
	}
	pad := strings.Repeat(" ", by)
	return limited(pad + strings.ReplaceAll(s, "\n", "\n"+pad))
}

func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func asInt(value any) int {
	switch v := value.(type) {
	case int:
		return v
	case int64:
		return int(v)
	case float64:
		return int(v)
	case bool:
		if v {
			return 1
		}
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(asText(value)))
	return n
}

func asBool(value any) bool {
	yes, _ := strconv.ParseBool(asText(value))
	return yes
}

func fold(start int, values []any, do func(a, b int) int) int {
	for _, value := range values {
		start = do(start, asInt(value))
	}
	return start
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slugify makes a text fit for a label.
func slugify(s string) string {
	slug := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
	return strings.TrimRight(slug[:min(len(slug), 63)], "-")
}
