package gitrepo

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// Bounds of what is skimmed; what exceeds them is left to the library.
const (
	maxSkimLevels = 64
	maxSkimKeys   = 64  // of one mapping
	maxSkimKey    = 512 // bytes; YAML allows 1024 characters
	maxSkimFlow   = 16  // flow collections inside each other
)

// skimmer reads documents without the YAML library, which costs twenty times as
// much. It accepts only a small and plain part of YAML: block mappings and
// sequences, scalars of one line, block scalars, simple flow collections.
// Whatever it accepts, the library parses without an error and to the same
// answer; a fuzz test and the corpus test hold it to that. Whatever is in the
// least unusual is left to the library.
type skimmer struct {
	// wanted says of which documents more is kept than a skim finds, by their
	// apiVersion and kind.
	wanted func(apiVersion, kind []byte) bool

	found skimmed
	text  []byte
	// next is the offset of the next line, line the number of the current one.
	next, line int
	levels     []skimLevel
	// keys are those of all open mappings, the outermost first.
	keys [][]byte
	// pending is true after a key or a dash that has no value yet.
	pending bool
	// plain is true when the next line may continue a plain scalar, single when
	// that scalar must not have a second line.
	plain, single bool
	// more is true when load may read what a skim does not.
	more bool
	// anchors are the names that were defined so far; anchor is that of the next
	// value.
	anchors    [][]byte
	anchor     []byte
	anchorLine int

	// nodes builds the nodes of the library as well; nil when they are not
	// asked for. scalar is the last one, root the outermost.
	nodes        *nodePool
	scalar, root *yaml.Node
	anchored     map[string]*yaml.Node
	// unquoted is room for the value of a long scalar.
	unquoted []byte
}

// skimmed is what a skim finds. The slices are parts of the text.
type skimmed struct {
	// line is that of the first key or item, from 1; 0 without content.
	line int
	// mapping is false for a sequence.
	mapping          bool
	apiVersion, kind []byte
	name, namespace  []byte
	nameLine         int
	labels           [][2][]byte
	annotations      [][2][]byte
	entries          []skimmedEntry
}

// skimmedEntry is an entry of data, stringData or binaryData.
type skimmedEntry struct {
	field, key, value []byte
	line              int
	style             scalarStyle
}

type scalarStyle uint8

const (
	plainScalar scalarStyle = iota
	quotedScalar
	literalScalar // with the indentation of its lines
	foldedScalar
)

// skimLevel is one open block collection.
type skimLevel struct {
	indent   int
	sequence bool
	// firstKey is the index in keys of the mapping's first key.
	firstKey int
	node     *yaml.Node
}

// skim reads one document. With ok, found is what it holds; without, more is
// true for a document of which load may read the whole: it is wanted, or
// something that is kept is not written in the simplest way. The text
// must be valid in the sense of plainText. The result is good until the next
// call.
func (s *skimmer) skim(text []byte) (found *skimmed, more, ok bool) {
	s.nodes, s.root = nil, nil
	ok = s.read(text)
	return &s.found, s.more, ok
}

// load reads one document as skim does, and returns the same nodes as the
// library, without comments, columns and the tags that follow from the values;
// nil for a document without content. They are good until the next call.
func (s *skimmer) load(text []byte, nodes *nodePool) (root *yaml.Node, ok bool) {
	if bytes.IndexByte(text, '\r') >= 0 {
		return nil, false
	}
	s.nodes, s.root, s.anchored = nodes, nil, nil
	nodes.used = 0
	ok = s.read(text)
	return s.root, ok
}

func (s *skimmer) read(text []byte) bool {
	s.text, s.next, s.line = text, 0, 0
	s.levels, s.keys = s.levels[:0], s.keys[:0]
	s.pending, s.plain, s.single, s.more = false, false, false, false
	s.anchors, s.anchor = s.anchors[:0], nil
	s.found = skimmed{labels: s.found.labels[:0], annotations: s.found.annotations[:0], entries: s.found.entries[:0]}
	for {
		line, ok := s.readLine()
		if !ok {
			s.found.mapping = len(s.levels) > 0 && !s.levels[0].sequence
			return true
		}
		if !s.takeLine(line) {
			return false
		}
	}
}

