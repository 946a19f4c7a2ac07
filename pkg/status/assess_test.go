package status_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/status"
)

// TestAssess has rows for each step of the classification, in its order. Objects
// are captured ones, changed in what a row is about; those whose kind was not
// captured say what controller code writes them.
func TestAssess(t *testing.T) {
	const kustomize, helm, git = "Kustomization/flux-system/", "HelmRelease/team-a/", "GitRepository/flux-system/"
	for _, test := range []struct {
		step     string
		name     string
		scenario string
		object   string
		// extra are objects that were not captured, as YAML; the first is
		// judged when object is empty.
		extra  string
		change func(o *model.Object)
		later  time.Duration
		want   string
		since  time.Duration // before the capture; 0 is not compared
	}{
		{step: "1", name: "deletion that hangs", scenario: "controller-down", object: kustomize + "apps", want: "Terminating (waits for finalizer finalizers.fluxcd.io) BuildFailed", since: 3 * time.Second},
		{step: "1", name: "deletion before suspension", scenario: "controller-down", object: kustomize + "suspended", change: func(o *model.Object) { o.DeletionTimestamp = time.Unix(1, 0); o.Finalizers = nil }, want: "Terminating"},

		{step: "2", name: "suspended before its first run", scenario: "steady", object: kustomize + "suspended", want: "Suspended (never reconciled)"},
		{step: "2", name: "suspended since its manager wrote it", scenario: "steady", object: kustomize + "suspended", change: func(o *model.Object) {
			o.ManagedFields = []model.FieldManager{
				{Manager: "flux", Time: captured["steady"].Add(-time.Hour), OwnsSuspend: true},
				{Manager: "kustomize-controller", Time: captured["steady"].Add(-time.Minute)},
			}
		}, want: "Suspended (never reconciled)", since: time.Hour},
		{step: "2", name: "suspended and working", scenario: "steady", object: kustomize + "infra", change: suspend, later: time.Hour, want: "Suspended (Ready) ReconciliationSucceeded"},
		{step: "2", name: "suspended and failed", scenario: "steady", object: kustomize + "bad-build", change: suspend, want: "Suspended (Failed, retrying) BuildFailed"},
		{step: "2", name: "switched off by annotation", scenario: "resourcesets", object: "ResourceSet/flux-system/tenants", change: func(o *model.Object) {
			o.Annotations["fluxcd.controlplane.io/reconcile"] = "disabled"
		}, want: "Suspended (Ready) ReconciliationSucceeded"},
		{step: "2", name: "annotation of another kind", scenario: "steady", object: kustomize + "infra", change: func(o *model.Object) {
			o.Annotations["fluxcd.controlplane.io/reconcile"] = "disabled"
		}, want: "Ready ReconciliationSucceeded"},
		{
			// source-watcher internal/controller/artifactgenerator_controller.go
			// skips the object before it writes any condition.
			step: "2", name: "ArtifactGenerator switched off", scenario: "clean",
			extra: `{apiVersion: source.extensions.fluxcd.io/v1beta1, kind: ArtifactGenerator, metadata: {name: g, namespace: a, annotations: {source.extensions.fluxcd.io/reconcile: disabled}}, spec: {}}`,
			want:  "Suspended (never reconciled)",
		},

		{step: "3", name: "Alert", scenario: "clean", extra: `{apiVersion: notification.toolkit.fluxcd.io/v1beta3, kind: Alert, metadata: {name: a, namespace: a}, spec: {providerRef: {name: p}}}`, want: "Ready (static)"},
		{step: "3", name: "Provider of Flux 2.10", scenario: "clean", extra: `{apiVersion: notification.toolkit.fluxcd.io/v1, kind: Provider, metadata: {name: a, namespace: a}, spec: {type: slack}}`, want: "Ready (static)"},
		{step: "3", name: "suspended Alert", scenario: "clean", extra: `{apiVersion: notification.toolkit.fluxcd.io/v1beta3, kind: Alert, metadata: {name: a, namespace: a}, spec: {suspend: true}}`, want: "Suspended (Ready, static)"},
		{step: "3", name: "OCI HelmRepository", scenario: "clean", extra: `{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmRepository, metadata: {name: a, namespace: a}, spec: {type: oci, url: "oci://x/y"}}`, want: "Ready (static)"},
		{
			// notification-controller of Flux 2.0 wrote conditions for v1beta2.
			step: "3", name: "Alert v1beta2 with conditions", scenario: "clean",
			extra: `{apiVersion: notification.toolkit.fluxcd.io/v1beta2, kind: Alert, metadata: {name: a, namespace: a, generation: 1}, spec: {}, status: {observedGeneration: 1, conditions: [{type: Ready, status: "False", reason: ValidationFailed, message: provider not found, observedGeneration: 1, lastTransitionTime: "2026-11-23T12:00:00Z"}]}}`,
			want:  "Failed ValidationFailed",
		},

		{step: "4", name: "new", scenario: "steady", object: kustomize + "infra", change: func(o *model.Object) {
			o.Status = model.Status{}
			o.CreationTimestamp = captured["steady"].Add(-time.Minute)
		}, want: "Reconciling (new)", since: time.Minute},
		{step: "4", name: "never seen by a controller", scenario: "steady", object: kustomize + "infra", change: func(o *model.Object) {
			o.Status = model.Status{}
			o.CreationTimestamp = captured["steady"].Add(-3 * time.Minute)
		}, want: "Unknown", since: 3 * time.Minute},

		{step: "5", name: "invalid CEL", scenario: "steady", object: kustomize + "bad-cel", want: "Stalled InvalidCELExpression"},
		{step: "5", name: "invalid URL", scenario: "steady", object: "OCIRepository/flux-system/unreachable", want: "Stalled URLInvalid"},
		{step: "5", name: "chart that is not there", scenario: "steady", object: "HelmChart/flux-system/team-a-no-chart", want: "Stalled InvalidChartReference"},
		{step: "5", name: "rolled back and out of retries", scenario: "after-bad-commit", object: helm + "good", want: "Stalled (rolled back) RetriesExceeded"},
		{step: "5", name: "stalled on an older spec", scenario: "steady", object: kustomize + "bad-cel", change: func(o *model.Object) { o.Generation++ }, want: "Stalled (spec not observed) InvalidCELExpression"},
		{step: "5", name: "operator kind", scenario: "resourcesets", object: "ResourceSet/flux-system/bad-template", want: "Stalled BuildFailed"},

		{step: "6", name: "dependency that failed", scenario: "steady", object: kustomize + "dep-on-failing", want: "Waiting (dependency) DependencyNotReady"},
		{step: "6", name: "dependency of another kind", scenario: "resourcesets", object: "ResourceSet/flux-system/waits", want: "Waiting (dependency) DependencyNotReady"},
		{step: "6", name: "dependency that is not there", scenario: "steady", object: kustomize + "dep-missing", want: "Failed (missing dependency) DependencyNotReady"},
		{step: "6", name: "dependency that is ready by now", scenario: "steady", object: kustomize + "apps", change: func(o *model.Object) {
			setReady(o, "False", "DependencyNotReady", "dependency 'flux-system/infra' is not ready")
		}, want: "Waiting (dependency, retry due) DependencyNotReady"},
		{step: "6", name: "missing source", scenario: "steady", object: kustomize + "missing-source", want: "Failed (missing source) ArtifactFailed"},
		{step: "6", name: "source without artifact", scenario: "steady", object: kustomize + "source-not-ready", want: "Waiting (source) ArtifactFailed"},
		{step: "6", name: "chart that is not ready", scenario: "steady", object: helm + "no-chart", want: "Waiting (source) SourceNotReady"},
		{step: "6", name: "wrong path in a source that works", scenario: "steady", object: kustomize + "bad-path", want: "Failed (retrying) ArtifactFailed"},
		{step: "6", name: "health check that was cancelled", scenario: "after-bad-commit", object: kustomize + "health-fail", change: func(o *model.Object) {
			setReady(o, "False", "HealthCheckCanceled", "health check canceled: new revision")
		}, want: "Reconciling (last run failed: HealthCheckFailed) ProgressingWithRetry"},
		{step: "6", name: "workload that is not healthy", scenario: "after-bad-commit", object: kustomize + "health-fail", want: "Failed (retrying) HealthCheckFailed", since: captured["after-bad-commit"].Sub(time.Date(2026, 11, 23, 12, 37, 8, 0, time.UTC))},
		{step: "6", name: "build", scenario: "steady", object: kustomize + "bad-build", want: "Failed (retrying) BuildFailed"},
		{step: "6", name: "missing service account", scenario: "steady", object: "Kustomization/team-a/no-sa", want: "Failed (retrying) ReconciliationFailed"},
		{step: "6", name: "chart that does not render", scenario: "steady", object: helm + "bad-render", want: "Failed (retrying) InstallFailed"},
		{step: "6", name: "source that cannot be fetched any more", scenario: "steady", object: git + "gone", change: func(o *model.Object) {
			o.Status.Artifact = &model.Artifact{Revision: "main@sha1:02a2c370"}
		}, want: "Failed (retrying, serving last good revision main@sha1:02a2c370) GitOperationFailed"},
		{step: "6", name: "rolled back, tries again", scenario: "after-bad-commit", object: helm + "good", change: func(o *model.Object) {
			o.Status.Conditions = o.Status.Conditions[1:] // without Stalled
		}, want: "Failed (rolled back) RollbackSucceeded"},
		{step: "6", name: "uninstalled after a failed install", scenario: "after-bad-commit", object: helm + "good", change: func(o *model.Object) {
			o.Status.Conditions = o.Status.Conditions[1:]
			setReady(o, "False", "UninstallSucceeded", "Helm uninstall succeeded")
			o.Status.Condition("Remediated").Reason = "UninstallSucceeded"
		}, want: "Failed (uninstalled) UninstallSucceeded"},

		{step: "7", name: "health check under way", scenario: "steady", object: kustomize + "health-fail", want: "Reconciling (last run failed: HealthCheckFailed) Progressing"},
		{step: "7", name: "overdue", scenario: "controller-down", object: kustomize + "health-fail", want: "Reconciling (last run failed: HealthCheckFailed, overdue) Progressing"},
		{step: "7", name: "within the timeout of its kind", scenario: "steady", object: helm + "good", change: func(o *model.Object) {
			setReady(o, "Unknown", "Progressing", "Running 'upgrade' action with timeout of 5m0s")
		}, later: 8 * time.Minute, want: "Reconciling Progressing"},
		{step: "7", name: "beyond the timeout of its kind", scenario: "steady", object: helm + "good", change: func(o *model.Object) {
			setReady(o, "Unknown", "Progressing", "Running 'upgrade' action with timeout of 5m0s")
		}, later: 10 * time.Minute, want: "Reconciling (overdue) Progressing"},

		{step: "8", name: "spec not observed", scenario: "controller-down", object: kustomize + "infra", want: "Reconciling (spec not observed) ReconciliationSucceeded"},
		{step: "8", name: "condition without generation", scenario: "controller-down", object: kustomize + "infra", change: func(o *model.Object) {
			for i := range o.Status.Conditions {
				o.Status.Conditions[i].ObservedGeneration = 0
			}
		}, want: "Reconciling (spec not observed) ReconciliationSucceeded"},
		{step: "8", name: "no generation anywhere", scenario: "controller-down", object: kustomize + "infra", change: func(o *model.Object) {
			for i := range o.Status.Conditions {
				o.Status.Conditions[i].ObservedGeneration = 0
			}
			o.Status.ObservedGeneration = 0
		}, want: "Ready ReconciliationSucceeded"},

		{step: "9", name: "ready", scenario: "steady", object: kustomize + "infra", want: "Ready ReconciliationSucceeded"},
		{
			// helm-controller 1.6 internal/reconcile/correct_cluster_drift.go.
			step: "9", name: "drifted", scenario: "steady", object: helm + "good", change: func(o *model.Object) {
				o.Status.Conditions = append(o.Status.Conditions, model.Condition{Type: "Drifted", Status: "True", Reason: "DriftDetected"})
			}, want: "Ready (drifted) InstallSucceeded",
		},
		{step: "9", name: "request just made", scenario: "clean", object: git + "fleet", change: request("2026-11-23T12:36:30Z"), want: "Ready Succeeded"},
		{step: "9", name: "request not picked up", scenario: "clean", object: git + "fleet", change: request("2026-11-23T12:34:30.123456789Z"), want: "Ready (request not picked up) Succeeded"},
		{step: "9", name: "request in seconds", scenario: "clean", object: git + "fleet", change: request("1795437000"), want: "Ready (request not picked up) Succeeded"},
		{step: "9", name: "request whose age cannot be told", scenario: "clean", object: git + "fleet", change: request("please"), want: "Ready Succeeded"},
		{step: "9", name: "request that was answered", scenario: "nested", object: kustomize + "infra", later: 30 * time.Second, want: "Ready ReconciliationSucceeded"},
		{step: "9", name: "FluxReport records no answers", scenario: "resourcesets", object: "FluxReport/flux-system/flux", later: time.Hour, want: "Ready Succeeded"},
		{step: "9", name: "behind its source", scenario: "clean", object: kustomize + "apps", change: func(o *model.Object) { o.Status.LastAppliedRevision = "main@sha1:0000" }, want: "Ready (behind its source) ReconciliationSucceeded"},
		{step: "9", name: "last run too long ago", scenario: "clean", object: kustomize + "infra", later: 2 * time.Minute, want: "Ready (overdue) ReconciliationSucceeded"},
		{
			// source-controller internal/controller/gitrepository_controller.go.
			step: "9", name: "notes of a source", scenario: "clean", object: git + "fleet", change: func(o *model.Object) {
				o.Status.Conditions = append(o.Status.Conditions,
					model.Condition{Type: "ArtifactOutdated", Status: "True", Reason: "NewRevision"},
					model.Condition{Type: "IncludeUnavailable", Status: "True", Reason: "NoArtifact"})
			}, want: "Ready (artifact outdated, include unavailable) Succeeded",
		},

		{step: "10", name: "conditions of another kind only", scenario: "clean", object: git + "fleet", change: func(o *model.Object) {
			o.Status.Conditions = o.Status.Conditions[1:]
		}, want: "Unknown"},

		// Flagger pkg/controller/status.go and pkg/apis/flagger/v1beta1/status.go.
		{step: "canary", name: "under way", scenario: "clean", extra: canary("Progressing", "Unknown", "Progressing"), want: "Reconciling (Progressing) Progressing"},
		{step: "canary", name: "rolled back", scenario: "clean", extra: canary("Failed", "False", "Failed"), want: "Failed (Failed) Failed"},
		{step: "canary", name: "promoted", scenario: "clean", extra: canary("Succeeded", "True", "Succeeded"), want: "Ready (Succeeded) Succeeded"},
	} {
		t.Run(test.step+" "+test.name, func(t *testing.T) {
			s := load(t, test.scenario)
			var o *model.Object
			if test.extra != "" {
				o = s.add(t, []byte(test.extra))
			} else {
				o = s.find(t, test.object)
			}
			if test.change != nil {
				test.change(o)
			}
			now := captured[test.scenario]
			got := status.Assess(o, s.lookup, now.Add(test.later))
			if describe(got) != test.want {
				t.Errorf("%s is %s, want %s", o.ID, describe(got), test.want)
			}
			if test.since != 0 && now.Sub(got.Since) != test.since {
				t.Errorf("%s is so for %s, want %s", o.ID, now.Sub(got.Since), test.since)
			}
		})
	}
}

