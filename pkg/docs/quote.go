package docs

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/marker"
	"golang.org/x/net/html"
)

// renderQuote writes a block quote in which code keeps its lines: the
// converter's own leaves the lines of code blocks unquoted.
func renderQuote(ctx converter.Context, w converter.Writer, node *html.Node) converter.RenderStatus {
	var inner bytes.Buffer
	ctx.RenderChildNodes(ctx, &inner, node)
	quoted := strings.ReplaceAll(inner.String(), string(marker.BytesMarkerCodeBlockNewline), string(marker.BytesMarkerCodeBlockNewline)+"> ")
	var b strings.Builder
	blank := true // at the start, and after a blank line, another one says nothing
	for line := range strings.SplitSeq(strings.TrimSpace(quoted), "\n") {
		if strings.TrimSpace(line) != "" {
			b.WriteString("> " + line + "\n")
			blank = false
		} else if !blank {
			b.WriteString(">\n")
			blank = true
		}
	}
	fmt.Fprintf(w, "\n\n%s\n", b.String())
	return converter.RenderSuccess
}
