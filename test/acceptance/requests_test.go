package acceptance

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// auditEvent is what is read of an audit.k8s.io/v1 Event.
type auditEvent struct {
	Verb, RequestURI, UserAgent string
}

// discovery are the paths that say what a server serves.
var discovery = regexp.MustCompile(`^/(version|api|apis)$|^/apis?/[^/]+(/[^/]+)?$|^/openapi/v3(/|$)`)

// requests checks what the last command asked of the current cluster, whose
// scenario is audited, by the audit log of the API server:
//
//	requests MAX
//
// It asks with get and list only, lists each kind of Flux once, has one Table of
// names, never of objects, for each namespace and kind that are referred to, and
// sends at most MAX more requests beyond discovery.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: requests MAX")
	}
	limit, err := strconv.Atoi(args[0])
	ts.Check(err)
	lists, tables := map[string]int{}, map[string]int{}
	var more []string
	for _, e := range lastRequests(ts) {
		if e.Verb != "get" && e.Verb != "list" {
			ts.Fatalf("%s of %s", e.Verb, e.RequestURI)
		}
		address, err := url.ParseRequestURI(e.RequestURI)
		ts.Check(err)
		query := address.Query()
		resource := address.Path[strings.LastIndex(address.Path, "/")+1:]
		switch {
		case discovery.MatchString(address.Path):
		case query.Has("continue"): // the rest of a list
		case strings.Contains(query.Get("includeObject"), "None"):
			tables[address.Path]++
		case strings.HasSuffix(address.Path, "/secrets"):
			ts.Fatalf("%s reads Secrets", e.RequestURI)
		case e.Verb == "list" && isFlux(resource):
			lists[address.Path]++
		default:
			more = append(more, e.RequestURI)
		}
	}
	for path, n := range lists {
		if n > 1 {
			ts.Fatalf("%s is listed %d times", path, n)
		}
	}
	for path, n := range tables {
		if n > 1 {
			ts.Fatalf("%s has %d Tables", path, n)
		}
	}
	if len(lists) == 0 {
		ts.Fatalf("no kind of Flux was listed")
	}
	ts.Logf("%d lists, %d Tables, and:\n%s", len(lists), len(tables), strings.Join(more, "\n"))
	if len(more) > limit {
		ts.Fatalf("%d requests more, not at most %d", len(more), limit)
	}
}

func isFlux(plural string) bool {
	return slices.ContainsFunc(fluxkind.All(), func(k fluxkind.Kind) bool { return k.Plural == plural })
}

// lastRequests are those since the last call, in the log that AUDIT names.
func lastRequests(ts *testscript.TestScript) (events []auditEvent) {
	file := ts.Getenv("AUDIT")
	read := func() []byte {
		content, err := os.ReadFile(file)
		ts.Check(err)
		return content
	}
	// The server writes an event after its answer.
	content := read()
	for time.Sleep(100 * time.Millisecond); ; time.Sleep(100 * time.Millisecond) {
		again := read()
		if len(again) == len(content) {
			break
		}
		content = again
	}
	seen, _ := strconv.Atoi(ts.Getenv("AUDITED"))
	ts.Setenv("AUDITED", strconv.Itoa(len(content)))
	for line := range bytes.Lines(content[seen:]) {
		var e auditEvent
		ts.Check(json.Unmarshal(line, &e))
		if e.UserAgent == "kubectl-fluxctx" {
			events = append(events, e)
		}
	}
	return events
}
