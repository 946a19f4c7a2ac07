package render

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// fleet writes a repository of n Flux Kustomizations below a root that patches
// them: half of them releases with values, half overlays of a base.
func fleet(t testing.TB, n int) string {
	t.Helper()
	files := map[string]string{
		"clusters/main/root.yaml": `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: root, namespace: flux-system}
spec:
  interval: 10m
  path: ./clusters/main
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - target: {group: kustomize.toolkit.fluxcd.io, kind: Kustomization, labelSelector: release=yes}
      patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: any}
        spec:
          patches:
            - target: {group: helm.toolkit.fluxcd.io, kind: HelmRelease}
              patch: |
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata: {name: any}
                spec:
                  install: {crds: CreateReplace, strategy: {name: RetryOnFailure}}
                  upgrade: {cleanupOnFail: true, crds: CreateReplace, strategy: {name: RetryOnFailure}}
`,
		"clusters/main/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-settings, namespace: flux-system}\ndata: {DOMAIN: example.org, REGION: eu-1, REPLICAS: \"3\"}\n",
	}
	var list strings.Builder
	list.WriteString("resources:\n  - root.yaml\n  - settings.yaml\n")
	for i := range n {
		name := fmt.Sprintf("app-%03d", i)
		folder, label := "apps/"+name, "yes"
		if i%2 == 1 {
			folder, label = "apps/"+name+"/prod", "no"
		}
		list.WriteString("  - " + name + ".yaml\n")
		files["clusters/main/"+name+".yaml"] = fmt.Sprintf(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: %s
  namespace: flux-system
  labels: {release: "%s"}
spec:
  interval: 1h
  path: ./%s
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  targetNamespace: %s
  commonMetadata: {labels: {app.kubernetes.io/name: %s}}
  postBuild:
    substitute: {APP: %s}
    substituteFrom: [{kind: ConfigMap, name: cluster-settings}]
`, name, label, folder, name, name, name)
		if i%2 == 0 {
			files[folder+"/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - helmrelease.yaml\n  - ocirepository.yaml\n  - pvc.yaml\nconfigMapGenerator:\n  - name: ${APP}-config\n    files: [config.ini]\n"
			files[folder+"/config.ini"] = "[main]\nname = " + name + "\n"
			files[folder+"/helmrelease.yaml"] = helmRelease
			files[folder+"/ocirepository.yaml"] = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: ${APP}\nspec:\n  interval: 15m\n  url: oci://ghcr.io/example/charts/app-template\n  ref: {tag: 4.2.0}\n  layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy}\n"
			files[folder+"/pvc.yaml"] = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: ${APP}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 10Gi}}\n"
			continue
		}
		base := "apps/" + name + "/base"
		files[base+"/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml, service.yaml, configmap.yaml, serviceaccount.yaml]\nlabels: [{pairs: {team: a}, includeSelectors: true}]\n"
		files[base+"/deployment.yaml"] = strings.ReplaceAll(deployment, "web", name)
		files[base+"/service.yaml"] = "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: {selector: {app: " + name + "}, ports: [{port: 80, targetPort: 8080}]}\n"
		files[base+"/configmap.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {host: \"" + name + ".${DOMAIN}\", region: \"${REGION}\"}\n"
		files[base+"/serviceaccount.yaml"] = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: " + name + "}\n"
		files[folder+"/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\nimages: [{name: ghcr.io/example/" + name + ", newTag: \"2.1\"}]\nreplicas: [{name: " + name + ", count: 3}]\npatches:\n  - path: resources.yaml\n  - target: {kind: Service}\n    patch: |\n      - {op: add, path: /metadata/annotations, value: {scrape: \"true\"}}\n"
		files[folder+"/resources.yaml"] = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + "}\nspec:\n  template:\n    spec:\n      containers:\n        - name: " + name + "\n          resources: {requests: {cpu: 100m}, limits: {memory: 256Mi}}\n"
	}
	files["clusters/main/kustomization.yaml"] = list.String()
	return writeTree(t, files)
}

const helmRelease = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app ${APP}
spec:
  interval: 1h
  chartRef: {kind: OCIRepository, name: *app}
  values:
    controllers:
      main:
        strategy: Recreate
        containers:
          app:
            image: {repository: ghcr.io/example/app, tag: 1.2.3}
            env:
              TZ: Etc/UTC
              HOST: "${APP}.${DOMAIN}"
            probes:
              liveness: &probes
                enabled: true
                custom: true
                spec: {httpGet: {path: /healthz, port: &port 8080}, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3}
              readiness: *probes
            securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
            resources: {requests: {cpu: 10m}, limits: {memory: 256Mi}}
    service:
      app: {controller: main, ports: {http: {port: *port}}}
    route:
      app:
        hostnames: ["${APP}.${DOMAIN}"]
        parentRefs: [{name: internal, namespace: kube-system, sectionName: https}]
    persistence:
      config: {existingClaim: *app}
      tmp: {type: emptyDir, globalMounts: [{path: /tmp}]}
`

// runFleet renders and checks that everything came out.
func runFleet(b testing.TB, repo *model.Repository, files fs.FS, opts Options, n int) {
	b.Helper()
	rendering, problems := Run(context.Background(), repo, files, opts)
	if len(problems) != 0 || len(rendering.Builds) != n+1 {
		b.Fatalf("%d builds, problems %v", len(rendering.Builds), problems)
	}
	for _, build := range rendering.Builds {
		if build.State != model.BuildRendered {
			b.Fatal(build.Owner, build.State, build.Reason)
		}
	}
}

// BenchmarkCold renders 250 Kustomizations without a cache. The target is 2.0 s
// on two cores.
func BenchmarkCold(b *testing.B) {
	root := fleet(b, 250)
	repo, files := scan(b, root)
	for b.Loop() {
		runFleet(b, repo, files, Options{}, 250)
	}
}

// BenchmarkWarm renders the same with everything in the cache. The target is
// 150 ms on two cores.
func BenchmarkWarm(b *testing.B) {
	root := fleet(b, 250)
	repo, files := scan(b, root)
	folder := b.TempDir()
	warm := func() {
		cache, err := OpenCache(folder, "test")
		if err != nil {
			b.Fatal(err)
		}
		runFleet(b, repo, files, Options{Cache: cache}, 250)
		if err := cache.Close(); err != nil {
			b.Fatal(err)
		}
	}
	warm()
	for b.Loop() {
		warm()
	}
}
