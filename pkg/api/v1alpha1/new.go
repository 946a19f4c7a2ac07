package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// NewReport returns a report without content. Its lists are empty rather than
// null, so that scripts can loop over every field of every report.
func NewReport() *ContextReport {
	return &ContextReport{
		TypeMeta:     metav1.TypeMeta{APIVersion: APIVersion, Kind: Kind},
		Session:      NewSession(),
		Focus:        []string{},
		Requirements: []Requirement{},
		Objects:      []Object{},
		RootCauses:   []RootCause{},
		References:   []Reference{},
		BlastRadius:  []Deletion{},
		Ownership:    Ownership{Shared: []SharedObject{}, Contested: []SharedObject{}, Orphans: []Orphan{}},
		Findings:     []Finding{},
		Ignored:      []IgnoredFinding{},
		Undecided:    []Undecided{},
		Guidance:     []Guidance{},
		Docs:         Docs{Sources: []DocSource{}, Sections: []DocSection{}, Coverage: []DocCoverage{}, Capabilities: []DocCoverage{}, Missing: []MissingDoc{}},
		Connectivity: Connectivity{Tried: []string{}, Limits: []string{}},
		Problems:     []Problem{},
	}
}

// NewSession returns a session in which nothing has happened yet.
func NewSession() Session {
	return Session{
		ContextSources: ContextSources{
			LoadedDocs:      []LoadedDocs{},
			FailedSources:   []FailedSource{},
			FallbackSources: []FallbackSource{},
		},
		CapabilitiesLoaded: []string{},
	}
}
