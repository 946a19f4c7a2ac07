package status_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/status"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestJudgeScenarios compares every verdict and every root cause of the captured
// situations with what was read and found right.
func TestJudgeScenarios(t *testing.T) {
	for scenario, now := range captured {
		t.Run(scenario, func(t *testing.T) {
			s := load(t, scenario)
			causes := status.Judge(s.objects, nil, s.lookup, model.Installation{}, now)
			slices.SortFunc(s.objects, func(a, b *model.Object) int { return a.ID.Compare(b.ID) })

			var b strings.Builder
			for _, o := range s.objects {
				fmt.Fprintf(&b, "%s: %s", o.ID, describe(o.Assessment))
				if !o.Assessment.Since.IsZero() {
					fmt.Fprintf(&b, ", %s", now.Sub(o.Assessment.Since))
				}
				b.WriteByte('\n')
			}
			b.WriteString("\nroot causes:\n")
			for _, c := range causes {
				fmt.Fprintf(&b, "%s\n    %s\n", describeCause(c), c.Message)
			}
			golden(t, scenario, b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", file, got)
	}
}

// TestRootCauses varies the captured objects: names and references move, what
// the controllers wrote stays.
func TestRootCauses(t *testing.T) {
	const kustomize, helm = "Kustomization/flux-system/", "HelmRelease/team-a/"
	for _, test := range []struct {
		name string
		// keep are the objects of the scenario steady that take part.
		keep   []string
		change func(t *testing.T, s *situation)
		want   []string
		states map[string]string
	}{
		{
			name: "chain to the first that fails",
			keep: []string{kustomize + "bad-build", kustomize + "dep-on-failing", kustomize + "dep-on-dep"},
			want: []string{"Kustomization/flux-system/bad-build Failed BuildFailed blocks Kustomization/flux-system/dep-on-dep, Kustomization/flux-system/dep-on-failing"},
		},
		{
			name: "cycle of two with somebody who waits for it",
			keep: []string{kustomize + "cycle-a", kustomize + "cycle-b", kustomize + "dep-on-dep"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"dep-on-dep", "cycle-b")
			},
			want:   []string{"Kustomization/flux-system/cycle-a Failed DependencyCycle cycle Kustomization/flux-system/cycle-a, Kustomization/flux-system/cycle-b, Kustomization/flux-system/cycle-a blocks Kustomization/flux-system/cycle-b, Kustomization/flux-system/dep-on-dep"},
			states: map[string]string{kustomize + "dep-on-dep": "Waiting (dependency) DependencyNotReady", kustomize + "cycle-b": "Failed (dependency cycle) DependencyNotReady"},
		},
		{
			name: "cycle of one",
			keep: []string{kustomize + "cycle-a"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"cycle-a", "cycle-a")
			},
			want: []string{"Kustomization/flux-system/cycle-a Failed DependencyCycle cycle Kustomization/flux-system/cycle-a, Kustomization/flux-system/cycle-a"},
		},
		{
			name: "cycle of five",
			keep: []string{kustomize + "cycle-a", kustomize + "cycle-b", kustomize + "dep-missing", kustomize + "dep-on-dep", kustomize + "dep-on-failing"},
			change: func(t *testing.T, s *situation) {
				members := []string{"cycle-a", "dep-on-failing", "dep-missing", "cycle-b", "dep-on-dep"}
				for i, name := range members {
					dependsOn(t, s, kustomize+name, members[(i+1)%len(members)])
				}
			},
			want: []string{"Kustomization/flux-system/cycle-a Failed DependencyCycle cycle Kustomization/flux-system/cycle-a, Kustomization/flux-system/dep-on-failing, Kustomization/flux-system/dep-missing, Kustomization/flux-system/cycle-b, Kustomization/flux-system/dep-on-dep, Kustomization/flux-system/cycle-a blocks Kustomization/flux-system/cycle-b, Kustomization/flux-system/dep-missing, Kustomization/flux-system/dep-on-dep, Kustomization/flux-system/dep-on-failing"},
		},
		{
			name: "missing targets keep what waits for who names them",
			keep: []string{kustomize + "dep-missing", kustomize + "dep-on-dep"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"dep-on-dep", "dep-missing")
			},
			want: []string{"Kustomization/flux-system/not-there Missing NotFound blocks Kustomization/flux-system/dep-missing, Kustomization/flux-system/dep-on-dep"},
		},
		{
			name: "chart in between",
			keep: []string{helm + "no-chart", "HelmChart/flux-system/team-a-no-chart", "GitRepository/flux-system/fleet"},
			want: []string{"HelmChart/flux-system/team-a-no-chart Stalled InvalidChartReference blocks HelmRelease/team-a/no-chart"},
		},
		{
			name: "suspended target",
			keep: []string{kustomize + "suspended", kustomize + "dep-on-dep"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"dep-on-dep", "suspended")
			},
			want: []string{"Kustomization/flux-system/suspended Suspended  blocks Kustomization/flux-system/dep-on-dep"},
		},
		{
			name: "suspended target that works blocks nobody",
			keep: []string{kustomize + "infra", kustomize + "dep-on-dep"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"dep-on-dep", "infra")
				s.find(t, kustomize+"infra").Spec.(*fluxkind.Kustomization).Suspend = true
			},
			want:   nil,
			states: map[string]string{kustomize + "dep-on-dep": "Waiting (dependency, retry due) DependencyNotReady", kustomize + "infra": "Suspended (Ready) ReconciliationSucceeded"},
		},
		{
			name: "readyExpr that is false",
			keep: []string{kustomize + "infra", kustomize + "dep-on-dep"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"dep-on-dep", "infra")
				s.find(t, kustomize+"dep-on-dep").Spec.(*fluxkind.Kustomization).DependsOn[0].ReadyExpr = "dep.metadata.labels.ready == 'yes'"
			},
			want: []string{"Kustomization/flux-system/dep-on-dep Waiting DependencyNotReady"},
		},
		{
			name: "target that nobody may read",
			keep: []string{kustomize + "dep-on-dep"},
			change: func(t *testing.T, s *situation) {
				dependsOn(t, s, kustomize+"dep-on-dep", "secret-team")
				s.unknown = true
			},
			want:   []string{"Kustomization/flux-system/secret-team Unknown NotRead blocks Kustomization/flux-system/dep-on-dep"},
			states: map[string]string{kustomize + "dep-on-dep": "Waiting (dependency, not read) DependencyNotReady"},
		},
		{
			name: "children that wait make the parent wait",
			keep: []string{kustomize + "health-fail", kustomize + "dep-on-failing", kustomize + "bad-build"},
			change: func(t *testing.T, s *situation) {
				unhealthy(t, s, "Kustomization/flux-system/dep-on-failing status: 'InProgress'")
			},
			want:   []string{"Kustomization/flux-system/bad-build Failed BuildFailed blocks Kustomization/flux-system/dep-on-failing, Kustomization/flux-system/health-fail"},
			states: map[string]string{kustomize + "health-fail": "Waiting (children) HealthCheckFailed"},
		},
		{
			name: "children that are suspended make the parent wait",
			keep: []string{kustomize + "health-fail", kustomize + "suspended"},
			change: func(t *testing.T, s *situation) {
				unhealthy(t, s, "Kustomization/flux-system/suspended status: 'InProgress'")
			},
			want:   []string{"Kustomization/flux-system/suspended Suspended  blocks Kustomization/flux-system/health-fail"},
			states: map[string]string{kustomize + "health-fail": "Waiting (children) HealthCheckFailed"},
		},
		{
			name: "children that fail are the cause, and the parent fails with them",
			keep: []string{kustomize + "health-fail", kustomize + "bad-build", kustomize + "suspended"},
			change: func(t *testing.T, s *situation) {
				unhealthy(t, s, "Kustomization/flux-system/bad-build status: 'InProgress', Kustomization/flux-system/suspended status: 'InProgress'")
			},
			want: []string{
				"Kustomization/flux-system/bad-build Failed BuildFailed blocks Kustomization/flux-system/health-fail",
				"Kustomization/flux-system/suspended Suspended  blocks Kustomization/flux-system/health-fail",
			},
			states: map[string]string{kustomize + "health-fail": "Failed (retrying) HealthCheckFailed"},
		},
		{
			name: "a workload among the children is the parent's own failure",
			keep: []string{kustomize + "health-fail", kustomize + "suspended"},
			change: func(t *testing.T, s *situation) {
				unhealthy(t, s, "Kustomization/flux-system/suspended status: 'InProgress', Deployment/web/app status: 'InProgress'")
			},
			want:   []string{"Kustomization/flux-system/health-fail Failed HealthCheckFailed"},
			states: map[string]string{kustomize + "health-fail": "Failed (retrying) HealthCheckFailed"},
		},
		{
			// source-watcher internal/controller/artifactgenerator_controller.go
			// writes SourceFetchFailed and makes no artifact.
			name: "artifact that its generator could not make",
			keep: []string{kustomize + "missing-source", "GitRepository/flux-system/gone"},
			change: func(t *testing.T, s *situation) {
				spec := s.find(t, kustomize+"missing-source").Spec.(*fluxkind.Kustomization)
				spec.SourceRef = fluxkind.ObjectRef{Kind: "ExternalArtifact", Name: "apps"}
				s.add(t, []byte(`{apiVersion: source.extensions.fluxcd.io/v1beta1, kind: ArtifactGenerator, metadata: {name: split, namespace: flux-system, generation: 1},
				  spec: {sources: [{alias: repo, kind: GitRepository, name: gone}], artifacts: [{name: apps}]},
				  status: {conditions: [{type: Ready, status: "False", reason: SourceFetchFailed, message: no artifact, observedGeneration: 1, lastTransitionTime: "2026-11-23T12:37:00Z"}]}}`))
			},
			want: []string{"GitRepository/flux-system/gone Failed GitOperationFailed blocks ArtifactGenerator/flux-system/split, Kustomization/flux-system/missing-source"},
			states: map[string]string{
				kustomize + "missing-source":          "Waiting (source) ArtifactFailed",
				"ArtifactGenerator/flux-system/split": "Waiting (source) SourceFetchFailed",
			},
		},
		{
			name: "cycle through a health check and a dependency, across kinds",
			keep: []string{kustomize + "health-fail", helm + "dep-on-bad"},
			change: func(t *testing.T, s *situation) {
				unhealthy(t, s, "HelmRelease/team-a/dep-on-bad status: 'InProgress'")
				release := s.find(t, helm+"dep-on-bad").Spec.(*fluxkind.HelmRelease)
				release.DependsOn = []fluxkind.DependsOn{{ObjectRef: fluxkind.ObjectRef{
					APIVersion: "kustomize.toolkit.fluxcd.io/v1", Kind: "Kustomization", Namespace: "flux-system", Name: "health-fail",
				}}}
			},
			want:   []string{"HelmRelease/team-a/dep-on-bad Failed DependencyCycle cycle HelmRelease/team-a/dep-on-bad, Kustomization/flux-system/health-fail, HelmRelease/team-a/dep-on-bad blocks Kustomization/flux-system/health-fail"},
			states: map[string]string{kustomize + "health-fail": "Failed (dependency cycle) HealthCheckFailed"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, "steady")
			if slices.ContainsFunc(test.keep, func(name string) bool { return name == kustomize+"health-fail" }) {
				// Here its health check has just failed.
				s = load(t, "after-bad-commit")
			}
			s.keep(test.keep...)
			if test.change != nil {
				test.change(t, &s)
			}
			var got []string
			for _, c := range status.Judge(s.objects, nil, s.lookup, model.Installation{}, captured["after-bad-commit"]) {
				got = append(got, describeCause(c))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("root causes:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
			}
			for name, want := range test.states {
				if got := describe(s.find(t, name).Assessment); got != want {
					t.Errorf("%s is %s, want %s", name, got, want)
				}
			}
		})
	}
}

