// Package sanitize cleans text that comes from outside: object names and
// messages of a cluster, names and contents of files, fetched documents. It is
// called once, where the text enters, so that nothing further in can send a
// terminal an escape sequence or show a reader something else than it is.
package sanitize

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// MaxMessage is the length in bytes at which messages of outside origin are
// cut. The API server allows conditions 32 KiB; a reader needs the start.
const MaxMessage = 4096

// Line returns text as one line of printable characters, at most limit bytes
// long: escape sequences and control, bidirectional and invisible characters
// are dropped, white space of any kind is folded to single spaces. A limit of
// 0 means MaxMessage.
func Line(text string, limit int) string {
	if plain(text) {
		return truncate(text, limit)
	}
	return truncate(strings.Join(strings.Fields(clean(text)), " "), limit)
}

// Text is Line for text of several lines: line breaks and tabs stay.
func Text(text string, limit int) string {
	return truncate(clean(text), limit)
}

// Path returns a file name with every character that does not show as itself
// written as a Go escape (for example \u200e), so that two names that look
// alike stay two names. It is for people and reports: open files by the
// original.
func Path(path string) string {
	if plain(path) {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(path[i])|0x100, 16)[1:])
		case r == ' ' || visible(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// plain is the fast path: printable ASCII with single inner spaces.
func plain(text string) bool {
	previous := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c >= 0x7f || (c == ' ' && previous == ' ') {
			return false
		}
		previous = c
	}
	return previous != ' ' || text == ""
}

func clean(text string) string {
	text = ansi.Strip(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return -1
		case unicode.IsSpace(r):
			return ' '
		case visible(r):
			return r
		}
		return -1
	}, text)
}

// visible is false for control characters (Cc), format characters such as
// bidirectional overrides and zero-width marks (Cf), private use, surrogates,
// unassigned code points, variation selectors and tag characters. Zero-width
// joiners fall with them: an emoji may come apart, a name may not hide.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Variation_Selector, r) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// truncate cuts at a character boundary and says so with an ellipsis that
// counts towards the limit.
func truncate(text string, limit int) string {
	const ellipsis = "…"
	if limit <= 0 {
		limit = MaxMessage
	}
	if len(text) <= limit {
		return text
	}
	if limit <= len(ellipsis) {
		return ellipsis
	}
	cut := limit - len(ellipsis)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + ellipsis
}
