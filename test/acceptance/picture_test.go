package acceptance

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/testscript"
)

// Sizes of a picture, in pixels; a cell is as wide as a letter of a monospaced
// font of this size.
const (
	cellWidth  = 8.43
	lineHeight = 19
	margin     = 16
)

// A picture follows the colours of the reader's screen, dark or light.
const pictureHead = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img" xml:space="preserve">
<title>%[3]s</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; fill: #1f2328 }
rect { fill: #ffffff; stroke: #d1d9e0 }
.b { font-weight: bold } .f { fill: #59636e }
.r { fill: #d1242f } .g { fill: #1a7f37 } .y { fill: #9a6700 } .c { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } rect { fill: #0d1117; stroke: #3d444d } .f { fill: #9198a1 }
.r { fill: #ff7b72 } .g { fill: #3fb950 } .y { fill: #d29922 } .c { fill: #58a6ff }
}
</style>
<rect x="0.5" y="0.5" width="%[4]d" height="%[5]d" rx="6"/>
`

// sgrClasses are the styles of the theme by their codes.
var sgrClasses = map[string]string{"1": "b", "2": "f", "31": "r", "32": "g", "33": "y", "36": "c"}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// picture compares standard output, in colour, with a picture of it:
//
//	picture FILE TITLE LINES [PATTERN TEXT]
//
// It shows the first LINES lines, 0 for all. What matches PATTERN, an age for
// example, is replaced by TEXT. With -update the picture is written.
func picture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 && len(args) != 5 {
		ts.Fatalf("usage: picture FILE TITLE LINES [PATTERN TEXT]")
	}
	screen := ts.ReadFile("stdout")
	if !sgr.MatchString(screen) {
		ts.Fatalf("standard output has no colour")
	}
	if len(args) == 5 {
		pattern, err := regexp.Compile(args[3])
		ts.Check(err)
		screen = pattern.ReplaceAllString(screen, args[4])
	}
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	limit, err := strconv.Atoi(args[2])
	ts.Check(err)
	if limit > 0 && len(lines) > limit {
		lines = append(lines[:limit], "…")
	}
	got, err := drawing(args[1], lines)
	ts.Check(err)

	path := filepath.Join(ts.Getenv("ROOT"), args[0])
	if *update {
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
		ts.Check(os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	ts.Check(err)
	if got != string(want) {
		ts.Fatalf("%s shows another screen: run go test ./test/acceptance -update, then look at it", args[0])
	}
}

// drawing is a screen as SVG. It fails for a style that it does not know, so that
// no picture shows less than the screen.
func drawing(title string, lines []string) (string, error) {
	columns := 0
	for _, line := range lines {
		columns = max(columns, ansi.StringWidth(line))
	}
	width := int(float64(columns)*cellWidth) + 2*margin
	height := len(lines)*lineHeight + 2*margin
	var svg strings.Builder
	fmt.Fprintf(&svg, pictureHead, width, height, html.EscapeString(title), width-1, height-1)
	var classes []string // a style goes on in the next line
	for i, line := range lines {
		if line == "" {
			continue
		}
		fmt.Fprintf(&svg, `<text x="%d" y="%d">`, margin, margin+14+i*lineHeight)
		for line != "" {
			at := sgr.FindStringSubmatchIndex(line)
			text := line
			if at != nil {
				text = line[:at[0]]
			}
			writeSpan(&svg, text, classes)
			if at == nil {
				break
			}
			for code := range strings.SplitSeq(line[at[2]:at[3]], ";") {
				if code == "" || code == "0" {
					classes = nil
					continue
				}
				class, known := sgrClasses[code]
				if !known {
					return "", fmt.Errorf("the screen has the style %s, which pictures do not know", code)
				}
				classes = append(slices.Clone(classes), class)
			}
			line = line[at[1]:]
		}
		svg.WriteString("</text>\n")
	}
	svg.WriteString("</svg>\n")
	return svg.String(), nil
}

func writeSpan(svg *strings.Builder, text string, classes []string) {
	switch text = html.EscapeString(text); {
	case text == "":
	case len(classes) == 0:
		svg.WriteString(text)
	default:
		fmt.Fprintf(svg, `<tspan class="%s">%s</tspan>`, strings.Join(classes, " "), text)
	}
}
