package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Session is the state of one run, as the file flux-context-<sessionId>.json
// holds it. The mix of camel and snake case is the published structure.
type Session struct {
	SessionID string      `json:"sessionId"`
	Timestamp metav1.Time `json:"timestamp"`
	// File is where the state lives.
	File           string         `json:"file,omitempty"`
	ContextSources ContextSources `json:"context_sources"`
	ProjectContext ProjectContext `json:"project_context"`
	Checkpoints    Checkpoints    `json:"checkpoints"`
	// CapabilitiesLoaded names a capability only when its documents were
	// loaded.
	CapabilitiesLoaded []string `json:"capabilities_loaded"`
}

// ContextSources says which documents were loaded and which sources failed.
type ContextSources struct {
	Context7Available bool             `json:"context7_available"`
	LoadedDocs        []LoadedDocs     `json:"loaded_docs"`
	FailedSources     []FailedSource   `json:"failed_sources"`
	FallbackSources   []FallbackSource `json:"fallback_sources"`
}

// LoadedDocs is one source that delivered documents.
type LoadedDocs struct {
	Source string `json:"source"`
	// Status is loaded; a source that delivered nothing is not listed here.
	Status     string   `json:"status"`
	FocusAreas []string `json:"focus_areas"`
}

// FailedSource is one source that delivered nothing.
type FailedSource struct {
	Source string      `json:"source"`
	Reason string      `json:"reason"`
	At     metav1.Time `json:"at"`
}

// FallbackSource is the source that took the place of a failed one.
type FallbackSource struct {
	Source string `json:"source"`
	For    string `json:"for"`
}

// ProjectContext is what was detected.
type ProjectContext struct {
	HasKubernetesConfigs    bool `json:"has_kubernetes_configs"`
	HasFluxResources        bool `json:"has_flux_resources"`
	GitOpsStructureDetected bool `json:"gitops_structure_detected"`
	ClusterAccess           bool `json:"cluster_access"`
	FluxInstalled           bool `json:"flux_installed"`
}

// Checkpoints is how far the run came.
type Checkpoints struct {
	LastCheckpoint string `json:"last_checkpoint"`
	NextMilestone  string `json:"next_milestone"`
	// RollbackPoint is the checkpoint before the last one.
	RollbackPoint string `json:"rollback_point"`
}