// readLine returns the next line without its break.
func (s *skimmer) readLine() (line []byte, ok bool) {
	if s.next >= len(s.text) {
		return nil, false
	}
	line = s.text[s.next:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	s.next = min(s.next+len(line)+1, len(s.text))
	s.line++
	return bytes.TrimSuffix(line, []byte("\r")), true
}

func (s *skimmer) takeLine(line []byte) bool {
	if s.line == 1 && bytes.HasPrefix(line, []byte("---")) {
		return blank(line[3:])
	}
	indent := spaces(line)
	rest := line[indent:]
	switch {
	case len(rest) == 0:
		// An empty line inside a scalar becomes a part of it.
		s.single = s.single || s.nodes != nil
		return true
	case rest[0] == '#':
		s.plain = false
		return true
	case indent == 0 && (rest[0] == '%' || bytes.HasPrefix(rest, []byte("---")) || bytes.HasPrefix(rest, []byte("..."))):
		return false
	}
	if s.plain && indent > s.top().indent {
		value, after := plainEnd(rest)
		if s.single {
			return s.refuse()
		}
		if len(value) == 0 || len(after) > 0 {
			return false
		}
		if s.nodes != nil {
			s.scalar.Value += " " + string(value)
		}
		return true
	}
	s.plain = false
	return s.place(indent, isDash(rest)) && s.content(indent, rest)
}

// refuse leaves the document to load.
func (s *skimmer) refuse() bool {
	s.more = s.nodes == nil
	return false
}

func (s *skimmer) top() *skimLevel { return &s.levels[len(s.levels)-1] }

// place opens and closes collections, so that the innermost is the one to which
// a line with this indentation belongs.
func (s *skimmer) place(indent int, dash bool) bool {
	if len(s.levels) == 0 {
		s.found.line = s.line
		s.levels = append(s.levels, skimLevel{indent: indent, sequence: dash, node: s.newCollection(dash)})
		s.root = s.top().node
		return true
	}
	pending := s.pending
	s.pending = false
	if !pending {
		s.anchor = nil
	}
	top := s.top()
	// A sequence may stand at the indentation of its key.
	if pending && (indent > top.indent || indent == top.indent && dash && !top.sequence) {
		return s.push(indent, dash)
	}
	s.anchor = nil
	for top.indent > indent || top.indent == indent && top.sequence && !dash {
		if len(s.levels) == 1 {
			return false
		}
		s.keys = s.keys[:top.firstKey]
		s.levels = s.levels[:len(s.levels)-1]
		top = s.top()
	}
	return top.indent == indent && top.sequence == dash
}

// push opens a collection that is the value of the innermost key or item.
func (s *skimmer) push(indent int, sequence bool) bool {
	if len(s.levels) == maxSkimLevels {
		return false
	}
	if role := s.role(); role.scalar() || role == roleFields && sequence {
		return s.refuse()
	}
	node := s.newCollection(sequence)
	s.put(node)
	s.levels = append(s.levels, skimLevel{indent: indent, sequence: sequence, firstKey: len(s.keys), node: node})
	return true
}

// newCollection returns a node when nodes are asked for.
func (s *skimmer) newCollection(sequence bool) *yaml.Node {
	switch {
	case s.nodes == nil:
		s.anchor = nil
		return nil
	case sequence:
		return s.name(s.nodes.add(yaml.SequenceNode, "!!seq", "", s.line))
	}
	return s.name(s.nodes.add(yaml.MappingNode, "!!map", "", s.line))
}

// name gives a node the anchor that was read before it.
func (s *skimmer) name(node *yaml.Node) *yaml.Node {
	if s.anchor != nil {
		if s.anchored == nil {
			s.anchored = map[string]*yaml.Node{}
		}
		node.Anchor = string(s.anchor)
		node.Line = s.anchorLine
		s.anchored[node.Anchor] = node
		s.anchor = nil
	}
	return node
}

// addItem gives a collection a key, if it is a mapping, and a place for a value,
// which is null until put fills it.
func (s *skimmer) addItem(collection *yaml.Node, key []byte, style yaml.Style) {
	if s.nodes == nil {
		return
	}
	if collection.Kind == yaml.MappingNode {
		node := s.nodes.add(yaml.ScalarNode, "", string(key), s.line)
		if node.Style = style; style == 0 && node.Value == "<<" {
			node.Tag = "!!merge"
		}
		collection.Content = append(collection.Content, node)
	}
	collection.Content = append(collection.Content, s.nodes.add(yaml.ScalarNode, "!!null", "", s.line))
}

// put sets the value of the innermost key or item.
func (s *skimmer) put(node *yaml.Node) {
	if s.nodes != nil {
		content := s.top().node.Content
		content[len(content)-1] = node
	}
}

// newScalar returns the node of a scalar when nodes are asked for.
func (s *skimmer) newScalar(value []byte, style scalarStyle, line int) *yaml.Node {
	if s.nodes == nil {
		s.anchor = nil
		return nil
	}
	node := s.name(s.nodes.add(yaml.ScalarNode, "", string(value), line))
	switch style {
	case quotedScalar:
		node.Style = yaml.DoubleQuotedStyle
	case literalScalar:
		node.Style = yaml.LiteralStyle
	case foldedScalar:
		node.Style = yaml.FoldedStyle
	case plainScalar:
	}
	return node
}

func keyStyle(rest []byte) yaml.Style {
	if rest[0] == '"' || rest[0] == '\'' {
		return yaml.DoubleQuotedStyle
	}
	return 0
}

// content takes a line after its indentation: dashes, then a key or a value.
func (s *skimmer) content(indent int, rest []byte) bool {
	for s.top().sequence {
		// rest begins with a dash.
		after := rest[1:]
		s.addItem(s.top().node, nil, 0)
		if blank(after) {
			s.pending = true
			return true
		}
		gap := spaces(after)
		indent, rest = indent+1+gap, after[gap:]
		key, _ := cutKey(rest)
		dash := isDash(rest)
		if key == nil && !dash {
			return s.value(rest)
		}
		if !s.push(indent, dash) {
			return false
		}
	}
	key, after := cutKey(rest)
	if key == nil || !s.addKey(key) {
		return false
	}
	s.addItem(s.top().node, key, keyStyle(rest))
	if blank(after) {
		s.pending = true
		return !s.role().scalar() || s.refuse()
	}
	return s.value(after[spaces(after):])
}

// addKey adds a key to the innermost mapping, which must not have it yet.
func (s *skimmer) addKey(key []byte) bool {
	if !s.newKey(s.top().firstKey, key) {
		return false
	}
	// What SOPS has encrypted is looked at more closely.
	return len(s.levels) > 1 || s.nodes != nil || string(key) != "sops" || s.refuse()
}

func (s *skimmer) newKey(first int, key []byte) bool {
	if string(key) == "<<" && s.nodes == nil {
		return s.refuse()
	}
	known := s.keys[first:]
	if len(known) == maxSkimKeys || len(key) > maxSkimKey {
		return false
	}
	for _, other := range known {
		if bytes.Equal(other, key) {
			return false
		}
	}
	s.keys = append(s.keys, key)
	return true
}

// value takes the value of a key or an item.
func (s *skimmer) value(rest []byte) bool {
	switch rest[0] {
	case '&':
		name, after := cutWord(rest[1:])
		if name == nil || len(s.anchors) == maxSkimKeys {
			return false
		}
		s.anchors, s.anchor, s.anchorLine = append(s.anchors, name), name, s.line
		if blank(after) {
			return s.anchorNothing()
		}
		rest = after[spaces(after):]
		if rest[0] == '&' || rest[0] == '*' {
			return false
		}
	case '*':
		name, after := cutWord(rest[1:])
		return name != nil && blank(after) && s.alias(name)
	}
	switch rest[0] {
	case '|', '>':
		return s.block(rest)
	case '{', '[':
		role := s.role()
		if role.scalar() || role == roleFields && !bytes.HasPrefix(rest, []byte("{}")) {
			return s.refuse()
		}
		node, after, ok := s.flow(rest, 0)
		s.put(node)
		return ok && blank(after)
	case '"', '\'':
		if value, after, ok := cutQuoted(rest); ok {
			return blank(after) && s.keep(value, quotedScalar, s.line)
		}
		return s.long(rest)
	}
	value, after := cutPlain(rest)
	s.plain = len(after) == 0
	return len(value) > 0 && s.keep(value, plainScalar, s.line)
}

// anchorNothing takes an anchor without a value on its line: one of a collection
// on the next lines, or of null.
func (s *skimmer) anchorNothing() bool {
	if s.role().scalar() {
		return s.refuse()
	}
	s.pending = true
	if s.nodes != nil {
		content := s.top().node.Content
		name := s.anchor
		s.name(content[len(content)-1])
		s.anchor = name
	}
	return true
}

// alias takes a value that stands elsewhere.
func (s *skimmer) alias(name []byte) bool {
	if s.role() != roleNone {
		return s.refuse()
	}
	if s.nodes != nil {
		node := s.nodes.add(yaml.AliasNode, "", string(name), s.line)
		node.Alias = s.anchored[node.Value]
		s.put(node)
		return node.Alias != nil
	}
	for _, known := range s.anchors {
		if bytes.Equal(known, name) {
			return true
		}
	}
	return false
}

// long takes a quoted scalar with escapes or of several lines.
func (s *skimmer) long(rest []byte) bool {
	if s.role() != roleNone {
		return s.refuse()
	}
	quote, line, firstLine := rest[0], rest[1:], s.line
	q := quotedLine{value: s.unquoted[:0], quote: quote}
	for {
		end, ok := q.add(line)
		if !ok {
			return false
		}
		if end >= 0 {
			s.unquoted = q.value
			return blank(line[end:]) && s.keep(q.value, quotedScalar, firstLine)
		}
		q.value = q.value[:max(q.solid, len(bytes.TrimRight(q.value, " ")))]
		breaks := 0
		for ; ; breaks++ {
			next, ok := s.readLine()
			if !ok {
				return false
			}
			indent := spaces(next)
			if line = next[indent:]; len(line) == 0 {
				continue
			}
			if indent <= s.top().indent {
				return false
			}
			break
		}
		switch {
		case q.joined:
			if breaks > 0 {
				return false
			}
		case breaks == 0:
			q.value = append(q.value, ' ')
		}
		for range breaks {
			q.value = append(q.value, '\n')
		}
		q.solid = len(q.value)
	}
}

// quotedLine reads the lines of a quoted scalar.
type quotedLine struct {
	value []byte
	quote byte
	// solid is the length of the value that a line break does not trim.
	solid int
	// joined is true when the last line ended in a backslash, which takes the
	// break away.
	joined bool
}

// add adds a line to the value. end is the offset behind the closing quote, or
// -1 when the line has none.
func (q *quotedLine) add(line []byte) (end int, ok bool) {
	q.joined = false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\t':
			return 0, false
		case c == q.quote && (c == '"' || i+1 == len(line) || line[i+1] != c):
			return i + 1, true
		case c == q.quote:
			i++
		case c == '\\' && q.quote == '"':
			if i++; i == len(line) {
				q.joined, q.solid = true, len(q.value)
				return -1, true
			}
			switch line[i] {
			case '"', '\\', ' ':
				c = line[i]
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			default:
				return 0, false
			}
			q.value = append(q.value, c)
			q.solid = len(q.value)
			continue
		}
		q.value = append(q.value, c)
	}
	return -1, true
}

