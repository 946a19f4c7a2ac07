package gitrepo

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// gitCryptMagic begins every file that git-crypt has encrypted.
var gitCryptMagic = []byte("\x00GITCRYPT\x00")

// toUTF8 returns the text of a file without its byte order mark. UTF-16, which
// some editors on Windows write, is converted as the YAML library would do;
// without a mark everything is taken for UTF-8.
func toUTF8(content []byte) []byte {
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		return content[3:]
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		return fromUTF16(content[2:], binary.LittleEndian)
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		return fromUTF16(content[2:], binary.BigEndian)
	}
	return content
}

func fromUTF16(content []byte, order binary.ByteOrder) []byte {
	text := make([]byte, 0, len(content))
	for len(content) >= 2 {
		r := rune(order.Uint16(content))
		content = content[2:]
		if utf16.IsSurrogate(r) && len(content) >= 2 {
			r = utf16.DecodeRune(r, rune(order.Uint16(content)))
			content = content[2:]
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}

// plainText is true for text in which the YAML library sees the same characters
// and lines as the skimmer: valid UTF-8 with no control characters but tabs and
// line breaks, the only breaks being LF and CRLF.
func plainText(text []byte) bool {
	for i := 0; i < len(text); {
		for i+8 <= len(text) && printableWord(binary.LittleEndian.Uint64(text[i:])) {
			i += 8
		}
		if i == len(text) {
			break
		}
		c := text[i]
		if c >= ' ' && c < 0x7f || c == '\n' || c == '\t' {
			i++
			continue
		}
		if c == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if !(r >= 0xa0 && r <= 0xd7ff || r >= 0xe000 && r < 0xfffd || r >= 0x10000) || r == 0x2028 || r == 0x2029 || r == 0xfeff {
			return false
		}
		i += size
	}
	return true
}

// printableWord is true for eight bytes from space to the last before DEL.
func printableWord(bytes uint64) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	// The top bit of a byte is set when it is below a space, DEL, or not ASCII.
	return ((bytes-0x20*ones)|(bytes+ones)|bytes)&high == 0
}

// chunk is the part of a file between two document markers, with the marker
// before it.
type chunk struct {
	text []byte
	// line is the number of the chunk's first line, from 1.
	line int
}

// eachChunk cuts a file at its document markers, so that a document that does
// not parse leaves the others readable. That gives the documents that the
// stream of the whole file holds: a marker at the beginning of a line is one
// wherever it stands. The exception are directives (%YAML), which belong to the
// document after the next marker; a file with lines that may be some stays
// whole.
func eachChunk(text []byte, do func(chunk) bool) {
	if bytes.HasPrefix(text, []byte("%")) || bytes.Contains(text, []byte("\n%")) {
		do(chunk{text, 1})
		return
	}
	line, lines := 1, 0
	start, next := 0, 0
	for {
		found := bytes.Index(text[next:], []byte("\n---"))
		if found < 0 {
			break
		}
		lines += bytes.Count(text[next:next+found+1], []byte("\n"))
		next += found + 1
		if after := text[next+3:]; len(after) > 0 && after[0] != ' ' && after[0] != '\t' && after[0] != '\n' && after[0] != '\r' {
			continue
		}
		if !do(chunk{text[start:next], line}) {
			return
		}
		start, line = next, line+lines
		lines = 0
	}
	do(chunk{text[start:], line})
}
