package clustertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func kubectl(t *testing.T, c *Cluster, args ...string) (string, error) {
	t.Helper()
	output, err := exec.Command(c.Kubectl, append([]string{"--kubeconfig", c.Kubeconfig}, args...)...).CombinedOutput()
	return string(output), err
}

func TestCluster(t *testing.T) {
	const scenario = "../fixtures/scenarios/clean"
	audit := filepath.Join(t.TempDir(), "audit.log")
	c := Start(t, Options{
		CRDs:     []string{"2.10", "flagger"},
		Load:     []string{scenario},
		Replace:  map[string]string{"02a2c370d732026cc12aa98e2ed0375bc8533137": strings.Repeat("a", 40)},
		AuditLog: audit,
	})

	t.Run("objects have their statuses", func(t *testing.T) {
		got, err := kubectl(t, c, "get", "kustomization", "infra", "-n", "flux-system", "-o", "jsonpath={.status.conditions[0].reason} {.status.lastAppliedRevision}")
		if want := "ReconciliationSucceeded main@sha1:" + strings.Repeat("a", 40); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	})
	t.Run("the CRDs asked for are served", func(t *testing.T) {
		got, err := kubectl(t, c, "get", "crd", "-o", "name")
		if err != nil || !strings.Contains(got, "canaries.flagger.app") || strings.Contains(got, "resourcesets") {
			t.Errorf("got %s, %v", got, err)
		}
	})
	t.Run("nobody may do nothing", func(t *testing.T) {
		got, err := kubectl(t, c, "--context", "nobody", "get", "namespaces")
		if err == nil || !strings.Contains(got, "Forbidden") {
			t.Errorf("got %s, %v", got, err)
		}
	})
	t.Run("every verb is in the audit log", func(t *testing.T) {
		content, err := os.ReadFile(c.AuditLog)
		if err != nil || !strings.Contains(string(content), `"verb":"list"`) || !strings.Contains(string(content), `"username":"nobody"`) {
			t.Errorf("%d bytes, %v", len(content), err)
		}
	})
	t.Run("more can be loaded", func(t *testing.T) {
		c.Load(t, nil, scenario)
		got, err := kubectl(t, c, "get", "kustomization", "infra", "-n", "flux-system", "-o", "jsonpath={.status.lastAppliedRevision}")
		if err != nil || !strings.HasSuffix(got, "02a2c370d732026cc12aa98e2ed0375bc8533137") {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestStop(t *testing.T) {
	SkipIfUnwanted(t)
	c, err := New(Options{CRDs: []string{"none"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kubectl(t, c, "get", "namespaces"); err != nil {
		t.Error(err)
	}
	begin := time.Now()
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(c.Kubeconfig); !os.IsNotExist(err) {
		t.Errorf("after %s its files are still there: %v", time.Since(begin), err)
	}
}

func TestNewFailsOnBadOptions(t *testing.T) {
	SkipIfUnwanted(t)
	for name, options := range map[string]Options{
		"unknown CRDs": {CRDs: []string{"1.0"}},
		"missing file": {CRDs: []string{"none"}, Load: []string{"no-such-file.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := New(options); err == nil {
				_ = c.Stop()
				t.Error("started")
			}
		})
	}
}