// cutWord cuts off the name of an anchor.
func cutWord(rest []byte) (name, after []byte) {
	n := 0
	for n < len(rest) && wordByte[rest[n]] && rest[n] != '.' && rest[n] != '/' && rest[n] != '$' {
		n++
	}
	if n == 0 || n < len(rest) && rest[n] != ' ' {
		return nil, nil
	}
	return rest[:n], rest[n:]
}

// block takes a block scalar, whose header this is.
func (s *skimmer) block(header []byte) bool {
	style, rest := literalScalar, header[1:]
	if header[0] == '>' {
		style = foldedScalar
	}
	var ok bool
	strip := len(rest) > 0 && rest[0] == '-'
	if strip || len(rest) > 0 && rest[0] == '+' {
		if !strip && s.nodes != nil {
			return false
		}
		rest = rest[1:]
	}
	if !blank(rest) {
		return false
	}
	// The first line with text gives the indentation of all. Blank lines before
	// it may not have more; without any text they would give it.
	parent, indent, leading := s.top().indent, 0, 0
	headerLine, start, end := s.line, s.next, s.next
	for {
		offset := s.next
		line, ok := s.readLine()
		if !ok {
			break
		}
		column := spaces(line)
		if column == len(line) {
			if indent == 0 {
				leading = max(leading, column)
			} else if column > indent {
				end = s.next // Spaces that are text.
			}
			continue
		}
		if column <= parent || column < indent {
			if line[column] == '\t' {
				return false
			}
			s.next = offset
			s.line--
			break
		}
		if indent == 0 {
			if leading > column || line[column] == '\t' {
				return false
			}
			indent = column
		}
		end = s.next
	}
	if indent == 0 && leading > 0 {
		return false
	}
	if s.nodes == nil {
		return s.keep(s.text[start:end], style, headerLine)
	}
	value := dedent(s.text[start:end])
	if style == foldedScalar {
		if value, ok = fold(value); !ok {
			return false
		}
	}
	if strip {
		value = bytes.TrimSuffix(value, []byte("\n"))
	}
	return s.keep(value, style, headerLine)
}

