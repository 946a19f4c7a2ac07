// Package focus is the one table that maps the topics a user may ask for to
// the priority areas, expert capabilities and session capability names that
// they serve. Nothing else in the product knows this mapping.
package focus

import "slices"

// Topic is one focus of the command.
type Topic struct {
	// Name is the argument: kubectl fluxctx NAME.
	Name string
	// Title is how people read it.
	Title string
	// Areas are ids of Areas, Capabilities ids of Capabilities.
	Areas        []string
	Capabilities []string
	// SessionCapability is the name under capabilities_loaded that this
	// topic's documents earn; empty when they earn none alone.
	SessionCapability string
}

var topics = []Topic{
	{Name: "gitops", Title: "GitOps principles and workflows", Areas: []string{"gitops-workflows"}, Capabilities: []string{"workflow-design"}, SessionCapability: "gitops_workflows"},
	{Name: "sources", Title: "Sources", Areas: []string{"source-controllers"}, Capabilities: []string{"source-management"}, SessionCapability: "flux_controllers"},
	{Name: "kustomize", Title: "Kustomizations", Areas: []string{"kustomization-and-helm"}, Capabilities: []string{"deployment-automation"}, SessionCapability: "flux_controllers"},
	{Name: "helm", Title: "Helm releases", Areas: []string{"kustomization-and-helm"}, Capabilities: []string{"deployment-automation"}, SessionCapability: "flux_controllers"},
	{Name: "controllers", Title: "Controllers and their configuration", Areas: []string{"source-controllers", "performance"}, Capabilities: []string{"controller-configuration"}, SessionCapability: "flux_controllers"},
	{Name: "multi-tenancy", Title: "Multi-tenancy", Areas: []string{"multi-tenancy"}, Capabilities: []string{"multi-tenancy"}, SessionCapability: "multi_tenancy"},
	{Name: "security", Title: "Security and secrets", Areas: []string{"security"}, Capabilities: []string{"security"}, SessionCapability: "security_practices"},
	{Name: "monitoring", Title: "Monitoring and alerting", Areas: []string{"monitoring"}, Capabilities: []string{"monitoring"}, SessionCapability: "monitoring_alerting"},
	{Name: "multi-cluster", Title: "Multi-cluster deployments", Areas: []string{"multi-cluster"}, Capabilities: []string{"multi-cluster"}, SessionCapability: "gitops_workflows"},
	{Name: "image-automation", Title: "Image automation", Areas: []string{"advanced-patterns"}, Capabilities: []string{"image-automation"}, SessionCapability: "flux_controllers"},
	{Name: "progressive-delivery", Title: "Progressive delivery", Areas: []string{"advanced-patterns"}, Capabilities: []string{"progressive-delivery"}, SessionCapability: "gitops_workflows"},
	{Name: "disaster-recovery", Title: "Disaster recovery", Areas: []string{"disaster-recovery"}, Capabilities: []string{"disaster-recovery"}, SessionCapability: "disaster_recovery"},
	{Name: "performance", Title: "Performance and scaling", Areas: []string{"performance"}, Capabilities: []string{"performance"}, SessionCapability: "flux_controllers"},
	{Name: "troubleshooting", Title: "Troubleshooting", Areas: []string{"gitops-workflows"}, Capabilities: []string{"troubleshooting"}, SessionCapability: "troubleshooting"},
	{Name: "repository-structure", Title: "Repository structure", Areas: []string{"gitops-workflows", "multi-cluster"}, Capabilities: []string{"repository-structure"}, SessionCapability: "repository_structure"},
	{Name: "migration", Title: "Migration and upgrades", Areas: []string{"advanced-patterns"}, Capabilities: []string{"migration"}, SessionCapability: "gitops_workflows"},
	{Name: "ci-cd", Title: "CI/CD integration", Areas: []string{"gitops-workflows"}, Capabilities: []string{"integration"}, SessionCapability: "gitops_workflows"},
}

// Area is a priority documentation area or an expert capability.
type Area struct {
	ID    string
	Title string
}

var areas = []Area{
	{"gitops-workflows", "GitOps principles and workflows"},
	{"source-controllers", "Source controller configuration"},
	{"kustomization-and-helm", "Kustomization and Helm releases"},
	{"multi-tenancy", "Multi-tenancy patterns"},
	{"security", "Security and access control"},
	{"monitoring", "Monitoring and alerting"},
	{"multi-cluster", "Multi-cluster deployments"},
	{"advanced-patterns", "Advanced patterns"},
	{"disaster-recovery", "Disaster recovery"},
	{"performance", "Performance optimization"},
}

var capabilities = []Area{
	{"workflow-design", "Workflow design"},
	{"repository-structure", "Repository structure"},
	{"source-management", "Source management"},
	{"deployment-automation", "Deployment automation"},
	{"controller-configuration", "Controller configuration"},
	{"multi-tenancy", "Multi-tenancy"},
	{"security", "Security"},
	{"monitoring", "Monitoring"},
	{"multi-cluster", "Multi-cluster"},
	{"image-automation", "Image automation"},
	{"progressive-delivery", "Progressive delivery"},
	{"disaster-recovery", "Disaster recovery"},
	{"troubleshooting", "Troubleshooting"},
	{"performance", "Performance"},
	{"migration", "Migration"},
	{"integration", "Integration"},
}

var sessionCapabilities = []string{
	"gitops_workflows",
	"flux_controllers",
	"repository_structure",
	"multi_tenancy",
	"security_practices",
	"monitoring_alerting",
	"troubleshooting",
	"disaster_recovery",
}

// Topics returns every focus in the order in which help lists them.
func Topics() []Topic { return topics }

// Areas returns the ten priority documentation areas.
func Areas() []Area { return areas }

// Capabilities returns the sixteen expert capabilities.
func Capabilities() []Area { return capabilities }

// SessionCapabilities returns the eight names that capabilities_loaded in a
// session file may hold.
func SessionCapabilities() []string { return sessionCapabilities }

// Names returns the topic names in table order.
func Names() []string {
	names := make([]string, len(topics))
	for i, topic := range topics {
		names[i] = topic.Name
	}
	return names
}

// Lookup finds a topic by its name.
func Lookup(name string) (Topic, bool) {
	i := slices.IndexFunc(topics, func(t Topic) bool { return t.Name == name })
	if i < 0 {
		return Topic{}, false
	}
	return topics[i], true
}
