package docs

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// content is the one element of a page that holds its text.
const content = "main .td-content"

// errNotAPage says that the answer is some other HTML than a page of the
// documentation, for example the login page of a guest network.
var errNotAPage = errors.New("the answer is not a page of the Flux documentation; is there a login page in front of the network?")

// convertPage turns the HTML of a page into Markdown, cut at its headings. The
// first part is the title of the page with what stands before other headings.
// Links become absolute against the address of the page.
func convertPage(page []byte, address *url.URL) ([]Part, error) {
	document, err := goquery.NewDocumentFromReader(bytes.NewReader(mainElement(page)))
	if err != nil {
		return nil, fmt.Errorf("read HTML: %w", err)
	}
	main := document.Find(content).First()
	if main.Length() == 0 {
		return nil, errNotAPage
	}
	simplify(main)
	blocks := cut(main.Get(0))
	toMarkdown := newConverter()
	parts := make([]Part, 0, len(blocks))
	for _, block := range blocks {
		markdown, err := toMarkdown.ConvertNode(block.content, converter.WithDomain(address.String()))
		if err != nil {
			return nil, fmt.Errorf("convert HTML: %w", err)
		}
		parts = append(parts, Part{
			Level:    block.level,
			Title:    sanitize.Line(block.title, 300),
			Anchor:   sanitize.Line(block.anchor, 300),
			Markdown: cleanMarkdown(string(markdown)),
		})
	}
	return parts, nil
}

// mainElement is the part of a page that is parsed: four fifths of a page are
// menus around it.
func mainElement(page []byte) []byte {
	tokenizer := html.NewTokenizer(bytes.NewReader(page))
	start, depth, at := 0, 0, 0
	for {
		kind := tokenizer.Next()
		from := at
		at += len(tokenizer.Raw())
		switch kind {
		case html.ErrorToken:
			if depth == 0 {
				return nil
			}
			return page[start:]
		case html.StartTagToken, html.EndTagToken:
			if name, _ := tokenizer.TagName(); string(name) != "main" {
				continue
			}
			switch {
			case kind == html.StartTagToken && depth == 0:
				start, depth = from, 1
			case kind == html.StartTagToken:
				depth++
			case depth == 1:
				return page[start:at]
			case depth > 1:
				depth--
			}
		}
	}
}

func newConverter() *converter.Converter {
	c := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
	))
	c.Register.RendererFor("blockquote", converter.TagTypeBlock, renderQuote, converter.PriorityEarly)
	c.Register.RendererFor("table", converter.TagTypeBlock, renderTable, converter.PriorityEarly)
	return c
}

// block is a heading and the nodes up to the next one.
type block struct {
	level   int
	title   string
	anchor  string
	content *html.Node
}

// cut moves the children of root into blocks. Headings inside quotes, lists and
// the like do not cut; those in a plain wrapper do.
func cut(root *html.Node) []block {
	var blocks []block
	begin := func(b block) {
		b.content = &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
		blocks = append(blocks, b)
	}
	begin(block{level: 1})
	var walk func(parent *html.Node)
	walk = func(parent *html.Node) {
		for node := parent.FirstChild; node != nil; {
			next := node.NextSibling
			switch {
			case headingLevel(node) > 0:
				b := block{level: headingLevel(node), title: text(node), anchor: attribute(node, "id")}
				if first := &blocks[0]; b.level == 1 && len(blocks) == 1 && (first.title == "" || first.title == b.title) {
					// The title of the page, which some pages repeat.
					first.title = b.title
					if b.anchor != "" {
						first.anchor = b.anchor
					}
				} else {
					begin(b)
				}
			case isWrapper(node) && hasHeading(node):
				walk(node)
			default:
				parent.RemoveChild(node)
				blocks[len(blocks)-1].content.AppendChild(node)
			}
			node = next
		}
	}
	walk(root)
	return blocks
}

func headingLevel(node *html.Node) int {
	switch node.DataAtom {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3:
		return 3
	case atom.H4:
		return 4
	case atom.H5:
		return 5
	case atom.H6:
		return 6
	}
	return 0
}

func isWrapper(node *html.Node) bool {
	return node.DataAtom == atom.Div || node.DataAtom == atom.Section || node.DataAtom == atom.Article
}

func hasHeading(node *html.Node) bool {
	for child := node.FirstChild; child != nil; child = child.NextSibling {
		if headingLevel(child) > 0 || isWrapper(child) && hasHeading(child) {
			return true
		}
	}
	return false
}

func text(node *html.Node) string {
	var b strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// cleanMarkdown drops what could harm a terminal. Nearly all text is plain
// ASCII, which the sanitiser need not look at letter by letter.
func cleanMarkdown(markdown string) string {
	for i := range len(markdown) {
		if c := markdown[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return sanitize.Text(markdown, len(markdown)+1)
		}
	}
	return markdown
}