// fold makes one line of the lines of a folded scalar, and one break less of
// several; ok is false when some line has more indentation, which would keep
// its break.
func fold(lines []byte) (value []byte, ok bool) {
	value = lines[:0]
	breaks, text := 0, false
	for line := range bytes.Lines(lines) {
		content := bytes.TrimSuffix(line, []byte("\n"))
		if len(content) == 0 {
			breaks++
			continue
		}
		if content[0] == ' ' || content[0] == '\t' {
			return nil, false
		}
		if text && breaks == 0 {
			value = append(value, ' ')
		}
		for range breaks {
			value = append(value, '\n')
		}
		value = append(value, content...)
		breaks, text = 0, true
	}
	if text && bytes.HasSuffix(lines, []byte("\n")) {
		value = append(value, '\n')
	}
	return value, true
}

// flow takes a flow collection that ends on this line.
func (s *skimmer) flow(rest []byte, depth int) (node *yaml.Node, after []byte, ok bool) {
	mapping, closing := rest[0] == '{', rest[0]+2
	node = s.newCollection(!mapping)
	rest = bytes.TrimLeft(rest[1:], " ")
	if len(rest) > 0 && rest[0] == closing {
		return node, rest[1:], true
	}
	first := len(s.keys)
	defer func() { s.keys = s.keys[:first] }()
	for len(rest) > 0 {
		var key []byte
		style := keyStyle(rest)
		if mapping {
			key, after = cutKey(rest)
			if key == nil || !s.newKey(first, key) {
				return nil, nil, false
			}
			if rest = bytes.TrimLeft(after, " "); len(rest) == 0 {
				return nil, nil, false
			}
		}
		s.addItem(node, key, style)
		var value *yaml.Node
		switch rest[0] {
		case '{', '[':
			if depth == maxSkimFlow {
				return nil, nil, false
			}
			value, rest, ok = s.flow(rest, depth+1)
		case '"', '\'':
			var text []byte
			text, rest, ok = cutQuoted(rest)
			value = s.newScalar(text, quotedScalar, s.line)
		default:
			var text []byte
			text, rest, ok = cutFlowPlain(rest)
			value = s.newScalar(text, plainScalar, s.line)
		}
		rest = bytes.TrimLeft(rest, " ")
		if !ok || len(rest) == 0 {
			return nil, nil, false
		}
		if node != nil {
			node.Content[len(node.Content)-1] = value
		}
		switch rest[0] {
		case closing:
			return node, rest[1:], true
		case ',':
		default:
			return nil, nil, false
		}
		rest = bytes.TrimLeft(rest[1:], " ")
	}
	return nil, nil, false
}

