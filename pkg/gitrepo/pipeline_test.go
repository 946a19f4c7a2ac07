package gitrepo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// diskOf opens a folder as the origin of a scan.
func diskOf(t *testing.T, root string) origin {
	t.Helper()
	opened, err := openDisk(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.root.Close() })
	return opened
}

// pipelinesOf writes files and reads the pipelines among them.
func pipelinesOf(t *testing.T, files map[string]string, documents ...model.Document) []model.Pipeline {
	t.Helper()
	root := writeTree(t, files)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	pipelines, problems := readPipelines(diskOf(t, root), names, documents)
	if len(problems) != 0 {
		t.Errorf("problems %+v", problems)
	}
	return pipelines
}

// stepTexts writes each step as "does tool target path file:line", what is
// empty left out.
func stepTexts(p model.Pipeline) []string {
	var texts []string
	for _, s := range p.Steps {
		fields := []string{s.Does, s.Tool}
		for _, field := range []string{s.Target, s.Path} {
			if field != "" {
				fields = append(fields, field)
			}
		}
		texts = append(texts, strings.Join(append(fields, s.Location.String()), " "))
	}
	return texts
}

func TestReadPipelines(t *testing.T) {
	for _, test := range []struct {
		name     string
		files    map[string]string
		document model.Document
		system   string
		does     []string
		steps    []string
		triggers []string
	}{
		{
			name: "github validates by a script", system: "github", does: []string{"validate"},
			files: map[string]string{
				".github/workflows/check.yaml": `name: kubectl apply everything
on:
  pull_request:
    branches: [main]
  push:
    branches: [main]
jobs:
  manifests:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      # - run: kubectl apply -f never
      - name: Check with kubeval
        run: ./hack/check.sh
`,
				"hack/check.sh": `#!/bin/bash
curl -sL https://github.com/yannh/kubeconform/releases/x.tar.gz | tar xz
brew install yamllint
for dir in clusters/*; do
  kustomize build "$dir" | kubeconform -strict -summary
done
find . -name '*.yaml' -exec yamllint {} \;
`,
			},
			triggers: []string{"pull_request", "push"},
			steps: []string{
				"validate kustomize build $dir hack/check.sh:5", "validate kubeconform hack/check.sh:5", "validate yamllint hack/check.sh:7",
			},
		},
		{
			name: "github pushes an artifact", system: "github", does: []string{"push"},
			files: map[string]string{".github/workflows/push.yml": `on: push
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - uses: fluxcd/flux2/action@main
      - name: Push
        run: |
          flux push artifact oci://ghcr.io/${{ github.repository }}/fleet:$(git rev-parse --short HEAD) \
            --path="./clusters" \
            --source="$(git config --get remote.origin.url)"
          flux tag artifact oci://ghcr.io/org/fleet:1.0 --tag latest
          cosign sign --yes ghcr.io/org/fleet@${DIGEST}
`},
			triggers: []string{"push"},
			steps: []string{
				"push flux push artifact oci://ghcr.io/${{ github.repository }}/fleet:$(git rev-parse --short HEAD) ./clusters .github/workflows/push.yml:9",
				"push flux tag artifact oci://ghcr.io/org/fleet:1.0 .github/workflows/push.yml:12",
				"push cosign sign .github/workflows/push.yml:13",
			},
		},
		{
			name: "github builds and pushes an image with an action", system: "github", does: []string{"build", "push"},
			files: map[string]string{".github/workflows/image.yaml": `on: [push, workflow_dispatch]
jobs:
  image:
    steps:
      - name: Build
        uses: docker/build-push-action@v6
        with:
          context: .
          push: ${{ github.event_name != 'pull_request' }}
          tags: ghcr.io/org/app:v1,ghcr.io/org/app:latest
      - uses: docker/build-push-action@v6
        with:
          push: false
`},
			triggers: []string{"push", "workflow_dispatch"},
			steps: []string{
				"build docker build .github/workflows/image.yaml:6",
				"push docker push ghcr.io/org/app:v1 .github/workflows/image.yaml:6",
				"build docker build .github/workflows/image.yaml:11",
			},
		},
		{
			name: "a test cluster is no delivery, another job is", system: "github", does: []string{"validate", "deploy"},
			files: map[string]string{".github/workflows/e2e.yaml": `on:
  - push
jobs:
  e2e:
    steps:
      - uses: helm/kind-action@v1
      - run: |
          flux install
          kubectl apply -k clusters/staging
          kubectl -n flux-system wait kustomization/apps --for=condition=ready
  live:
    steps:
      - run: kubectl --context prod apply -f clusters/prod
`},
			triggers: []string{"push"},
			steps: []string{
				"validate test cluster .github/workflows/e2e.yaml:6",
				"deploy kubectl apply clusters/prod .github/workflows/e2e.yaml:13",
			},
		},
		{
			name: "github updates Flux by pull request", system: "github", does: []string{"update"},
			files: map[string]string{".github/workflows/update.yaml": `on:
  schedule:
    - cron: "0 * * * *"
  workflow_dispatch:
jobs:
  components:
    steps:
      - run: |
          flux install --export > clusters/prod/flux-system/gotk-components.yaml
          flux version --client
      - uses: peter-evans/create-pull-request@v7
`},
			triggers: []string{"schedule", "workflow_dispatch"},
			steps: []string{
				"update flux install .github/workflows/update.yaml:9",
				"update create-pull-request .github/workflows/update.yaml:11",
			},
		},
		{
			name: "forgejo with address and tool", system: "forgejo", does: []string{"validate"},
			files: map[string]string{".forgejo/workflows/flate.yaml": `"on":
  pull_request:
jobs:
  test:
    steps:
      - uses: https://github.com/home-operations/flate/action@0123 # v1
      - run: flate diff all \
          -o diff > out.diff || true
`},
			triggers: []string{"pull_request"},
			steps:    []string{"validate flate .forgejo/workflows/flate.yaml:6", "validate flate .forgejo/workflows/flate.yaml:7"},
		},
		{
			name: "gitlab", system: "gitlab", does: []string{"validate", "build", "push", "deploy"},
			files: map[string]string{".gitlab-ci.yml": `stages: [test, build, deploy]
test:
  image: registry.example.com/tools/kubeconform:v1
  script:
    - docker run --rm -v $PWD:/w ghcr.io/yannh/kubeconform:latest -summary /w
    - helm template charts/app --version 1.2.3 | conftest test -
    - kubectl apply -f x.yaml --dry-run=server
image:
  script:
    - /kaniko/executor --context . --destination $CI_REGISTRY_IMAGE
    - if [ "$CI" ]; then docker push $CI_REGISTRY_IMAGE:latest; fi
release:
  script: ["helm upgrade --install app charts/app --version 1.2.3 --kube-context prod"]
  after_script:
    - KUBECONFIG=/tmp/k helm -n apps upgrade other charts/other --dry-run
`},
			steps: []string{
				"validate kubeconform .gitlab-ci.yml:5", "validate helm template .gitlab-ci.yml:6", "validate conftest .gitlab-ci.yml:6",
				"validate kubectl apply --dry-run x.yaml .gitlab-ci.yml:7", "build kaniko .gitlab-ci.yml:10",
				"push docker push $CI_REGISTRY_IMAGE:latest .gitlab-ci.yml:11", "deploy helm upgrade .gitlab-ci.yml:13",
				"validate helm upgrade --dry-run .gitlab-ci.yml:15",
			},
		},
		{
			name: "azure", system: "azure", does: []string{"build", "push", "deploy"},
			files: map[string]string{"azure-pipelines.yml": `trigger: [main]
steps:
  - task: Docker@2
    inputs:
      command: buildAndPush
      tags: $(Build.BuildId)
  - task: KubernetesManifest@1
    displayName: helm upgrade is only a title
    inputs:
      action: deploy
  - script: kubectl rollout restart deployment/app
`},
			steps: []string{
				"build Docker task azure-pipelines.yml:3", "push Docker task $(Build.BuildId) azure-pipelines.yml:3",
				"deploy KubernetesManifest task azure-pipelines.yml:7", "deploy kubectl rollout restart azure-pipelines.yml:11",
			},
		},
		{
			name: "jenkins", system: "jenkins", does: []string{"build", "push", "deploy"},
			files: map[string]string{"ci/Jenkinsfile": `pipeline {
  stages {
    stage('Build') { steps { sh 'docker build -t reg/app:1 . && docker push reg/app:1' } }
    // sh 'kubectl delete everything'
    stage('Deploy') {
      steps {
        sh """
          kubectl apply -k overlays/prod
        """
        sh(script: "helm push app-1.tgz oci://user:secret@reg/charts", returnStdout: true)
      }
    }
  }
}
`},
			steps: []string{
				"build docker build reg/app:1 ci/Jenkinsfile:3", "push docker push reg/app:1 ci/Jenkinsfile:3",
				"deploy kubectl apply overlays/prod ci/Jenkinsfile:8", "push helm push oci://reg/charts ci/Jenkinsfile:10",
			},
		},
		{
			name: "tekton in the cluster", system: "tekton", does: []string{"validate", "update"},
			files: map[string]string{"ci/task.yaml": `apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: promote
spec:
  steps:
    - image: x
      script: |
        #!/bin/sh
        cd overlays/prod && kustomize edit set image app=app:$(params.tag)
        kubectl kustomize overlays/prod
        git push origin main
`},
			document: model.Document{Location: model.Location{File: "ci/task.yaml"}, APIVersion: "tekton.dev/v1", Kind: "Task"},
			steps: []string{
				"update kustomize edit set ci/task.yaml:10", "validate kubectl kustomize overlays/prod ci/task.yaml:11", "update git push ci/task.yaml:12",
			},
		},
		{
			name: "circleci with a Makefile", system: "circleci", does: []string{"validate", "build", "push"},
			files: map[string]string{
				".circleci/config.yml": "jobs:\n  a:\n    steps:\n      - run: make check image\n      - run: make missing\n      - run: make image\n",
				"Makefile":             "all: other\nother:\n\tkubectl apply -f x\ncheck verify: deps\n\t@kubeconform -summary .\n\nimage:\n\tdocker buildx build --push -t reg/app .\n",
			},
			steps: []string{
				"validate kubeconform Makefile:5", "build docker buildx build reg/app Makefile:8", "push docker buildx build --push reg/app Makefile:8",
			},
		},
		{
			name: "renovate", system: "renovate", does: []string{"update"},
			files: map[string]string{".github/renovate.json5": `{
  // "flux": { "managerFilePatterns": ["never"] },
  extends: ["config:recommended"],
  flux: { managerFilePatterns: ["/clusters/.+\\.ya?ml$/"] },
  "helm-values": {},
  packageRules: [{ "automerge": true }],
}
`},
			steps: []string{
				"update renovate .github/renovate.json5:1", "update renovate flux .github/renovate.json5:4",
				"update renovate helm-values .github/renovate.json5:5", "update renovate automerge .github/renovate.json5:6",
			},
		},
		{
			name: "dependabot", system: "dependabot", does: []string{"update"},
			files: map[string]string{".github/dependabot.yml": "version: 2\nupdates:\n  - package-ecosystem: \"github-actions\"\n    directory: /\n  - directory: /\n    package-ecosystem: docker\n"},
			steps: []string{"update dependabot github-actions .github/dependabot.yml:3", "update dependabot docker .github/dependabot.yml:6"},
		},
		{
			name: "nothing recognised", system: "github",
			files:    map[string]string{".github/workflows/label.yaml": "on: issues\r\njobs:\r\n  label:\r\n    steps:\r\n      - uses: actions/labeler@v5\r\n      - run: echo kubectl apply\r\n"},
			triggers: []string{"issues"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			pipelines := pipelinesOf(t, test.files, test.document)
			if len(pipelines) != 1 {
				t.Fatalf("got %+v", pipelines)
			}
			p := pipelines[0]
			if p.System != test.system || !slices.Equal(p.Does, test.does) || !slices.Equal(p.Triggers, test.triggers) {
				t.Errorf("got %s does %q on %q, want %s does %q on %q", p.System, p.Does, p.Triggers, test.system, test.does, test.triggers)
			}
			if got := stepTexts(p); !slices.Equal(got, test.steps) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.steps, "\n"))
			}
			for _, action := range model.PipelineActions() {
				if p.DoesAction(action) != slices.Contains(test.does, action) {
					t.Errorf("DoesAction(%s) = %v", action, p.DoesAction(action))
				}
			}
		})
	}
}

