package docs

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	markdowntext "github.com/yuin/goldmark/text"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// The conversion is judged by other means than it uses: what the HTML holds is
// read with selectors, what the Markdown holds with a CommonMark parser.

// siteEnv names a folder with pages of fluxcd.io as the site renders them.
const siteEnv = "FLUXCTX_DOCSITE"

// fidelity counts what a reader would miss.
type fidelity struct {
	pages                  int
	fences, goodFences     int
	headings, goodHeadings int
	tabs, goodTabs         int
	tables, goodTables     int
	links, goodLinks       int
	problems               []string
	furniture              []string
	sections, markdown     int
}

func (f *fidelity) problem(format string, args ...any) {
	if len(f.problems) < 40 {
		f.problems = append(f.problems, fmt.Sprintf(format, args...))
	}
}

func TestConversionOfTheRealSite(t *testing.T) {
	root := os.Getenv(siteEnv)
	if root == "" {
		t.Skipf("%s names no folder with pages", siteEnv)
	}
	var f fidelity
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "index.html" {
			return err
		}
		page, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		f.measure(t, "https://fluxcd.io/"+filepath.ToSlash(relative)+"/", page)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f.judge(t, 0.995)
	if f.pages != 120 {
		t.Errorf("%d pages, want 120", f.pages)
	}
}

// The committed page has every structure that the site uses.
func TestConversionOfTheTestPage(t *testing.T) {
	page, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	var f fidelity
	f.measure(t, "https://fluxcd.io/flux/guides/test-page/", page)
	f.judge(t, 1)
	if f.fences < 8 || f.headings < 5 || f.tabs < 2 || f.tables < 2 || f.links < 4 {
		t.Errorf("the page has lost its structures: %+v", f)
	}
}

func (f *fidelity) judge(t *testing.T, fences float64) {
	t.Helper()
	t.Logf("%d pages, %d sections, %d bytes of Markdown: fences %d/%d, headings %d/%d, tabs %d/%d, tables %d/%d, links %d/%d",
		f.pages, f.sections, f.markdown, f.goodFences, f.fences, f.goodHeadings, f.headings, f.goodTabs, f.tabs, f.goodTables, f.tables, f.goodLinks, f.links)
	for _, problem := range f.problems {
		t.Log(problem)
	}
	if float64(f.goodFences) < fences*float64(f.fences) {
		t.Errorf("%d of %d code fences are the same", f.goodFences, f.fences)
	}
	if f.goodHeadings != f.headings {
		t.Errorf("%d of %d headings have their level, title and anchor", f.goodHeadings, f.headings)
	}
	if f.goodTabs != f.tabs {
		t.Errorf("%d of %d tabs have their label", f.goodTabs, f.tabs)
	}
	if f.goodTables != f.tables {
		t.Errorf("%d of %d tables have their cells", f.goodTables, f.tables)
	}
	if f.goodLinks != f.links {
		t.Errorf("%d of %d links lead where they led", f.goodLinks, f.links)
	}
	for _, furniture := range f.furniture {
		t.Errorf("this is no text: %s", furniture)
	}
}

type fence struct{ language, code string }

func (f *fidelity) measure(t *testing.T, address string, page []byte) {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := convertPage(page, base)
	if err != nil {
		t.Errorf("%s: %v", address, err)
		return
	}
	document, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	main := document.Find("main .td-content")
	main.Find(".modal, header, .border-top").Remove()
	f.pages++
	f.sections += len(parts)

	var fences []fence
	var tables [][]string
	links := map[string]bool{}
	for _, part := range parts {
		f.markdown += len(part.Markdown)
		readMarkdown(part.Markdown, &fences, &tables, links)
		for _, furniture := range []string{"Last modified", "Edit this page", "Was this page helpful", "td-sidebar", "Toggle section"} {
			if strings.Contains(part.Markdown, furniture) {
				f.furniture = append(f.furniture, address+": "+furniture)
			}
		}
	}
	f.compareFences(address, main, fences)
	f.compareHeadings(address, main, parts)
	f.compareTabs(address, main, parts)
	f.compareTables(address, main, tables)
	main.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		// A heading is plain text; a tab and the way back from a footnote lead nowhere.
		if a.Closest(".nav-tabs, pre, .footnotes, h1, h2, h3, h4, h5, h6").Length() > 0 || strings.TrimSpace(a.Text()) == "" && a.Find("img").Length() == 0 {
			return
		}
		href := a.AttrOr("href", "")
		target, err := base.Parse(href)
		if err != nil {
			return
		}
		f.links++
		if links[target.String()] || links[strings.NewReplacer("(", "%28", ")", "%29").Replace(href)] {
			f.goodLinks++
		} else {
			f.problem("%s: the link to %s is lost", address, target)
		}
	})
}

func readMarkdown(markdown string, fences *[]fence, tables *[][]string, links map[string]bool) {
	source := []byte(markdown)
	parser := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	root := parser.Parse(markdowntext.NewReader(source))
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.FencedCodeBlock:
			*fences = append(*fences, fence{string(node.Language(source)), string(node.Lines().Value(source))})
		case *ast.Link:
			links[string(node.Destination)] = true
		case *extensionast.Table:
			var cells []string
			_ = ast.Walk(node, func(inner ast.Node, entering bool) (ast.WalkStatus, error) {
				if cell, ok := inner.(*extensionast.TableCell); ok && entering {
					cells = append(cells, plainText(cell, source))
				}
				return ast.WalkContinue, nil
			})
			*tables = append(*tables, cells)
		}
		return ast.WalkContinue, nil
	})
}

