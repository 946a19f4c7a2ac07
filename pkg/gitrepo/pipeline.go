package gitrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

const (
	// maxPipelineFile bounds a CI definition or a script that it runs, in
	// bytes; the largest that GitLab accepts has 1 MiB.
	maxPipelineFile = 1 << 20
	// maxPipelines bounds how many CI definitions are read.
	maxPipelines = 500
	// maxPipelineLine bounds a line that is searched for commands.
	maxPipelineLine = 8 << 10
	// maxPipelineScripts bounds the scripts that are followed from one file.
	maxPipelineScripts = 20
)

// readPipelines reads the CI definitions among the files of a tree. names are
// all its files, as the origin spells them; documents are its Kubernetes
// documents, for the systems that run in a cluster.
func readPipelines(from origin, names []string, documents []model.Document) ([]model.Pipeline, []model.Problem) {
	reader := pipelineReader{names: map[string]bool{}}
	systems := map[string]string{}
	inCluster := map[string]string{}
	for _, document := range documents {
		if system := clusterPipelineSystem(document); system != "" {
			inCluster[document.File] = system
		}
	}
	for _, name := range names {
		reader.names[name] = true
		if system := pipelineSystem(name); system != "" {
			systems[name] = system
		} else if system, ok := inCluster[sanitize.Path(name)]; ok {
			systems[name] = system
		}
	}
	if len(systems) == 0 {
		return nil, nil
	}
	files := make([]string, 0, len(systems))
	for name := range systems {
		files = append(files, name)
	}
	slices.Sort(files)

	reader.origin = from
	if len(files) > maxPipelines {
		reader.problems = append(reader.problems, model.Problem{
			Source: "repository", Code: "TooManyPipelines",
			Message: fmt.Sprintf("only the first %d of %d CI definitions were read", maxPipelines, len(files)),
			Hint:    "scan a sub-folder with --repo",
		})
		files = files[:maxPipelines]
	}
	var pipelines []model.Pipeline
	for _, name := range files {
		content, ok := reader.read(name)
		if !ok {
			continue
		}
		pipeline := model.Pipeline{File: sanitize.Path(name), System: systems[name]}
		switch pipeline.System {
		case "renovate":
			pipeline.Steps = renovateSteps(pipeline.File, content)
		case "dependabot":
			pipeline.Steps = dependabotSteps(pipeline.File, content)
		default:
			pipeline.Triggers = triggersOf(content)
			pipeline.Steps = reader.steps(pipeline, content)
		}
		for _, action := range model.PipelineActions() {
			if slices.ContainsFunc(pipeline.Steps, func(s model.PipelineStep) bool { return s.Does == action }) {
				pipeline.Does = append(pipeline.Does, action)
			}
		}
		pipelines = append(pipelines, pipeline)
	}
	return pipelines, reader.problems
}

// pipelineSystem tells by its name which system reads a file.
func pipelineSystem(name string) string {
	folder, base := path.Split(name)
	lower := strings.ToLower(base)
	isYAML := model.IsYAML(base)
	switch {
	case isYAML && folder == ".github/workflows/":
		return "github"
	case isYAML && folder == ".forgejo/workflows/":
		return "forgejo"
	case isYAML && folder == ".gitea/workflows/":
		return "gitea"
	case isYAML && folder == ".github/" && strings.HasPrefix(lower, "dependabot."):
		return "dependabot"
	case isYAML && (strings.HasSuffix(lower, ".gitlab-ci.yml") || strings.HasSuffix(lower, ".gitlab-ci.yaml") || strings.HasPrefix(name, ".gitlab/ci/")):
		return "gitlab"
	case isYAML && (strings.HasPrefix(lower, "azure-pipelines") || strings.HasPrefix(name, ".azure-pipelines/") || strings.HasPrefix(name, ".azuredevops/pipelines/")):
		return "azure"
	case strings.HasPrefix(base, "Jenkinsfile") || strings.HasSuffix(lower, ".jenkinsfile"):
		return "jenkins"
	case isYAML && folder == ".circleci/":
		return "circleci"
	case lower == ".drone.yml" || lower == ".drone.yaml":
		return "drone"
	case isYAML && (strings.HasPrefix(lower, ".woodpecker.") || strings.HasPrefix(name, ".woodpecker/")):
		return "woodpecker"
	case lower == "bitbucket-pipelines.yml":
		return "bitbucket"
	case folder == "" || folder == ".github/" || folder == ".gitlab/" || folder == ".forgejo/" || folder == ".gitea/":
		switch lower {
		case "renovate.json", "renovate.json5", "renovate.jsonc", ".renovaterc", ".renovaterc.json", ".renovaterc.json5":
			return "renovate"
		}
	}
	return ""
}

// clusterPipelineSystem tells which system runs a Kubernetes object as a
// pipeline.
func clusterPipelineSystem(document model.Document) string {
	switch group := document.ID().Group; {
	case group == "tekton.dev":
		return "tekton"
	case group == "argoproj.io" && strings.HasSuffix(document.Kind, "Workflow"),
		group == "argoproj.io" && strings.HasSuffix(document.Kind, "WorkflowTemplate"):
		return "argo-workflows"
	}
	return ""
}

// pipelineReader reads files below one folder, and never leaves it.
type pipelineReader struct {
	origin   origin
	names    map[string]bool
	problems []model.Problem
}

// read returns a file's lines.
func (r *pipelineReader) read(name string) ([]string, bool) {
	content, err := r.origin.small(name, maxPipelineFile)
	if err != nil {
		r.problems = append(r.problems, fileProblem(name, err))
		return nil, false
	}
	return strings.Split(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n"), true
}
