//go:build linux || darwin

package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fluxctx/kubectl-fluxctx/test/clustertest"
)

// BenchmarkCluster reads and judges all Flux objects of a real API server, next
// to ten parallel curls of the same lists, which is what the server itself
// takes. The goals: at 5,000 objects at most twice the time of curl and 80 MB;
// at 50,000 no more than linear growth, and 400 MB. The whole command, which
// judges by rules and writes a summary and a session, runs beside it, and with
// flux in the PATH `flux get all -A`.
func BenchmarkCluster(b *testing.B) {
	reader := build(b, "readcluster", "./test/bench/readcluster")
	command := build(b, "kubectl-fluxctx", "./cmd/kubectl-fluxctx")
	for _, size := range []int{5000, 50000} {
		b.Run(fmt.Sprintf("objects=%d", size), func(b *testing.B) {
			s := clustertest.Start(b, clustertest.Options{})
			createFleet(b, s, size)
			var ours, whole, curls, flux []time.Duration
			var memory, wholeMemory, fluxMemory int64
			for b.Loop() {
				for range 5 { // a median of fewer says little
					took, peak := measure(b, exec.Command(reader, s.Kubeconfig))
					ours, memory = append(ours, took), max(memory, peak)
					took, peak = measure(b, exec.Command(command, "--kubeconfig", s.Kubeconfig, "--no-repo", "--offline", "--cluster-timeout=1m", "--timeout=10m"))
					whole, wholeMemory = append(whole, took), max(wholeMemory, peak)
					curls = append(curls, curl(b, s))
					if path, err := exec.LookPath("flux"); err == nil {
						took, peak := measure(b, exec.Command(path, "--kubeconfig", s.Kubeconfig, "get", "all", "-A"))
						flux, fluxMemory = append(flux, took), max(fluxMemory, peak)
					}
				}
			}
			report(b, "curl", ours, curls)
			b.ReportMetric(float64(memory)/1e6, "MB")
			slices.Sort(whole)
			b.ReportMetric(float64(whole[len(whole)/2].Milliseconds()), "ms/command")
			b.ReportMetric(float64(wholeMemory)/1e6, "MB/command")
			if len(flux) > 0 {
				slices.Sort(flux)
				b.ReportMetric(float64(flux[len(flux)/2].Milliseconds()), "ms/flux")
				b.ReportMetric(float64(fluxMemory)/1e6, "MB/flux")
			}
		})
	}
}

// measure runs a command and returns how long it took and its peak of resident
// memory in bytes.
func measure(b *testing.B, command *exec.Cmd) (took time.Duration, peak int64) {
	b.Helper()
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	begin := time.Now()
	err := command.Run()
	took = time.Since(begin)
	if err != nil {
		b.Fatalf("%s: %v\n%s", command, err, out.String())
	}
	peak = command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS != "darwin" {
		peak *= 1024 // Linux counts KiB, macOS bytes
	}
	return took, peak
}

// kinds are what the fleet consists of.
var kinds = map[string]schema.GroupVersionResource{
	"Alert":                 {Group: "notification.toolkit.fluxcd.io", Version: "v1beta3", Resource: "alerts"},
	"GitRepository":         {Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: "gitrepositories"},
	"HelmChart":             {Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: "helmcharts"},
	"HelmRelease":           {Group: "helm.toolkit.fluxcd.io", Version: "v2", Resource: "helmreleases"},
	"HelmRepository":        {Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: "helmrepositories"},
	"ImagePolicy":           {Group: "image.toolkit.fluxcd.io", Version: "v1", Resource: "imagepolicies"},
	"ImageRepository":       {Group: "image.toolkit.fluxcd.io", Version: "v1", Resource: "imagerepositories"},
	"ImageUpdateAutomation": {Group: "image.toolkit.fluxcd.io", Version: "v1", Resource: "imageupdateautomations"},
	"Kustomization":         {Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Resource: "kustomizations"},
	"OCIRepository":         {Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: "ocirepositories"},
}

// curl fetches the ten lists side by side, each in one piece.
func curl(b *testing.B, s *clustertest.Cluster) time.Duration {
	b.Helper()
	c := config(b, s)
	ca := filepath.Join(b.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, c.CAData, 0o600); err != nil {
		b.Fatal(err)
	}
	var group sync.WaitGroup
	begin := time.Now()
	for _, kind := range kinds {
		group.Go(func() {
			address := s.Server + "/apis/" + kind.Group + "/" + kind.Version + "/" + kind.Resource
			command := exec.Command("curl", "--silent", "--fail", "--cacert", ca, "--header", "Authorization: Bearer "+c.BearerToken, "--output", os.DevNull, address)
			if err := command.Run(); err != nil {
				b.Errorf("curl %s: %v", address, err)
			}
		})
	}
	group.Wait()
	return time.Since(begin)
}

