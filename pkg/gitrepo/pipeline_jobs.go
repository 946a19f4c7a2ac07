package gitrepo

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// pipelineLine is one line as a shell or YAML reader sees it: comments are gone
// and lines that end in a backslash are joined.
type pipelineLine struct {
	text   string
	indent int
	number int
}

func logicalLines(lines []string) []pipelineLine {
	var logical []pipelineLine
	joined := false
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if !joined && (strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "*")) {
			continue
		}
		if at := strings.Index(trimmed, " #"); at >= 0 {
			trimmed = strings.TrimSpace(trimmed[:at])
		}
		text, continues := strings.CutSuffix(trimmed, `\`)
		switch {
		case joined:
			last := &logical[len(logical)-1]
			if len(last.text)+len(text) < maxPipelineLine {
				last.text += " " + text
			}
		case trimmed != "" && len(trimmed) <= maxPipelineLine:
			logical = append(logical, pipelineLine{text: text, indent: len(line) - len(strings.TrimLeft(line, " \t")), number: i + 1})
		default:
			continues = false
		}
		joined = continues
	}
	return logical
}

// steps finds what the commands of a definition do, and those of the scripts
// and Makefile targets that it runs.
func (r *pipelineReader) steps(pipeline model.Pipeline, lines []string) []model.PipelineStep {
	followed := map[string]bool{}
	var steps []model.PipelineStep
	for _, job := range splitJobs(pipeline.System, logicalLines(lines)) {
		found, testCluster := r.jobSteps(pipeline.File, job, followed)
		if testCluster > 0 {
			found = slices.DeleteFunc(found, func(s model.PipelineStep) bool { return s.Does == model.PipelineDeploys })
			found = append(found, model.PipelineStep{
				Location: model.Location{File: pipeline.File, Line: testCluster}, Does: model.PipelineValidates, Tool: "test cluster",
			})
		}
		steps = append(steps, found...)
	}
	slices.SortStableFunc(steps, func(a, b model.PipelineStep) int {
		// What stands in the definition itself comes first.
		if a.File != b.File && (a.File == pipeline.File || b.File == pipeline.File) {
			if a.File == pipeline.File {
				return -1
			}
			return 1
		}
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	return slices.Compact(steps)
}

// splitJobs cuts a definition into its jobs, where the system has a form for
// them that indentation shows: a test cluster in one job says nothing about
// what another deploys.
func splitJobs(system string, lines []pipelineLine) [][]pipelineLine {
	indent, start := -1, 0
	switch system {
	case "gitlab":
		indent = 0
	case "github", "forgejo", "gitea":
		at := slices.IndexFunc(lines, func(l pipelineLine) bool { return l.indent == 0 && strings.HasPrefix(l.text, "jobs:") })
		if at >= 0 && at+1 < len(lines) {
			start, indent = at+1, lines[at+1].indent
		}
	}
	if indent < 0 {
		return [][]pipelineLine{lines}
	}
	var jobs [][]pipelineLine
	for i := start; i < len(lines); i++ {
		if lines[i].indent == indent || jobs == nil {
			jobs = append(jobs, nil)
		}
		last := len(jobs) - 1
		jobs[last] = append(jobs[last], lines[i])
	}
	return jobs
}

var usesLine = lazyregexp.New(`^(?:- )?(?:uses|task): *["']?([^\s"']+)`)

// jobSteps reads one job. testCluster is the line that makes a cluster for the
// time of the job, 0 when none does.
func (r *pipelineReader) jobSteps(file string, job []pipelineLine, followed map[string]bool) (steps []model.PipelineStep, testCluster int) {
	for i, line := range job {
		if match := usesLine().FindStringSubmatch(line.text); match != nil {
			action := strings.ToLower(strings.TrimPrefix(match[1], "https://github.com/"))
			if slices.ContainsFunc(testClusterActions, func(name string) bool { return strings.HasPrefix(action, name) }) {
				testCluster = line.number
			}
			steps = append(steps, actionSteps(match[1], file, line, settingsBelow(job, i))...)
			continue
		}
		if isTitle(line.text) {
			continue
		}
		for _, command := range splitCommands(line.text, line.number) {
			if slices.ContainsFunc(testClusterTools, func(tool string) bool { return command.runs(tool) >= 0 }) {
				testCluster = command.line
			}
			steps = append(steps, stepsOf(command, file)...)
			script, lines := r.follow(command, followed)
			if script == "" {
				continue
			}
			for _, line := range lines {
				for _, inner := range splitCommands(line.text, line.number) {
					if slices.ContainsFunc(testClusterTools, func(tool string) bool { return inner.runs(tool) >= 0 }) {
						testCluster = command.line
					}
					steps = append(steps, stepsOf(inner, script)...)
				}
			}
		}
	}
	return steps, testCluster
}

// isTitle is true for lines that hold text for people.
func isTitle(text string) bool {
	text = strings.TrimPrefix(text, "- ")
	for _, key := range []string{"name:", "description:", "displayName:", "title:", "echo ", "printf "} {
		if strings.HasPrefix(text, key) && !strings.Contains(text, "|") {
			return true
		}
	}
	return false
}

// settingsBelow are the lines of the step that the line at index i begins or
// belongs to, after it: up to the next item of the list.
func settingsBelow(job []pipelineLine, i int) []pipelineLine {
	end := i + 1
	for end < len(job) && !strings.HasPrefix(job[end].text, "- ") && job[end].indent >= job[i].indent {
		end++
	}
	return job[i+1 : end]
}

// actionSteps says what an action of GitHub or a task of Azure does.
func actionSteps(action, file string, line pipelineLine, settings []pipelineLine) []model.PipelineStep {
	name := strings.TrimPrefix(strings.TrimPrefix(action, "https://github.com/"), "docker://")
	for _, known := range pipelineActions {
		rest, ok := cutPrefixFold(name, known.name)
		if !ok || rest != "" && !strings.HasSuffix(known.name, "@") && rest[0] != '@' && rest[0] != '/' {
			continue
		}
		step := model.PipelineStep{Location: model.Location{File: file, Line: line.number}, Does: known.does, Tool: known.tool}
		push, target := false, ""
		for _, setting := range settings {
			key, value, _ := strings.Cut(setting.text, ":")
			value = strings.Trim(strings.TrimSpace(value), `"'`)
			switch {
			case key == "push" && value != "false", key == "command" && strings.Contains(strings.ToLower(value), "push"):
				push = true
			case key == "tags" && value != "" && value != "|":
				target, _, _ = strings.Cut(value, ",")
			}
		}
		if step.Does == model.PipelineBuilds && push {
			pushed := step
			pushed.Does, pushed.Target = model.PipelinePushes, publicURL(target)
			pushed.Tool = strings.Replace(step.Tool, " build", " push", 1)
			return []model.PipelineStep{step, pushed}
		}
		return []model.PipelineStep{step}
	}
	return nil
}

func cutPrefixFold(text, prefix string) (rest string, ok bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return "", false
	}
	return text[len(prefix):], true
}

// follow returns the lines of the script or the Makefile target that a command
// runs, when it is a file of the tree that was not followed before.
func (r *pipelineReader) follow(command pipelineCommand, followed map[string]bool) (file string, lines []pipelineLine) {
	name, target := path.Clean(command.words[0]), ""
	if command.name() == "make" {
		positional := command.positional()
		if len(positional) == 0 {
			return "", nil
		}
		name, target = "Makefile", positional[0]
	} else if !strings.HasSuffix(name, ".sh") {
		return "", nil
	}
	key := name + "\n" + target
	if !r.names[name] || followed[key] || len(followed) >= maxPipelineScripts {
		return "", nil
	}
	followed[key] = true
	content, ok := r.read(name)
	if !ok {
		return "", nil
	}
	lines = logicalLines(content)
	if target != "" {
		lines = makeTarget(lines, target)
	}
	return sanitize.Path(name), lines
}

// makeTarget is the recipe of one target: the indented lines below its rule.
func makeTarget(lines []pipelineLine, target string) []pipelineLine {
	start := slices.IndexFunc(lines, func(l pipelineLine) bool {
		name, _, isRule := strings.Cut(l.text, ":")
		return l.indent == 0 && isRule && slices.Contains(strings.Fields(name), target)
	})
	if start < 0 {
		return nil
	}
	end := start + 1
	for end < len(lines) && lines[end].indent > 0 {
		end++
	}
	return lines[start+1 : end]
}

// triggersOf lists the events under a workflow's "on" key, in any of the three
// forms: one word, a list, a mapping.
func triggersOf(lines []string) []string {
	logical := logicalLines(lines)
	var triggers []string
	for i, line := range logical {
		key, value, ok := strings.Cut(line.text, ":")
		if line.indent != 0 || !ok || strings.Trim(key, `"'`) != "on" {
			continue
		}
		words := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(` [],"'{}`, r) })
		if len(words) == 0 {
			for _, below := range logical[i+1:] {
				if below.indent == 0 && !strings.HasPrefix(below.text, "- ") {
					break
				}
				if below.indent == logical[i+1].indent {
					word, _, _ := strings.Cut(strings.TrimPrefix(below.text, "- "), ":")
					words = append(words, word)
				}
			}
		}
		for _, word := range words {
			triggers = append(triggers, sanitize.Line(word, 64))
		}
		break
	}
	slices.Sort(triggers)
	return slices.Compact(triggers)
}

