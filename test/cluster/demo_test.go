package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemo runs the demo with a plugin that says where it is: in a clone whose
// commit is the one that the cluster has applied.
func TestDemo(t *testing.T) {
	binaries, err := build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plugin := filepath.Join(t.TempDir(), "kubectl-fluxctx")
	script := "#!/bin/sh\n" +
		"echo arguments $*\n" +
		"echo fetched $(" + filepath.Join(binaries, "kubectl") + " get gitrepository fleet -n flux-system -o jsonpath={.status.artifact.revision})\n" +
		"echo head main@sha1:$(git rev-parse HEAD) $(git rev-list --count HEAD)\n" +
		"echo upstream main@sha1:$(git rev-parse @{upstream})\n"
	if err := os.WriteFile(plugin, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "demo", plugin, "why", "-o", "json")
	cmd.Env = append(os.Environ(), "CLUSTER_TEST_RUN_COMMAND=1")
	cmd.Stderr = os.Stderr
	output, err := cmd.Output() // standard input is empty, so it ends at once
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if len(lines) != 4 {
		t.Fatalf("the plugin printed %q", output)
	}
	_, revision, _ := strings.Cut(lines[1], " ")
	for i, want := range []string{"arguments why -o json", "fetched main@sha1:", "head " + revision + " 2", "upstream " + revision} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("got %q, want %q", lines[i], want)
		}
	}
}