// dependsOn makes a Kustomization depend on another one of its namespace.
func dependsOn(t *testing.T, s *situation, name, target string) {
	t.Helper()
	spec := s.find(t, name).Spec.(*fluxkind.Kustomization)
	spec.DependsOn = []fluxkind.DependsOn{{ObjectRef: fluxkind.ObjectRef{Name: target}}}
}

// unhealthy makes the failed health check of health-fail list these resources.
func unhealthy(t *testing.T, s *situation, resources string) {
	t.Helper()
	o := s.find(t, "Kustomization/flux-system/health-fail")
	for i := range o.Status.Conditions {
		c := &o.Status.Conditions[i]
		c.Message = strings.Replace(c.Message, "Deployment/default/never-ready status: 'InProgress'", resources, 1)
	}
	o.Status.Inventory = nil
	for _, list := range s.objects {
		o.Status.Inventory = append(o.Status.Inventory, model.InventoryEntry{ID: list.ID, Version: "v1"})
	}
}

// TestOutsideObjectsAreCausesOnly judges one namespace of two.
func TestOutsideObjectsAreCausesOnly(t *testing.T) {
	s := load(t, "steady")
	var objects, outside []*model.Object
	for _, o := range s.objects {
		if o.Name == "dep-on-dep" || o.Namespace == "team-a" {
			objects = append(objects, o)
		} else {
			outside = append(outside, o)
		}
	}
	var got []string
	for _, c := range status.Judge(objects, outside, s.lookup, model.Installation{}, captured["steady"]) {
		got = append(got, describeCause(c))
	}
	want := []string{
		"HelmRelease/team-a/bad-render Failed InstallFailed blocks HelmRelease/team-a/dep-on-bad",
		"Kustomization/flux-system/bad-build Failed BuildFailed blocks Kustomization/flux-system/dep-on-dep",
		"HelmChart/flux-system/team-a-no-chart Stalled InvalidChartReference blocks HelmRelease/team-a/no-chart",
		"Kustomization/team-a/no-sa Failed ReconciliationFailed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("root causes:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// TestJudgeIsLinear judges a chain so long that anything quadratic would not
// end in this test's time.
func TestJudgeIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("long chain")
	}
	const length = 20000
	s := load(t, "steady")
	template := s.find(t, "Kustomization/flux-system/cycle-a")
	s.keep()
	for i := range length {
		o := *template
		o.Name = fmt.Sprintf("k%05d", i)
		spec := *template.Spec.(*fluxkind.Kustomization)
		spec.DependsOn = []fluxkind.DependsOn{{ObjectRef: fluxkind.ObjectRef{Name: fmt.Sprintf("k%05d", (i+1)%length)}}}
		o.Spec = &spec
		s.objects = append(s.objects, &o)
		s.byID[o.ID] = &o
	}
	begin := time.Now()
	causes := status.Judge(s.objects, nil, s.lookup, model.Installation{}, captured["steady"])
	if len(causes) != 1 || len(causes[0].Cycle) != length+1 || len(causes[0].Blocks) != length-1 {
		t.Errorf("got %d causes", len(causes))
	}
	t.Logf("%d objects in %s", length, time.Since(begin))
}