// skimRole says what is kept of the value of a key.
type skimRole uint8

const (
	roleNone skimRole = iota
	// roleFields values are mappings whose entries are kept.
	roleFields
	roleAPIVersion
	roleKind
	roleName
	roleNamespace
	roleLabel
	roleAnnotation
	roleEntry
)

// scalar is true for the roles of which the value itself is kept.
func (r skimRole) scalar() bool { return r > roleFields }

// role is that of the innermost key.
func (s *skimmer) role() skimRole {
	depth := len(s.levels)
	if depth > 3 || s.nodes != nil {
		return roleNone
	}
	for _, level := range s.levels {
		if level.sequence {
			return roleNone
		}
	}
	key := string(s.keys[len(s.keys)-1])
	if depth == 1 {
		switch key {
		case "apiVersion":
			return roleAPIVersion
		case "kind":
			return roleKind
		case "metadata", "data", "stringData", "binaryData":
			return roleFields
		}
		return roleNone
	}
	outer := string(s.keys[s.levels[1].firstKey-1])
	if outer != "metadata" {
		if depth == 2 && (outer == "data" || outer == "stringData" || outer == "binaryData") {
			return roleEntry
		}
		return roleNone
	}
	if depth == 2 {
		switch key {
		case "name":
			return roleName
		case "namespace":
			return roleNamespace
		case "labels", "annotations":
			return roleFields
		}
		return roleNone
	}
	switch string(s.keys[s.levels[2].firstKey-1]) {
	case "labels":
		return roleLabel
	case "annotations":
		return roleAnnotation
	}
	return roleNone
}

