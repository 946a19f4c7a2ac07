package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// TestUpgradeAdvice holds the way to the newest Flux to what each project is:
// testdata/upgrade/*.txtar are repositories, with NAME.golden for what is
// said of them, every change with every place. What stands there was checked by
// hand against the releases of Flux and the CRDs that each of them ships.
func TestUpgradeAdvice(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(testdata, "upgrade", "*.txtar"))
	if len(files) < 3 {
		t.Fatalf("%d cases", len(files))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := upgradeText(Run(readCase(t, file).facts(t), Options{}).Upgrade)
			golden := strings.TrimSuffix(file, ".txtar") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(golden); err != nil || got != string(want) {
				t.Errorf("got\n%swant\n%s%v", got, want, err)
			}
		})
	}
}

// TestUpgradeIsAskedFor leaves the advice out of what another focus asks for.
func TestUpgradeIsAskedFor(t *testing.T) {
	facts := readCase(t, filepath.Join(testdata, "upgrade", "fields.txtar")).facts(t)
	for focus, want := range map[string]bool{"migration": true, "security": false} {
		facts.Focus = []string{focus}
		if got := Run(facts, Options{}).Upgrade != nil; got != want {
			t.Errorf("%s: advice %t, want %t", focus, got, want)
		}
	}
}

func upgradeText(u *v1alpha1.Upgrade) string {
	if u == nil {
		return "none\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "from %s to %s: %s\n", u.From, u.To, u.Seen)
	for _, change := range u.Changes {
		fmt.Fprintf(&b, "Flux %s: %s\n  do: %s\n  read: %s\n", change.Flux, change.What, change.Do, change.Doc)
		for _, place := range change.Places {
			fmt.Fprintf(&b, "  %s %s\n", placeText(place), refString(place.Object))
		}
	}
	for _, place := range u.Left {
		fmt.Fprintf(&b, "left: %s %s\n", placeText(place), place.Text)
	}
	for i, step := range u.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, step)
	}
	return b.String()
}

// TestMisnamedRules tells of ids in annotations that no rule has.
func TestMisnamedRules(t *testing.T) {
	archive := txtar.Parse([]byte(`
-- apps/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
  annotations: {fluxctx.dev/ignore: "KS-24, KS-244,FOO-123, SEC-1"}
spec: {interval: 10m, path: ./apps, prune: true, suspend: true, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: v1
kind: Secret
metadata: {name: db, annotations: {fluxctx.dev/ignore: sec-01}}
`))
	got := ""
	for _, m := range Run(testCase{now: casesNow, files: archive.Files}.facts(t), Options{}).Misnamed {
		got += fmt.Sprintf("%s %s %s\n", m.Location, m.ID, m.Nearest)
	}
	if want := "apps/apps.yaml:1 FOO-123 \napps/apps.yaml:1 KS-244 KS-24\napps/apps.yaml:1 SEC-1 SEC-01\napps/apps.yaml:9 sec-01 SEC-01\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