func plainText(root ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch node := node.(type) {
		case *ast.Text:
			if entering {
				value := node.Value(source)
				if _, inCode := node.Parent().(*ast.CodeSpan); inCode {
					b.WriteString(strings.ReplaceAll(string(value), `\|`, "|"))
				} else {
					b.Write(bytes.ReplaceAll(bytes.ReplaceAll(unescape(value), []byte("&lt;"), []byte("<")), []byte("&gt;"), []byte(">")))
				}
			}
		case *ast.RawHTML:
			if value := string(node.Segments.Value(source)); entering && value != "<br>" {
				b.WriteString(value)
			}
		case *ast.String:
			if entering {
				b.Write(node.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return letters(b.String())
}

// unescape drops the backslashes before punctuation.
func unescape(text []byte) []byte {
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte("\\`*_{}[]()#+-.!|<>~$=", text[i+1]) >= 0 {
			i++
		}
		out = append(out, text[i])
	}
	return out
}

// letters leaves white space and bullets out of the comparison.
func letters(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(sanitize.Line(text, 1<<20)), ""), "•", "")
}

func (f *fidelity) compareFences(address string, main *goquery.Selection, got []fence) {
	var want []fence
	main.Find("pre, div.mermaid").Each(func(_ int, pre *goquery.Selection) {
		language := ""
		if pre.Is("div") {
			language = "mermaid"
		}
		for _, class := range strings.Fields(pre.Find("code").AttrOr("class", "")) {
			if name, ok := strings.CutPrefix(class, "language-"); ok {
				language = name
			}
		}
		code := pre.Text()
		if !strings.HasSuffix(code, "\n") {
			code += "\n"
		}
		want = append(want, fence{language, sanitize.Text(code, 1<<20)})
	})
	f.fences += len(want)
	next := 0
	for _, fence := range want {
		found := false
		for i := next; i < len(got) && i < next+3; i++ {
			if got[i] == fence {
				f.goodFences++
				next, found = i+1, true
				break
			}
		}
		if !found {
			other := ""
			if next < len(got) {
				other = fmt.Sprintf("%q", got[next])
				next++
			}
			f.problem("%s: the fence\n\t%q became\n\t%s", address, fence, other)
		}
	}
}

func (f *fidelity) compareHeadings(address string, main *goquery.Selection, parts []Part) {
	type heading struct {
		level         int
		title, anchor string
	}
	var want []heading
	main.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, h *goquery.Selection) {
		if id, has := h.Attr("id"); has {
			title := sanitize.Line(strings.Join(strings.Fields(h.Text()), " "), 300)
			want = append(want, heading{int(goquery.NodeName(h)[1] - '0'), title, id})
		}
	})
	f.headings += len(want)
	next := 0
	for _, h := range want {
		for i := next; i < len(parts); i++ {
			if (heading{parts[i].Level, parts[i].Title, parts[i].Anchor}) == h {
				f.goodHeadings++
				next = i + 1
				break
			}
		}
	}
	if title := main.Find("h1").First().Text(); parts[0].Title != sanitize.Line(title, 300) {
		f.problem("%s: the title %q became %q", address, title, parts[0].Title)
		f.headings++
	}
}

func (f *fidelity) compareTabs(address string, main *goquery.Selection, parts []Part) {
	var all strings.Builder
	for _, part := range parts {
		all.WriteString(part.Markdown + "\n\n")
	}
	rest := all.String()
	main.Find("ul.nav-tabs a").Each(func(_ int, tab *goquery.Selection) {
		f.tabs++
		_, after, found := strings.Cut(rest, "**"+strings.TrimSpace(tab.Text())+"**\n")
		code := strings.TrimSpace(main.Find(tab.AttrOr("href", "")).Find("pre").First().Text())
		if !found || !strings.Contains(after, code) {
			f.problem("%s: the tab %q is lost", address, tab.Text())
			return
		}
		f.goodTabs++
		rest = after
	})
}

func (f *fidelity) compareTables(address string, main *goquery.Selection, got [][]string) {
	next := 0
	main.Find("table").Each(func(_ int, table *goquery.Selection) {
		if table.ParentsFiltered("td").Length() > 0 {
			return // its cells are lines of the cell around it
		}
		f.tables++
		var want []string
		table.Find("td, th").Each(func(_ int, cell *goquery.Selection) {
			if cell.ParentsFiltered("td").Length() == 0 {
				cell.Find("img").Each(func(_ int, image *goquery.Selection) { image.SetText(image.AttrOr("alt", "")) })
				want = append(want, letters(cell.Text()))
			}
		})
		if next >= len(got) {
			f.problem("%s: a table is lost", address)
			return
		}
		cells := got[next]
		next++
		for i, text := range want {
			if i >= len(cells) || strings.ReplaceAll(cells[i], ":", "") != strings.ReplaceAll(text, ":", "") {
				f.problem("%s: the cells\n\t%q became\n\t%q", address, want, cells)
				return
			}
		}
		f.goodTables++
	})
}