func TestPipelineSystem(t *testing.T) {
	for name, want := range map[string]string{
		".github/workflows/a.yml": "github", ".github/workflows/README.md": "", "docs/.github/workflows/a.yml": "", ".github/workflows/sub/a.yml": "",
		".gitea/workflows/a.yaml": "gitea", ".gitlab-ci.yml": "gitlab", "ci/build.gitlab-ci.yml": "gitlab", ".gitlab/ci/a.yml": "gitlab",
		"azure-pipelines-prod.yaml": "azure", ".azure-pipelines/a.yml": "azure", "Jenkinsfile.prod": "jenkins", "x/build.jenkinsfile": "jenkins",
		".drone.yml": "drone", ".woodpecker/a.yaml": "woodpecker", "bitbucket-pipelines.yml": "bitbucket",
		"renovate.json": "renovate", ".renovaterc": "renovate", "apps/renovate.json": "", "apps/renovate/renovate.yaml": "", ".github/dependabot.yaml": "dependabot",
	} {
		if got := pipelineSystem(name); got != want {
			t.Errorf("pipelineSystem(%s) = %q, want %q", name, got, want)
		}
	}
}

func TestHostilePipelines(t *testing.T) {
	root := writeTree(t, map[string]string{
		".github/workflows/large.yaml": strings.Repeat("a", maxPipelineFile+1),
		".github/workflows/long.yaml":  "run: " + strings.Repeat("kubectl apply -f x;", 5000) + "\nrun: kubeconform \\\n" + strings.Repeat("x \\\n", 50000),
		".github/workflows/deep.yaml":  "run: " + strings.Repeat("$(", 2000) + "\n" + strings.Repeat("(", 4000) + "\n",
		".github/workflows/loop.yaml":  "run: ./loop.sh && ../../etc/passwd.sh && /etc/passwd.sh\n",
		"loop.sh":                      "./loop.sh\nkubeconform \x1b[31m$(\n",
		".github/workflows/utf.yaml":   "run: kubectl apply -f \"a\u202eb\x00c\"\n",
	})
	outside := filepath.Join(t.TempDir(), "secret.sh")
	if err := os.WriteFile(outside, []byte("kubectl apply -f outside\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(root, ".github/workflows/link.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(root, "Jenkinsfile"), 0o644); err != nil {
		t.Skip(err)
	}
	names := []string{
		".github/workflows/deep.yaml", ".github/workflows/gone.yaml", ".github/workflows/large.yaml", ".github/workflows/link.yaml",
		".github/workflows/long.yaml", ".github/workflows/loop.yaml", ".github/workflows/utf.yaml", "Jenkinsfile", "loop.sh",
	}
	pipelines, problems := readPipelines(diskOf(t, root), names, nil)
	var unreadable []string
	for _, p := range problems {
		name, _, _ := strings.Cut(p.Message, ":")
		unreadable = append(unreadable, name)
	}
	if want := []string{".github/workflows/gone.yaml", ".github/workflows/large.yaml", ".github/workflows/link.yaml", "Jenkinsfile"}; !slices.Equal(unreadable, want) {
		t.Errorf("unreadable %q, want %q: %+v", unreadable, want, problems)
	}
	for _, p := range pipelines {
		for _, text := range stepTexts(p) {
			if strings.ContainsAny(text, "\x1b\x00\u202e") || strings.Contains(text, "outside") {
				t.Errorf("%s: %q", p.File, text)
			}
		}
		if p.File == ".github/workflows/loop.yaml" && !slices.Equal(stepTexts(p), []string{"validate kubeconform loop.sh:2"}) {
			t.Errorf("got %q", stepTexts(p))
		}
	}
}

func TestTooManyPipelines(t *testing.T) {
	files := map[string]string{}
	var names []string
	for i := range maxPipelines + 5 {
		name := fmt.Sprintf(".github/workflows/%04d.yaml", i)
		files[name] = "run: kubeconform\n"
		names = append(names, name)
	}
	pipelines, problems := readPipelines(diskOf(t, writeTree(t, files)), names, nil)
	if len(pipelines) != maxPipelines || len(problems) != 1 || problems[0].Code != "TooManyPipelines" {
		t.Errorf("got %d pipelines, problems %+v", len(pipelines), problems)
	}
}

func FuzzSplitCommands(f *testing.F) {
	f.Add("run: FOO=bar kubectl apply -f x | tee $(date) ${{ a b }}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, command := range splitCommands(text, 1) {
			if len(command.words) == 0 {
				t.Fatal("a command without words")
			}
			stepsOf(command, "f")
		}
	})
}
