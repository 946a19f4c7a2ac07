package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var wrk02 = Rule{
	ID:       "WRK-02",
	Title:    "A workload misses the Baseline level of the Pod Security Standards",
	Severity: v1alpha1.SeverityError,
	Why: "A privileged container, a host namespace or a hostPath makes the node of whoever breaks into the Pod theirs; in a namespace that enforces the level the API server " +
		"refuses the Pods.",
	Fix: "Remove the fields. What needs them, as a storage driver does, belongs into a namespace of its own.",
	Guard: "Judged on what the builds end up with. An error only where the Namespace, as it is written in Git, enforces baseline or restricted; advice elsewhere, " +
		"since agents on nodes need such rights. Charts are not rendered.",
	Since: "0.1.0",
	Page:  pageSecurity,
	Focus: []string{"security"},
	check: checkBaseline,
}

// evaluator knows the checks of all levels.
var evaluator = sync.OnceValues(func() (policy.Evaluator, error) {
	return policy.NewEvaluator(policy.DefaultChecks(), nil)
})

// hostFields are the words that stand in a body when it can miss the level.
var hostFields = [][]byte{
	[]byte(`"privileged":true`), []byte(`"hostNetwork":true`), []byte(`"hostPID":true`), []byte(`"hostIPC":true`), []byte(`"hostPath":`), []byte(`"hostPort":`),
	[]byte(`"capabilities":`), []byte(`"procMount":`), []byte(`"seccompProfile":`), []byte(`"sysctls":`), []byte(`"appArmorProfile":`), []byte(`"seLinuxOptions":`),
	[]byte(`"hostProcess":true`), []byte(`"httpGet":`),
}

func checkBaseline(p *pass) {
	reported := map[model.Location]bool{}
	for w := range p.workloads() {
		if reported[w.Location] || !slices.ContainsFunc(hostFields, func(field []byte) bool { return bytes.Contains(w.Body, field) }) {
			continue
		}
		meta, pod, ok := w.pod()
		checks, err := evaluator()
		if !ok || err != nil {
			continue
		}
		var missed []string
		for _, result := range checks.EvaluatePod(api.LevelVersion{Level: api.LevelBaseline, Version: api.LatestVersion()}, &meta, &pod) {
			if !result.Allowed {
				missed = append(missed, fmt.Sprintf("%s (%s)", result.ForbiddenReason, result.ForbiddenDetail))
			}
		}
		if len(missed) == 0 {
			continue
		}
		reported[w.Location] = true
		level, at := p.enforced(w.Namespace)
		f := finding{
			id: w.ID, at: w.Location, severity: v1alpha1.SeverityInfo,
			evidence: fmt.Sprintf("%s in %s: %s", w.ID, w.build.Owner, strings.Join(missed, "; ")),
			fix:      "remove the fields, or move the workload to a namespace for what needs the node",
		}
		if level != "" {
			f.severity = v1alpha1.SeverityError
			f.evidence += fmt.Sprintf("; %s enforces %s", at, level)
		}
		p.report(f)
	}
}

// enforced is the level that a Namespace of the repository enforces, and where
// it says so; empty when it admits everything.
func (x *index) enforced(namespace string) (level string, at model.Location) {
	for manifest := range x.manifests("", "Namespace") {
		if manifest.Name != namespace {
			continue
		}
		switch level := manifest.Labels["pod-security.kubernetes.io/enforce"]; level {
		case "baseline", "restricted":
			return level, manifest.Location
		}
	}
	return "", model.Location{}
}
