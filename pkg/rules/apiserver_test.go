package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// apiServer answers the reads of the cluster collector from the objects of a
// test case. A document of kind Server gives the versions; one of kind
// Forbidden lists resources that may not be read.
type apiServer struct {
	version   string
	forbidden []string
	objects   []apiObject
}

type apiObject struct {
	group, version, kind, plural string
	namespace, name              string
	labels                       labels.Set
	body                         map[string]any
}

func serveObjects(t testing.TB, documents []byte) *rest.Config {
	t.Helper()
	s := &apiServer{version: "v1.36.3"}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(documents), 4096)
	for {
		var body map[string]any
		if err := decoder.Decode(&body); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		s.add(body)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &rest.Config{Host: server.URL}
}

func (s *apiServer) add(body map[string]any) {
	text := func(from map[string]any, key string) string { value, _ := from[key].(string); return value }
	switch text(body, "kind") {
	case "":
		return
	case "Server":
		s.version = text(body, "version")
		return
	case "Forbidden":
		resources, _ := body["resources"].([]any)
		for _, r := range resources {
			s.forbidden = append(s.forbidden, r.(string))
		}
		return
	}
	group, version, hasGroup := strings.Cut(text(body, "apiVersion"), "/")
	if !hasGroup {
		group, version = "", group
	}
	metadata, _ := body["metadata"].(map[string]any)
	set := labels.Set{}
	written, _ := metadata["labels"].(map[string]any)
	for key, value := range written {
		set[key], _ = value.(string)
	}
	s.objects = append(s.objects, apiObject{
		group: group, version: version, kind: text(body, "kind"), plural: plural(group, text(body, "kind")),
		namespace: text(metadata, "namespace"), name: text(metadata, "name"), labels: set, body: body,
	})
}

func plural(group, kind string) string {
	if row, ok := fluxkind.Lookup(group, kind); ok {
		return row.Plural
	}
	lower := strings.ToLower(kind)
	switch {
	case strings.HasSuffix(lower, "y"):
		return strings.TrimSuffix(lower, "y") + "ies"
	case strings.HasSuffix(lower, "s"):
		return lower + "es"
	}
	return lower + "s"
}

// ServeHTTP implements http.Handler.
func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/version" {
		writeJSON(w, map[string]string{"gitVersion": s.version})
		return
	}
	if r.URL.Path == "/apis" {
		writeJSON(w, s.discovery())
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	group := ""
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		group, parts = parts[1], parts[3:]
	default:
		http.NotFound(w, r)
		return
	}
	namespace := ""
	if len(parts) > 2 && parts[0] == "namespaces" {
		namespace, parts = parts[1], parts[2:]
	}
	if slices.Contains(s.forbidden, parts[0]) || slices.Contains(s.forbidden, parts[0]+"."+namespace) {
		w.WriteHeader(http.StatusForbidden)
		writeJSON(w, map[string]any{"kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403, "message": parts[0] + " is forbidden"})
		return
	}
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	items := []any{}
	for _, o := range s.objects {
		// Whatever version an object is written in, the server has all.
		if o.group == group && o.plural == parts[0] && (namespace == "" || o.namespace == namespace) &&
			(len(parts) < 2 || o.name == parts[1]) && selector.Matches(o.labels) {
			items = append(items, o.body)
		}
	}
	table := strings.Contains(r.Header.Get("Accept"), "as=Table")
	switch {
	case len(parts) > 1 && len(items) == 0:
		w.WriteHeader(http.StatusNotFound)
		writeJSON(w, map[string]any{"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404})
	case table:
		writeJSON(w, tableOf(items))
	case len(parts) > 1:
		writeJSON(w, items[0])
	default:
		writeJSON(w, map[string]any{"kind": "List", "apiVersion": "v1", "metadata": map[string]any{}, "items": items})
	}
}

// tableOf is the answer without objects: the first cell of a row is the name.
func tableOf(items []any) map[string]any {
	rows := []any{}
	for _, item := range items {
		metadata := item.(map[string]any)["metadata"].(map[string]any)
		rows = append(rows, map[string]any{"cells": []any{metadata["name"]}})
	}
	return map[string]any{
		"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": map[string]any{},
		"columnDefinitions": []any{map[string]any{"name": "Name", "type": "string", "format": "name"}}, "rows": rows,
	}
}

// discovery serves every Flux kind of the table in its newest version, and
// whatever else the objects use.
func (s *apiServer) discovery() map[string]any {
	type resource struct{ group, version, kind, plural string }
	var resources []resource
	for _, row := range fluxkind.All() {
		resources = append(resources, resource{row.Group, row.Versions[0], row.Kind, row.Plural})
	}
	for _, o := range s.objects {
		if o.group != "" {
			resources = append(resources, resource{o.group, o.version, o.kind, o.plural})
		}
	}
	groups := map[string]map[string][]any{}
	for _, r := range resources {
		if groups[r.group] == nil {
			groups[r.group] = map[string][]any{}
		}
		entry := map[string]any{"resource": r.plural, "scope": "Namespaced", "verbs": []string{"get", "list"}, "responseKind": map[string]any{"kind": r.kind}}
		known := slices.ContainsFunc(groups[r.group][r.version], func(e any) bool { return e.(map[string]any)["resource"] == r.plural })
		if !known {
			groups[r.group][r.version] = append(groups[r.group][r.version], entry)
		}
	}
	items := []any{}
	for group, versions := range groups {
		var list []any
		for version, resources := range versions {
			list = append(list, map[string]any{"version": version, "resources": resources})
		}
		items = append(items, map[string]any{"metadata": map[string]any{"name": group}, "versions": list})
	}
	return map[string]any{"kind": "APIGroupDiscoveryList", "items": items}
}

func writeJSON(w io.Writer, value any) { _ = json.NewEncoder(w).Encode(value) }
