package focus

import "testing"

func TestTableCoversEverything(t *testing.T) {
	has := map[string]int{}
	for _, topic := range Topics() {
		has["topic "+topic.Name]++
		for _, area := range topic.Areas {
			has["area "+area]++
		}
		for _, capability := range topic.Capabilities {
			has["capability "+capability]++
		}
		has["session "+topic.SessionCapability]++
	}
	known := map[string]bool{}
	need := func(key string) {
		known[key] = true
		if has[key] == 0 {
			t.Errorf("no topic serves %s", key)
		}
	}
	for _, area := range Areas() {
		need("area " + area.ID)
	}
	for _, capability := range Capabilities() {
		need("capability " + capability.ID)
	}
	for _, name := range SessionCapabilities() {
		need("session " + name)
	}
	for _, topic := range Topics() {
		need("topic " + topic.Name)
		if has["topic "+topic.Name] != 1 {
			t.Errorf("topic %s stands in the table twice", topic.Name)
		}
	}
	for key := range has {
		if !known[key] {
			t.Errorf("the table names %s, which does not exist", key)
		}
	}
	if n := len(Topics()); n != 17 {
		t.Errorf("%d topics, want 17", n)
	}
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{
		"securty":      "security",
		"kustomise":    "kustomize",
		"multicluster": "multi-cluster",
		"image":        "image-automation",
		"Helm":         "helm",
		"xyzzy":        "",
		"":             "",
	} {
		if got := Nearest(word, Names()); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
