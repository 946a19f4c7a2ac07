package model

// Pipeline is one CI definition, or one configuration of a tool that keeps
// dependencies up to date.
type Pipeline struct {
	File string
	// System is the product that reads the file, in lower case: github, gitlab,
	// azure, jenkins, tekton, forgejo, renovate, dependabot and so on.
	System string
	// Triggers are the events that start a GitHub-like workflow, sorted: push,
	// pull_request, schedule and so on.
	Triggers []string
	// Does lists what the pipeline was recognised to do, in the order of
	// PipelineActions.
	Does []string
	// Steps are the evidence, in the order of the file.
	Steps []PipelineStep
}

// PipelineStep is one command or action that a pipeline runs.
type PipelineStep struct {
	// Location is where it stands, perhaps in a script that the pipeline runs.
	Location
	// Does is one of PipelineActions.
	Does string
	// Tool names it, for example "kubeconform" or "flux push artifact".
	Tool string
	// Target is the address it pushes to or deploys from, without credentials;
	// Path the folder or file that it works on, as written. Both may be empty
	// and may hold variables.
	Target string
	Path   string
}

// What pipelines do.
const (
	PipelineValidates = "validate"
	PipelineBuilds    = "build"
	PipelinePushes    = "push"
	PipelineDeploys   = "deploy"
	PipelineUpdates   = "update"
)

// PipelineActions lists what pipelines do in the order of delivery.
func PipelineActions() []string {
	return []string{PipelineValidates, PipelineBuilds, PipelinePushes, PipelineDeploys, PipelineUpdates}
}

// DoesAction is true when the pipeline was recognised to do that.
func (p Pipeline) DoesAction(action string) bool {
	for _, does := range p.Does {
		if does == action {
			return true
		}
	}
	return false
}
