package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Drift is one field of a Flux object that is not in the cluster as Git has it.
type Drift struct {
	Field string `json:"field"`
	// Git and Cluster are the values as JSON; absent for a side without the
	// field, and for values that are long or may be secret.
	Git     string `json:"git,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	// File and Line say where Git sets the field.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Pending is true when files that make the object have changed here since
	// they were applied: the difference need not be drift.
	Pending bool `json:"pending"`
	// Manager is the field manager that set the field in the cluster, Time when.
	Manager string       `json:"manager,omitempty"`
	Time    *metav1.Time `json:"time,omitempty"`
	// Message says it in one sentence.
	Message string `json:"message"`
}
