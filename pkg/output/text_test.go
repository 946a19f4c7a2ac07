package output

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

var update = flag.Bool("update", false, "write the golden files")

// failing is a report with one of everything that the summary shows.
func failing() *v1alpha1.ContextReport {
	report := v1alpha1.NewReport()
	report.Session.Timestamp = metav1.Date(2026, time.July, 30, 12, 0, 0, 0, time.UTC)
	report.Cluster = &v1alpha1.Cluster{
		Context: "production", Reachable: true, KubernetesVersion: "v1.36.3",
		Flux: v1alpha1.Flux{Installed: true, Version: "v2.9.5", Released: "2026-06-30", Namespace: "flux-system"},
	}
	report.Repository = &v1alpha1.Repository{
		Root: "/home/ada/src/fleet", YAMLFiles: 412, Documents: 530, Pattern: "monorepo",
		Git: &v1alpha1.Git{
			Head: "0123456789abcdef", Branch: "main", Ahead: 2, Behind: 1, Dirty: true, ChangesKnown: true,
			Changed: []v1alpha1.GitChange{{Path: "apps/web/deployment.yaml", Code: " M"}},
		},
	}
	apps := v1alpha1.ObjectRef{Kind: "Kustomization", Namespace: "flux-system", Name: "apps"}
	infra := v1alpha1.ObjectRef{Kind: "Kustomization", Namespace: "flux-system", Name: "infrastructure"}
	for i, state := range []string{"Failed", "Waiting", "Ready", "Ready", "Suspended"} {
		report.Objects = append(report.Objects, v1alpha1.Object{
			APIVersion: "kustomize.toolkit.fluxcd.io/v1", Kind: "Kustomization", Namespace: "flux-system",
			Name: fmt.Sprintf("ks-%d", i), Origin: "both", State: state, File: "clusters/production/apps.yaml", Line: 1 + 10*i,
		})
	}
	report.Objects = append(report.Objects,
		v1alpha1.Object{Kind: "GitRepository", Namespace: "flux-system", Name: "fleet", State: "Ready", Revision: "main@sha1:0123456789abcdef0123456789abcdef01234567"},
		v1alpha1.Object{Kind: "HelmRelease", Namespace: "apps", Name: "決済サービス", Origin: "repository", File: "apps/base/payments/release.yaml", Line: 1},
	)
	report.RootCauses = []v1alpha1.RootCause{
		{
			Object: infra, State: "Failed", Reason: "BuildFailed", File: "clusters/production/infrastructure.yaml", Line: 1,
			Message: "kustomization path not found: stat /tmp/kustomization-123/infrastructure/overlays/production-eu-west-1: no such file or directory",
			Blocks:  []v1alpha1.ObjectRef{apps, {Kind: "Kustomization", Namespace: "flux-system", Name: "monitoring"}, {Kind: "HelmRelease", Namespace: "apps", Name: "web"}, {Kind: "HelmRelease", Namespace: "apps", Name: "api"}},
		},
		{Object: apps, State: "Failed", Reason: "DependencyNotReady", Cycle: []v1alpha1.ObjectRef{apps, infra, apps}},
	}
	report.Findings = []v1alpha1.Finding{{
		Rule: "SEC-01", Severity: v1alpha1.SeverityCritical, Title: "A Secret in plain text is tracked by Git",
		File: "apps/base/web/secret.yaml", Line: 6, Evidence: "stringData.password holds a value", Fix: "encrypt it: sops --encrypt --in-place apps/base/web/secret.yaml",
		Focus: []string{"security"},
	}}
	for i := range 5 {
		report.Findings = append(report.Findings, v1alpha1.Finding{
			Rule: "KS-07", Severity: v1alpha1.SeverityWarning, Title: "Pruning is off", File: "clusters/production/apps.yaml", Line: 20 + i,
			Evidence: "spec.prune is false", Fix: "set spec.prune: true",
		})
	}
	report.Findings = append(report.Findings, v1alpha1.Finding{
		Rule: "OPS-03", Severity: v1alpha1.SeverityInfo, Title: "A newer Flux is out", Object: &infra, Evidence: "v2.9.5 runs, v2.10.0 is out",
	})
	report.Guidance = []v1alpha1.Guidance{{
		Topic: "security", Today: "4 of 5 Secrets are encrypted with SOPS (.sops.yaml)", Gap: "apps/base/web/secret.yaml is not",
		Next: "encrypt it and rotate the password", Docs: []v1alpha1.DocLink{{Title: "SOPS", URL: "https://fluxcd.io/flux/guides/mozilla-sops/"}},
	}}
	report.Docs.Sources = []v1alpha1.DocSource{
		{Name: "context7", Status: "skipped", Reason: "offline"},
		{Name: "builtin", Status: "loaded"},
	}
	report.Docs.Sections = []v1alpha1.DocSection{{Topic: "security", Title: "SOPS", Source: "builtin", Status: "loaded"}}
	report.Problems = []v1alpha1.Problem{{
		Source: "cluster", Code: "Forbidden", Message: "secrets cannot be listed in namespace apps", Hint: "grant list on secrets, see docs/rbac.yaml",
	}}
	report.Requirements = []v1alpha1.Requirement{{Topic: "security", Why: "SOPS files"}}
	return report
}