// suspend sets spec.suspend.
func suspend(o *model.Object) { o.Spec = suspended{o.Spec} }

type suspended struct{ model.Spec }

func (suspended) Suspended() bool { return true }

func setReady(o *model.Object, value, reason, message string) {
	c := o.Status.Condition("Ready")
	c.Status, c.Reason, c.Message = value, reason, message
}

// request asks for a reconciliation.
func request(value string) func(*model.Object) {
	return func(o *model.Object) { o.Annotations["reconcile.fluxcd.io/requestedAt"] = value }
}

func canary(phase, promoted, reason string) string {
	return strings.NewReplacer("PHASE", phase, "PROMOTED", promoted, "REASON", reason).Replace(
		`{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: c, namespace: a}, spec: {targetRef: {kind: Deployment, name: d}}, status: {phase: PHASE, conditions: [{type: Promoted, status: "PROMOTED", reason: REASON, message: m, lastTransitionTime: "2026-11-23T12:00:00Z"}]}}`)
}

// TestStalledSaysWhy looks for the failure behind the count of attempts.
func TestStalledSaysWhy(t *testing.T) {
	s := load(t, "after-bad-commit")
	got := status.Assess(s.find(t, "HelmRelease/team-a/good"), s.lookup, captured["after-bad-commit"]).Message
	if want := "Failed to upgrade after 2 attempt(s): Helm upgrade failed for release team-a/good"; !strings.HasPrefix(got, want) {
		t.Errorf("message is %q", got)
	}
}