func config(b *testing.B, s *clustertest.Cluster) *rest.Config {
	b.Helper()
	c, err := clientcmd.BuildConfigFromFlags("", s.Kubeconfig)
	if err != nil {
		b.Fatal(err)
	}
	c.QPS = -1
	c.WarningHandler = rest.NoWarnings{}
	return c
}

// createFleet creates objects as a fleet has them: for each application a
// Kustomization, and for some a release with its chart, an image repository and
// a policy. One in twenty fails, and its neighbour waits for it.
func createFleet(b *testing.B, s *clustertest.Cluster, size int) {
	b.Helper()
	client, err := dynamic.NewForConfig(config(b, s))
	if err != nil {
		b.Fatal(err)
	}
	const teams = 50
	namespaces := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"})
	for team := range teams {
		namespace := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": teamName(team)}}}
		if _, err := namespaces.Create(b.Context(), namespace, metav1.CreateOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	var (
		group sync.WaitGroup
		next  atomic.Int64
		fail  atomic.Pointer[error]
	)
	for range 32 {
		group.Go(func() {
			for i := int(next.Add(1) - 1); i < size && fail.Load() == nil; i = int(next.Add(1) - 1) {
				if err := create(b.Context(), client, fleetObject(i, teams)); err != nil {
					fail.Store(&err)
				}
			}
		})
	}
	group.Wait()
	if err := fail.Load(); err != nil {
		b.Fatal(*err)
	}
}

// create creates an object and its status.
func create(ctx context.Context, client dynamic.Interface, o *unstructured.Unstructured) error {
	status := o.Object["status"]
	resource := client.Resource(kinds[o.GetKind()]).Namespace(o.GetNamespace())
	created, err := resource.Create(ctx, o, metav1.CreateOptions{FieldManager: "kustomize-controller"})
	if err != nil || status == nil {
		return err
	}
	created.Object["status"] = status
	_, err = resource.UpdateStatus(ctx, created, metav1.UpdateOptions{FieldManager: "gotk-" + strings.ToLower(o.GetKind())})
	return err
}

func teamName(team int) string { return fmt.Sprintf("team-%03d", team) }

// fleetObject makes the i-th object of the fleet.
func fleetObject(i, teams int) *unstructured.Unstructured {
	const revision = "main@sha1:02a2c370d732026cc12aa98e2ed0375bc8533137"
	namespace, name := teamName(i/10%teams), fmt.Sprintf("app-%05d", i)
	now := time.Now().UTC().Format(time.RFC3339)
	condition := func(kind, value, reason, message string) any {
		return map[string]any{"type": kind, "status": value, "reason": reason, "message": message, "observedGeneration": int64(1), "lastTransitionTime": now}
	}
	ready := func(reason, message string) []any { return []any{condition("Ready", "True", reason, message)} }
	source := map[string]any{"kind": "GitRepository", "name": "fleet", "namespace": teamName(0)}
	var kind string
	var spec, status map[string]any
	switch i % 10 {
	case 0, 1, 2, 3:
		kind = "Kustomization"
		spec = map[string]any{"interval": "10m", "retryInterval": "1m", "path": "./apps/" + namespace + "/" + name, "prune": true, "wait": true, "timeout": "5m", "sourceRef": source}
		status = map[string]any{
			"observedGeneration": int64(1), "conditions": ready("ReconciliationSucceeded", "Applied revision: "+revision),
			"lastAppliedRevision": revision, "lastAttemptedRevision": revision,
			"inventory": map[string]any{"entries": inventory(namespace, name)}, "history": history(now, revision),
		}
		switch i % 200 {
		case 0:
			status["observedGeneration"] = int64(-1)
			status["conditions"] = []any{
				condition("Reconciling", "True", "ProgressingWithRetry", "Building manifests for revision "+revision),
				condition("Ready", "False", "BuildFailed", "kustomize build failed: accumulating resources: no such file"),
			}
		case 1:
			spec["dependsOn"] = []any{map[string]any{"name": fmt.Sprintf("app-%05d", i-1)}}
			status["conditions"] = []any{condition("Ready", "False", "DependencyNotReady", "dependency is not ready")}
		}
	case 4, 5:
		kind = "HelmRelease"
		spec = map[string]any{
			"interval": "10m", "chart": map[string]any{"spec": map[string]any{"chart": "podinfo", "version": "6.x", "sourceRef": map[string]any{"kind": "HelmRepository", "name": "podinfo"}}},
			"values":  map[string]any{"replicaCount": int64(2), "image": map[string]any{"tag": "6.7.0"}, "ingress": map[string]any{"enabled": true, "hosts": []any{name + ".example.com"}}},
			"install": map[string]any{"remediation": map[string]any{"retries": int64(3)}},
		}
		status = map[string]any{
			"observedGeneration": int64(1), "lastAttemptedRevision": "6.7.0", "helmChart": namespace + "/" + namespace + "-" + name,
			"conditions": []any{
				condition("Ready", "True", "InstallSucceeded", "Helm install succeeded for release "+namespace+"/"+name+".v1 with chart podinfo@6.7.0"),
				condition("Released", "True", "InstallSucceeded", "Helm install succeeded for release "+namespace+"/"+name+".v1 with chart podinfo@6.7.0"),
			},
		}
	case 6:
		kind = "HelmChart"
		spec = map[string]any{"interval": "10m", "chart": "podinfo", "version": "6.x", "sourceRef": map[string]any{"kind": "HelmRepository", "name": "podinfo"}}
		status = map[string]any{"observedGeneration": int64(1), "conditions": ready("ChartPullSucceeded", "pulled 'podinfo' chart with version '6.7.0'"), "artifact": artifact(now, "6.7.0")}
	case 7:
		kind = "ImageRepository"
		spec = map[string]any{"interval": "5m", "image": "ghcr.io/example/" + name}
		status = map[string]any{"observedGeneration": int64(1), "conditions": ready("Succeeded", "successful scan: found 12 tags"), "canonicalImageName": "ghcr.io/example/" + name}
	case 8:
		kind = "ImagePolicy"
		spec = map[string]any{"imageRepositoryRef": map[string]any{"name": fmt.Sprintf("app-%05d", i-1)}, "policy": map[string]any{"semver": map[string]any{"range": "1.x"}}}
		status = map[string]any{"observedGeneration": int64(1), "conditions": ready("Succeeded", "Latest image tag resolved to 1.2.3"), "latestRef": map[string]any{"name": "ghcr.io/example/" + name, "tag": "1.2.3"}}
	default:
		kind = "OCIRepository"
		spec = map[string]any{"interval": "5m", "url": "oci://ghcr.io/example/" + name, "ref": map[string]any{"semver": "1.x"}}
		status = map[string]any{"observedGeneration": int64(1), "conditions": ready("Succeeded", "stored artifact for digest '1.2.3@sha256:0'"), "artifact": artifact(now, "1.2.3@sha256:0")}
	}
	if i == 9 {
		kind, name, namespace = "GitRepository", "fleet", teamName(0)
		spec = map[string]any{"interval": "1m", "url": "https://github.com/example/fleet", "ref": map[string]any{"branch": "main"}}
		status = map[string]any{"observedGeneration": int64(1), "conditions": ready("Succeeded", "stored artifact for revision '"+revision+"'"), "artifact": artifact(now, revision)}
	}
	resource := kinds[kind]
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": resource.Group + "/" + resource.Version, "kind": kind,
		"metadata": map[string]any{
			"name": name, "namespace": namespace,
			"labels": map[string]any{
				"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system", "team": namespace,
			},
		},
		"spec": spec, "status": status,
	}}
}

func inventory(namespace, name string) []any {
	var entries []any
	for _, kind := range []string{"apps_Deployment", "_Service", "_ConfigMap", "_ServiceAccount", "networking.k8s.io_Ingress"} {
		entries = append(entries, map[string]any{"id": namespace + "_" + name + "_" + kind, "v": "v1"})
	}
	return entries
}

func history(now, revision string) []any {
	var list []any
	for i := range 3 {
		list = append(list, map[string]any{
			"digest": fmt.Sprintf("sha256:%064d", i), "firstReconciled": now, "lastReconciled": now, "lastReconciledDuration": "332.650988ms",
			"lastReconciledStatus": "ReconciliationSucceeded", "totalReconciliations": int64(9), "metadata": map[string]any{"revision": revision},
		})
	}
	return list
}

func artifact(now, revision string) map[string]any {
	return map[string]any{
		"digest": fmt.Sprintf("sha256:%064d", 1), "lastUpdateTime": now, "path": "x/y.tar.gz", "revision": revision,
		"size": int64(947), "url": "http://source-controller.flux-system.svc.cluster.local./x/y.tar.gz",
	}
}
