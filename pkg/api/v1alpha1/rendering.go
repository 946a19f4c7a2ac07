package v1alpha1

// Base is the commit that the repository is compared with.
type Base struct {
	// Reason says why it was taken: named with --base, applied by the cluster,
	// upstream of the branch, or head for what is checked out without changes.
	Reason string `json:"reason"`
	// Revision is what was asked for, the upstream branch, or the revision that
	// the cluster applied; Commit is where HEAD left it.
	Revision string `json:"revision"`
	Commit   string `json:"commit"`
}

// Effective is an object as Flux would apply it.
type Effective struct {
	// Owner is the Flux object whose build makes it, Namespace the namespace that
	// it gets.
	Owner     ObjectRef `json:"owner"`
	Namespace string    `json:"namespace,omitempty"`
	Name      string    `json:"name"`
	// Steps are those that changed the object, in their order; what no step
	// changed is as it is written.
	Steps []Step `json:"steps"`
	// Unresolved are the names of variables without a known value.
	Unresolved []string `json:"unresolved"`
}

// Step is one thing that changed an object.
type Step struct {
	StepPlace `json:",inline"`
	Fields    []FieldChange `json:"fields"`
	// Causes say what put the step where it is declared, the nearest first: the
	// patch of a root Kustomization, for example, that gave another one a patch.
	Causes []StepPlace `json:"causes"`
}

// StepPlace says what a step is and where it stands.
type StepPlace struct {
	// Kind is patch, images, substitute and the like.
	Kind string `json:"kind"`
	// Owner is the Flux object whose spec holds the step; absent for one of a
	// kustomization file.
	Owner *ObjectRef `json:"owner,omitempty"`
	// Entry is the path of the field that declares it, for example patches[0];
	// DeclaredFile and DeclaredLine are where that is.
	Entry        string `json:"entry,omitempty"`
	DeclaredFile string `json:"declaredFile,omitempty"`
	DeclaredLine int    `json:"declaredLine,omitempty"`
	// File and Line are where its content is, for example the patch file.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// FieldChange is a field that a step set, changed or removed.
type FieldChange struct {
	Field string `json:"field"`
	// Before and After are compact JSON, cut when long; absent for a field that
	// is not there, and for values of Secrets.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Line is the line in the step's file that sets the field.
	Line int `json:"line,omitempty"`
}
