package docs

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files again")

func testAddress(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// golden compares with testdata/NAME.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (run with -update and look at the change):\n%s", path, got)
	}
}

func TestConvertPageGolden(t *testing.T) {
	page, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	parts, err := convertPage(page, testAddress(t, "https://fluxcd.io/flux/guides/test-page/"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&b, "%s %s {#%s}\n\n%s\n\n", strings.Repeat("#", part.Level), part.Title, part.Anchor, part.Markdown)
	}
	golden(t, "page.md", b.String())
}

func TestWhatIsNoPage(t *testing.T) {
	for name, page := range map[string]string{
		"nothing":            "",
		"a login page":       "<html><body><h1>Welcome to the guest network</h1><form><input name=room></form></body></html>",
		"text":               "Service unavailable",
		"the wrong template": "<main><div class=content>Text</div></main>",
		"binary":             "\x00\x01\x02\xff\xfe",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := convertPage([]byte(page), testAddress(t, "https://fluxcd.io/flux/")); !errors.Is(err, errNotAPage) {
				t.Errorf("got %v, want errNotAPage", err)
			}
		})
	}
}

func TestOnlyTheMainElementIsParsed(t *testing.T) {
	for page, want := range map[string]string{
		"<nav>a</nav><main role=main>b</main>c":         "<main role=main>b</main>",
		"<main>a<main>b</main>c</main>d":                "<main>a<main>b</main>c</main>",
		"</main><main>a</main>":                         "<main>a</main>",
		"<script>'<main>'</script><!--<main>--><MAIN>a": "<MAIN>a",
		"<main>a<script>'</main>'</script>b</main>c":    "<main>a<script>'</main>'</script>b</main>",
		"no such element":                               "",
	} {
		if got := string(mainElement([]byte(page))); got != want {
			t.Errorf("%s: got %q, want %q", page, got, want)
		}
	}
}

func TestHostilePages(t *testing.T) {
	body := func(html string) string {
		return "<main><div class=td-content><h1>T</h1>" + html + "</div></main>"
	}
	for name, page := range map[string]string{
		"deep nesting":        body(strings.Repeat("<div>", 100_000)),
		"deep lists":          body(strings.Repeat("<ul><li>", 2_000)),
		"deep quotes":         body(strings.Repeat("<blockquote>", 2_000) + "x"),
		"deep tables":         body(strings.Repeat("<table><tr><td>", 500)),
		"many headings":       body(strings.Repeat("<h2 id=a>A</h2>", 20_000)),
		"odd tabs":            body(`<ul class=nav-tabs><li><a href="#a:b[c">x</a><li><a href="][">y</a><li><a href="">z</a></ul>`),
		"empty table":         body("<table></table><table><tr></tr></table>"),
		"a table of lists":    body("<table><tr><td><ul></ul><ol><li></ol></td></tr></table>"),
		"unfinished":          "<main><div class=td-content><h1>T</h1><pre><code class=language-yaml>a: b",
		"addresses":           body(`<a href="http://[::1">a</a><a href="javascript:alert(1)">b</a><a href="data:text/html,x">c</a>`),
		"converter's markers": body("<p>a\a*b \uf002 c</p><pre>x\uf002y</pre>"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			parts, err := convertPage([]byte(page), testAddress(t, "https://fluxcd.io/flux/"))
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if err == nil && len(parts) == 0 {
				t.Error("neither parts nor an error")
			}
		})
	}
	t.Run("escape sequences", func(t *testing.T) {
		page := body("<h2 id='a\x1b[2J'>A\x1b]0;title\x07B</h2><pre>\x1b[31mred\u202e\x9b1m</pre>")
		parts, err := convertPage([]byte(page), testAddress(t, "https://fluxcd.io/flux/"))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if all := part.Title + part.Anchor + part.Markdown; strings.ContainsAny(all, "\x1b\x07\u202e\u009b") {
				t.Errorf("what controls a terminal came through: %q", all)
			}
		}
	})
}