var (
	renovateManager  = lazyregexp.New(`^["']?(argocd|docker-compose|dockerfile|flux|github-actions|helm-values|helmfile|helmv3|kubernetes|kustomize|terraform)["']?\s*:\s*\{`)
	renovateSetting  = lazyregexp.New(`["']?(automerge)["']?\s*:\s*true`)
	dependabotSystem = lazyregexp.New(`^(?:- )?package-ecosystem:\s*["']?([\w-]+)`)
)

// renovateSteps reads a configuration of Renovate: JSON, JSON with comments or
// JSON5, of which lines tell enough.
func renovateSteps(file string, lines []string) []model.PipelineStep {
	steps := []model.PipelineStep{{Location: model.Location{File: file, Line: 1}, Does: model.PipelineUpdates, Tool: "renovate"}}
	for _, line := range logicalLines(lines) {
		for _, pattern := range []*regexp.Regexp{renovateManager(), renovateSetting()} {
			if match := pattern.FindStringSubmatch(line.text); match != nil {
				steps = append(steps, model.PipelineStep{
					Location: model.Location{File: file, Line: line.number}, Does: model.PipelineUpdates, Tool: "renovate " + match[1],
				})
			}
		}
	}
	return steps
}

// dependabotSteps reads .github/dependabot.yml.
func dependabotSteps(file string, lines []string) []model.PipelineStep {
	var steps []model.PipelineStep
	for _, line := range logicalLines(lines) {
		if match := dependabotSystem().FindStringSubmatch(line.text); match != nil {
			steps = append(steps, model.PipelineStep{
				Location: model.Location{File: file, Line: line.number}, Does: model.PipelineUpdates, Tool: "dependabot " + match[1],
			})
		}
	}
	return steps
}
