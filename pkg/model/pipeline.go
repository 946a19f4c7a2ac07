package model

// Pipeline is one CI definition.
type Pipeline struct {
	File   string
	System string // github, gitlab, azure, jenkins, tekton, renovate, dependabot
	// Does lists what the pipeline was recognised to do: validate, build,
	// push, deploy, update.
	Does []string
}
