package gitrepo

import (
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// pipelineTools are the programs that say what a pipeline does. The words after
// the program's name are its sub-commands.
var pipelineTools = []struct {
	does  string
	tools []string
}{
	{model.PipelineValidates, []string{
		"checkov", "conftest", "ct install", "ct lint", "ct lint-and-install", "datree test", "flate", "flux build", "flux diff",
		"flux-local", "flux-schema", "flux schema", "gator", "helm lint", "helm template", "helm unittest", "helmfile diff", "helmfile lint",
		"helmfile template", "konflate", "kube-linter", "kube-score", "kubeconform", "kubectl diff", "kubectl kustomize", "kubectl validate",
		"kubectl-validate", "kubescape", "kubeval", "kustomize build", "kyverno apply", "kyverno test", "opa eval", "opa test", "pluto",
		"polaris audit", "pre-commit run", "trivy", "yamllint",
	}},
	{model.PipelineBuilds, []string{
		"buildah bud", "buildah build", "docker build", "docker buildx bake", "docker buildx build", "docker compose build", "helm package", "kaniko",
		"ko build", "nerdctl build", "pack build", "podman build", "skaffold build", "timoni mod build",
	}},
	{model.PipelinePushes, []string{
		"buildah push", "cosign sign", "crane copy", "crane push", "crane tag", "docker push", "flux push artifact", "flux tag artifact", "helm cm-push",
		"helm push", "ko publish", "nerdctl push", "oras push", "podman push", "skopeo copy", "timoni mod push",
	}},
	{model.PipelineDeploys, []string{
		"argocd app sync", "flux bootstrap", "flux create", "flux install", "flux reconcile", "helm install", "helm upgrade", "helmfile apply",
		"helmfile sync", "kapp deploy", "kubectl apply", "kubectl create", "kubectl patch", "kubectl replace", "kubectl rollout restart",
		"kubectl set image", "oc apply", "skaffold deploy", "skaffold run", "timoni apply", "timoni bundle apply",
	}},
	{model.PipelineUpdates, []string{
		"flux migrate", "git push", "kustomize edit set", "renovate", "updatecli apply",
	}},
}

// pipelineActions are GitHub Actions, and tasks of Azure Pipelines, that do the
// same. A name matches whole, or up to a slash of the action's path.
var pipelineActions = []struct{ name, does, tool string }{
	{"actions-hub/kubectl", model.PipelineDeploys, "kubectl"},
	{"allenporter/flux-local", model.PipelineValidates, "flux-local"},
	{"aquasecurity/trivy-action", model.PipelineValidates, "trivy"},
	{"azure/k8s-deploy", model.PipelineDeploys, "k8s-deploy"},
	{"bridgecrewio/checkov-action", model.PipelineValidates, "checkov"},
	{"docker/bake-action", model.PipelineBuilds, "docker buildx bake"},
	{"docker/build-push-action", model.PipelineBuilds, "docker build"},
	{"helm/chart-releaser-action", model.PipelinePushes, "chart-releaser"},
	{"home-operations/flate", model.PipelineValidates, "flate"},
	{"ibiqlik/action-yamllint", model.PipelineValidates, "yamllint"},
	{"instrumenta/kubeval-action", model.PipelineValidates, "kubeval"},
	{"karancode/kustomize-github-action", model.PipelineValidates, "kustomize build"},
	{"karancode/yamllint-github-action", model.PipelineValidates, "yamllint"},
	{"kubescape/github-action", model.PipelineValidates, "kubescape"},
	{"peter-evans/create-pull-request", model.PipelineUpdates, "create-pull-request"},
	{"pre-commit/action", model.PipelineValidates, "pre-commit"},
	{"renovatebot/github-action", model.PipelineUpdates, "renovate"},
	{"stackrox/kube-linter-action", model.PipelineValidates, "kube-linter"},
	{"stefanzweifel/git-auto-commit-action", model.PipelineUpdates, "git-auto-commit"},

	{"Docker@", model.PipelineBuilds, "Docker task"},
	{"HelmDeploy@", model.PipelineDeploys, "HelmDeploy task"},
	{"Kubernetes@", model.PipelineDeploys, "Kubernetes task"},
	{"KubernetesManifest@", model.PipelineDeploys, "KubernetesManifest task"},
}

// Commands and actions that make a cluster for the time of a job. What is
// deployed to it is a test, no delivery.
var (
	testClusterTools   = []string{"k3d cluster create", "kind create cluster", "minikube start"}
	testClusterActions = []string{"absaoss/k3d-action", "container-tools/kind-action", "engineerd/setup-kind", "helm/kind-action", "medyagh/setup-minikube", "nolar/setup-k3d-k3s"}
)

// installers put a tool on the machine; the words after them are no commands.
var installers = []string{"apk", "apt", "apt-get", "asdf", "brew", "choco", "dnf", "gem", "go", "krew", "mise", "npm", "pip", "pip3", "pipx", "yum"}

// stepsOf says what one command does.
func stepsOf(command pipelineCommand, file string) []model.PipelineStep {
	if slices.Contains(installers, command.name()) {
		return nil
	}
	if len(command.words) == 2 && slices.Contains([]string{"--version", "--help", "version", "help"}, command.words[1]) {
		return nil
	}
	step := model.PipelineStep{Location: model.Location{File: file, Line: command.line}}
	first := len(command.words)
	for _, group := range pipelineTools {
		for _, tool := range group.tools {
			// The earliest words decide: "helm upgrade template" upgrades.
			if at := command.runs(tool); at >= 0 && (at < first || at == first && len(tool) > len(step.Tool)) {
				first, step.Does, step.Tool = at, group.does, tool
			}
		}
	}
	if step.Tool == "" {
		return nil
	}
	step.Target, step.Path = subjectOf(command, step.Tool)
	switch dry, _ := command.flag("--dry-run", "--server-dry-run"); {
	case step.Does == model.PipelineDeploys && dry != "none" && hasFlag(command, "--dry-run", "--server-dry-run"):
		step.Does = model.PipelineValidates
		step.Tool += " --dry-run"
	case hasFlag(command, "--export") && strings.HasPrefix(step.Tool, "flux "):
		// flux install --export writes the components for a pull request.
		step.Does = model.PipelineUpdates
	case step.Does == model.PipelineBuilds && hasFlag(command, "--push"):
		push := step
		push.Does = model.PipelinePushes
		push.Tool += " --push"
		return []model.PipelineStep{step, push}
	}
	return []model.PipelineStep{step}
}

func hasFlag(command pipelineCommand, names ...string) bool {
	_, given := command.flag(names...)
	return given
}

// subjectOf is what a command works on: an address and a path.
func subjectOf(command pipelineCommand, tool string) (target, path string) {
	for _, word := range command.words {
		if strings.HasPrefix(word, "oci://") {
			target = word
			break
		}
	}
	positional := command.positional()
	switch tool {
	case "flux push artifact", "flux diff", "flux build":
		path, _ = command.flag("--path", "-f")
	case "docker push", "podman push", "nerdctl push", "buildah push", "crane push", "oras push":
		if len(positional) > 1 && target == "" {
			target = positional[len(positional)-1]
		}
	case "docker build", "docker buildx build", "podman build", "nerdctl build", "buildah build", "buildah bud":
		target, _ = command.flag("-t", "--tag")
	case "kubectl apply", "kubectl create", "kubectl replace", "kubectl diff":
		path, _ = command.flag("-f", "--filename", "-k", "--kustomize")
	case "kustomize build", "kubectl kustomize":
		if len(positional) > 1 {
			path = positional[1]
		}
	}
	return publicURL(target), sanitize.Line(path, 512)
}