// keep stores the scalar that is the value of the innermost key or item.
func (s *skimmer) keep(value []byte, style scalarStyle, line int) bool {
	role := s.role()
	s.single = role.scalar()
	s.scalar = s.newScalar(value, style, line)
	s.put(s.scalar)
	if role == roleNone {
		return true
	}
	if role != roleEntry && (style == literalScalar || style == foldedScalar) {
		return s.refuse()
	}
	key := s.keys[len(s.keys)-1]
	switch role {
	case roleAPIVersion, roleKind, roleName, roleNamespace:
		if len(value) == 0 || style == plainScalar && !isText(value) {
			return s.refuse()
		}
		switch role {
		case roleAPIVersion:
			s.found.apiVersion = value
		case roleKind:
			s.found.kind = value
		case roleName:
			s.found.name, s.found.nameLine = value, line
			return true
		default:
			s.found.namespace = value
			return true
		}
		return s.found.apiVersion == nil || s.found.kind == nil || !s.wanted(s.found.apiVersion, s.found.kind) || s.refuse()
	case roleLabel:
		s.found.labels = append(s.found.labels, [2][]byte{key, value})
	case roleAnnotation:
		s.found.annotations = append(s.found.annotations, [2][]byte{key, value})
	case roleEntry:
		field := s.keys[s.levels[1].firstKey-1]
		s.found.entries = append(s.found.entries, skimmedEntry{field: field, key: key, value: value, line: line, style: style})
		return style != foldedScalar || s.refuse()
	default: // A scalar where a mapping belongs.
		return s.refuse()
	}
	return true
}

// isText is true for plain scalars that can be nothing but strings: those that
// begin with a letter or a dollar and are no word for true, false or null.
func isText(plain []byte) bool {
	if c := plain[0] | 0x20; (c < 'a' || c > 'z') && plain[0] != '$' {
		return false
	}
	switch string(plain) {
	case "true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL":
		return false
	}
	return true
}

func spaces(text []byte) int {
	n := 0
	for n < len(text) && text[n] == ' ' {
		n++
	}
	return n
}

// blank is true when nothing follows but white space and a comment.
func blank(rest []byte) bool {
	n := spaces(rest)
	return n == len(rest) || n > 0 && rest[n] == '#'
}

// isDash is true at the beginning of a sequence item.
func isDash(rest []byte) bool {
	return rest[0] == '-' && (len(rest) == 1 || rest[1] == ' ')
}