func clean() *v1alpha1.ContextReport {
	report := failing()
	report.RootCauses, report.Findings, report.Problems, report.Guidance = nil, nil, nil, nil
	report.Repository.Git.Changed, report.Repository.Git.Dirty, report.Repository.Git.Ahead, report.Repository.Git.Behind = nil, false, 0, 0
	report.Objects = report.Objects[2:4]
	return report
}

func terminal(out *bytes.Buffer, columns int, mode ui.ColorMode, locale string) ui.Terminal {
	return ui.Detect(out, func(name string) string {
		switch name {
		case "COLUMNS":
			return fmt.Sprint(columns)
		case "LANG":
			return locale
		}
		return ""
	}, mode)
}

func TestText(t *testing.T) {
	offline := v1alpha1.NewReport()
	offline.Repository = &v1alpha1.Repository{Root: "/srv/empty"}
	for _, test := range []struct {
		name   string
		report *v1alpha1.ContextReport
		width  int
		wide   bool
		color  ui.ColorMode
		locale string
	}{
		{"failing-40", failing(), 40, false, ui.ColorNever, "C.UTF-8"},
		{"failing-40-color", failing(), 40, false, ui.ColorAlways, "C.UTF-8"},
		{"failing-80", failing(), 80, false, ui.ColorNever, "C.UTF-8"},
		{"failing-80-color", failing(), 80, false, ui.ColorAlways, "C.UTF-8"},
		{"failing-120", failing(), 120, false, ui.ColorNever, "C.UTF-8"},
		{"failing-120-color", failing(), 120, false, ui.ColorAlways, "C.UTF-8"},
		{"failing-200", failing(), 200, false, ui.ColorNever, "C.UTF-8"},
		{"failing-200-color", failing(), 200, false, ui.ColorAlways, "C.UTF-8"},
		{"failing-200-wide", failing(), 200, true, ui.ColorNever, "C.UTF-8"},
		{"failing-200-wide-color", failing(), 200, true, ui.ColorAlways, "C.UTF-8"},
		{"failing-80-ascii", failing(), 80, false, ui.ColorNever, "C"},
		{"clean-80", clean(), 80, false, ui.ColorNever, "C.UTF-8"},
		{"empty-80", offline, 80, false, ui.ColorNever, "C.UTF-8"},
		{"nothing-80", v1alpha1.NewReport(), 80, false, ui.ColorNever, "C.UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			printer := &Text{Terminal: terminal(&out, test.width, test.color, test.locale), Program: "kubectl fluxctx", Wide: test.wide}
			if err := printer.PrintObj(test.report, &out); err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, out.String())

			text := out.String()
			if hasColor := strings.Contains(text, "\x1b["); hasColor != (test.color == ui.ColorAlways) {
				t.Errorf("colour: %t", hasColor)
			}
			for line := range strings.Lines(text) {
				line = ansi.Strip(strings.TrimSuffix(line, "\n"))
				if strings.HasSuffix(line, " ") {
					t.Errorf("trailing space: %q", line)
				}
				// Only words that cannot be broken, such as paths, may stick out, and
				// commands, which must stay one line to be copied.
				if ui.Width(line) > test.width && strings.Count(strings.TrimSpace(line), " ") > 1 && !strings.HasPrefix(line, "  flux ") && !strings.HasPrefix(line, "  kubectl ") {
					t.Errorf("%d cells wide: %q", ui.Width(line), line)
				}
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (run with -update, then read it):\n%s", path, got)
	}
}
