package session

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// The checkpoints of a run, in order.
const (
	SessionInitialized        = "session_initialized"
	Context7FluxLoaded        = "context7_flux_loaded"
	FluxDocsLoaded            = "flux_docs_loaded"
	ProjectContextAnalyzed    = "project_context_analyzed"
	AdvancedContextLoaded     = "advanced_context_loaded"
	ContextValidationComplete = "context_validation_complete"
	// ExpertGuidanceReady is the milestone after the last checkpoint.
	ExpertGuidanceReady = "expert_guidance_ready"
)

// Checkpoints lists the checkpoints in order.
func Checkpoints() []string {
	return []string{
		SessionInitialized, Context7FluxLoaded, FluxDocsLoaded,
		ProjectContextAnalyzed, AdvancedContextLoaded, ContextValidationComplete,
	}
}

// State is all that a session file holds: the published structure, and what it
// takes to find a session again and go on with it.
type State struct {
	v1alpha1.Session

	// Folder is the absolute path of the project the run is about.
	Folder string `json:"folder,omitempty"`
	// Focus lists the topics asked for; empty means all.
	Focus []string `json:"focus"`
	// Connectivity is what the network allowed; absent until documents were
	// asked for.
	Connectivity *v1alpha1.Connectivity `json:"connectivity,omitempty"`
	// Complete is true when the run reached its end.
	Complete bool `json:"complete"`
	// DocsSince is when this session began to load documents: a copy in the
	// cache that is not older was loaded by this session, and is not loaded
	// again.
	DocsSince metav1.MicroTime `json:"docs_since"`
	// Reload says, for each checkpoint to load documents again for, since when
	// a copy of them is good. A rollback to before the checkpoint sets it.
	Reload map[string]metav1.MicroTime `json:"reload,omitempty"`
	// Passed are the checkpoints behind the run, in the order of Checkpoints
	// as far as nothing is missing before them.
	Passed []Mark `json:"passed"`
}

// Mark is one checkpoint that the run has passed.
type Mark struct {
	Checkpoint string `json:"checkpoint"`
	// Skipped says that the run went on without it, for example without
	// Context7; such a checkpoint is never named as reached.
	Skipped bool `json:"skipped,omitempty"`
	// Snapshot is the state to which a rollback returns; absent while an
	// earlier checkpoint is missing.
	Snapshot *Snapshot `json:"snapshot,omitempty"`
}

// Snapshot is the part of the state that changes while a run goes on.
type Snapshot struct {
	ContextSources     v1alpha1.ContextSources `json:"context_sources"`
	ProjectContext     v1alpha1.ProjectContext `json:"project_context"`
	CapabilitiesLoaded []string                `json:"capabilities_loaded"`
}

// HasPassed says whether the run has reached the checkpoint, or gone on
// without it, and all checkpoints before it.
func (s *State) HasPassed(checkpoint string) bool {
	return slices.ContainsFunc(s.Passed, func(m Mark) bool { return m.Checkpoint == checkpoint && m.Snapshot != nil })
}

// pass records a checkpoint and moves the three published names. Steps run side
// by side, so a checkpoint counts only once all before it are passed too.
func (s *State) pass(checkpoint string, skipped bool) error {
	order := Checkpoints()
	rank := slices.Index(order, checkpoint)
	if rank < 0 {
		return fmt.Errorf("%q is not a checkpoint: there are %s", checkpoint, strings.Join(order, ", "))
	}
	s.Passed = slices.DeleteFunc(s.Passed, func(m Mark) bool { return m.Checkpoint == checkpoint })
	s.Passed = append(s.Passed, Mark{Checkpoint: checkpoint, Skipped: skipped})
	slices.SortFunc(s.Passed, func(a, b Mark) int {
		return slices.Index(order, a.Checkpoint) - slices.Index(order, b.Checkpoint)
	})
	for i := range s.Passed {
		if s.Passed[i].Checkpoint != order[i] {
			break
		}
		if s.Passed[i].Snapshot == nil {
			s.Passed[i].Snapshot = s.snapshot()
		}
	}
	s.nameCheckpoints()
	return nil
}

// rollBack returns to the state at a checkpoint that was passed.
func (s *State) rollBack(checkpoint string) error {
	var choices []string
	for i, mark := range s.Passed {
		if mark.Snapshot == nil {
			break
		}
		if mark.Checkpoint == checkpoint {
			s.Passed = s.Passed[:i+1]
			snapshot := mark.Snapshot.clone()
			s.ContextSources = snapshot.ContextSources
			s.ProjectContext = snapshot.ProjectContext
			s.CapabilitiesLoaded = snapshot.CapabilitiesLoaded
			s.Complete = false
			s.nameCheckpoints()
			return nil
		}
		choices = append(choices, mark.Checkpoint)
	}
	return fmt.Errorf("session %s has not passed %q: it can go back to %s", s.SessionID, checkpoint, strings.Join(choices, ", "))
}

func (s *State) nameCheckpoints() {
	s.Checkpoints = v1alpha1.Checkpoints{NextMilestone: ExpertGuidanceReady}
	for i, name := range Checkpoints() {
		if i >= len(s.Passed) || s.Passed[i].Snapshot == nil {
			s.Checkpoints.NextMilestone = name
			return
		}
		if !s.Passed[i].Skipped {
			s.Checkpoints.RollbackPoint = s.Checkpoints.LastCheckpoint
			s.Checkpoints.LastCheckpoint = name
		}
	}
}

func (s *State) snapshot() *Snapshot {
	current := Snapshot{s.ContextSources, s.ProjectContext, s.CapabilitiesLoaded}
	return current.clone()
}

func (s *Snapshot) clone() *Snapshot {
	return &Snapshot{
		ContextSources:     *s.ContextSources.DeepCopy(),
		ProjectContext:     s.ProjectContext,
		CapabilitiesLoaded: slices.Clone(s.CapabilitiesLoaded),
	}
}
