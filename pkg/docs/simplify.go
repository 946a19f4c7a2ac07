package docs

import (
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// furniture is what a page shows beside its text.
const furniture = "script, style, noscript, nav, button, svg, form, iframe, .td-sidebar, .td-sidebar-toc, .article-meta, " +
	".td-heading-self-link, .td-offset-anchor, .footnote-backref, .carousel, .modal, .feedback--answer, .feedback--question, " +
	".text-muted.border-top, .td-page-meta, .td-page-meta__lastmod"

// simplify turns what Markdown has no words for into what it has.
func simplify(main *goquery.Selection) {
	main.Find(furniture).Remove()
	main.Find(".card-group").Each(func(_ int, gallery *goquery.Selection) {
		if gallery.Find("p, a[href]").Length() == 0 {
			gallery.Remove() // pictures only
		}
	})
	main.Find("div.mermaid").Each(func(_ int, diagram *goquery.Selection) {
		code := element(atom.Code, diagram.Text())
		code.Attr = []html.Attribute{{Key: "class", Val: "language-mermaid"}}
		pre := element(atom.Pre, "")
		pre.AppendChild(code)
		diagram.ReplaceWithNodes(pre)
	})
	main.Find("ul.nav-tabs").Each(func(_ int, tabs *goquery.Selection) {
		tabs.Find("a[href]").Each(func(_ int, tab *goquery.Selection) {
			pane := main.Find(".tab-pane" + tab.AttrOr("href", "#"))
			pane.PrependNodes(strongParagraph(tab.Text()))
		})
		tabs.Remove()
	})
	main.Find("div.alert").Each(func(_ int, alert *goquery.Selection) {
		alert.Find(".alert-heading").Each(func(_ int, heading *goquery.Selection) {
			heading.ReplaceWithNodes(strongParagraph(heading.Text()))
		})
		rename(alert.Get(0), atom.Blockquote)
	})
	main.Find("summary").Each(func(_ int, summary *goquery.Selection) {
		summary.ReplaceWithNodes(strongParagraph(summary.Text()))
	})
	main.Find(".section-index").Each(func(_ int, index *goquery.Selection) {
		index.Find("hr").Remove()
		rename(index.Get(0), atom.Ul)
		index.Find(".entry").Each(func(_ int, entry *goquery.Selection) {
			item := element(atom.Li, "")
			entry.Find("h5, p").Each(func(i int, part *goquery.Selection) {
				if i > 0 {
					item.AppendChild(&html.Node{Type: html.TextNode, Data: ": "})
				}
				moveChildren(part.Get(0), item)
			})
			entry.ReplaceWithNodes(item)
		})
	})
	main.Find("table").Each(func(_ int, table *goquery.Selection) { flattenCells(table.Get(0)) })
	main.Find("*").Each(func(_ int, tag *goquery.Selection) {
		if node := tag.Get(0); !knownTags[node.Data] && node.Namespace == "" {
			unknownToText(node)
		}
	})
}

var knownTags = func() map[string]bool {
	known := map[string]bool{}
	for tag := range strings.FieldsSeq(`a abbr address article aside audio b bdi bdo blockquote br caption center cite code
		col colgroup data dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i
		img ins kbd label li main map mark math menu ol p picture pre q rp rt ruby s samp section small source span strike
		strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr`) {
		known[tag] = true
	}
	return known
}()

// unknownToText shows a tag that HTML does not know as it was meant: a
// placeholder such as <name> that someone forgot to quote.
func unknownToText(node *html.Node) {
	placeholder := element(atom.Code, "<"+node.Data+">")
	node.InsertBefore(placeholder, node.FirstChild)
	node.Data, node.DataAtom, node.Attr = atom.Span.String(), atom.Span, nil
}

func element(tag atom.Atom, text string) *html.Node {
	node := &html.Node{Type: html.ElementNode, Data: tag.String(), DataAtom: tag}
	if text != "" {
		node.AppendChild(&html.Node{Type: html.TextNode, Data: text})
	}
	return node
}

func strongParagraph(text string) *html.Node {
	p := element(atom.P, "")
	p.AppendChild(element(atom.Strong, text))
	return p
}

func rename(node *html.Node, tag atom.Atom) {
	node.Data, node.DataAtom, node.Attr = tag.String(), tag, nil
}