// cutKey cuts off a plain or quoted key and its colon; key is nil when there is
// none, or none that is simple.
func cutKey(rest []byte) (key, after []byte) {
	switch {
	case rest[0] == '"' || rest[0] == '\'':
		var ok bool
		if key, after, ok = cutQuoted(rest); !ok || len(key) == 0 {
			return nil, nil
		}
	case bytes.HasPrefix(rest, mergeKey):
		key, after = rest[:2], rest[2:]
	default:
		n := 0
		for n < len(rest) && (wordByte[rest[n]] || rest[n] == ':' && n+1 < len(rest) && wordByte[rest[n+1]]) {
			n++
		}
		if n == 0 || !plainBegins(rest) {
			return nil, nil
		}
		key, after = rest[:n], rest[n:]
	}
	if len(after) == 0 || after[0] != ':' || len(after) > 1 && after[1] != ' ' {
		return nil, nil
	}
	return key, after[1:]
}

var mergeKey = []byte("<<:")

// cutQuoted cuts off a quoted scalar of one line without escapes.
func cutQuoted(rest []byte) (value, after []byte, ok bool) {
	quote := rest[0]
	end := bytes.IndexByte(rest[1:], quote)
	if end < 0 {
		return nil, nil, false
	}
	value, after = rest[1:1+end], rest[2+end:]
	if len(after) > 0 && after[0] == quote || bytes.IndexByte(value, '\t') >= 0 || quote == '"' && bytes.IndexByte(value, '\\') >= 0 {
		return nil, nil, false
	}
	return value, after, true
}

// cutPlain cuts off a plain scalar that goes to the end of the line or to a
// comment. The value is empty when there is none that is simple.
func cutPlain(rest []byte) (value, after []byte) {
	if !plainBegins(rest) {
		return nil, nil
	}
	return plainEnd(rest)
}

// plainEnd is cutPlain inside a scalar, where any character may come next.
func plainEnd(rest []byte) (value, after []byte) {
	for i, c := range rest {
		switch {
		case c == '\t', c == ':' && (i+1 == len(rest) || rest[i+1] == ' '):
			return nil, nil
		case c == '#' && i > 0 && rest[i-1] == ' ':
			return bytes.TrimRight(rest[:i], " "), rest[i:]
		}
	}
	return bytes.TrimRight(rest, " "), nil
}

// cutFlowPlain cuts off a plain scalar inside a flow collection.
func cutFlowPlain(rest []byte) (value, after []byte, ok bool) {
	if !plainBegins(rest) || rest[0] == ':' {
		return nil, nil, false
	}
	for i, c := range rest {
		switch c {
		case ',', ']', '}':
			return bytes.TrimRight(rest[:i], " "), rest[i:], true
		case '[', '{', '\t', '#', '?':
			return nil, nil, false
		case ':':
			if i+1 == len(rest) || !wordByte[rest[i+1]] {
				return nil, nil, false
			}
		}
	}
	return nil, nil, false
}

// plainBegins is true where a plain scalar may begin.
func plainBegins(rest []byte) bool {
	if rest[0] == '-' || rest[0] == ':' {
		return len(rest) > 1 && wordByte[rest[1]]
	}
	return plainFirst[rest[0]]
}

var (
	// wordByte are the bytes of plain keys.
	wordByte = byteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./$", false)
	// plainFirst are the bytes with which a plain scalar may begin.
	plainFirst = byteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./$()+;<=^\\~", true)
)

func byteSet(members string, beyondASCII bool) (set [256]bool) {
	for _, c := range []byte(members) {
		set[c] = true
	}
	for c := 0x80; beyondASCII && c <= 0xff; c++ {
		set[c] = true
	}
	return set
}

// nodePool keeps nodes for the next document.
type nodePool struct {
	nodes []*yaml.Node
	used  int
}

func (p *nodePool) add(kind yaml.Kind, tag, value string, line int) *yaml.Node {
	if p.used == len(p.nodes) {
		block := make([]yaml.Node, 128)
		for i := range block {
			p.nodes = append(p.nodes, &block[i])
		}
	}
	node := p.nodes[p.used]
	p.used++
	*node = yaml.Node{Kind: kind, Tag: tag, Value: value, Line: line, Content: node.Content[:0]}
	return node
}
