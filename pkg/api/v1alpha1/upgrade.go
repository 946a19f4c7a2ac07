package v1alpha1

// Upgrade is the way from the oldest Flux that a project has to the newest that
// this program knows.
type Upgrade struct {
	// From and To are minors, for example 2.7 and 2.10; Seen says where From was
	// read.
	From string `json:"from"`
	Seen string `json:"seen"`
	To   string `json:"to"`
	// Changes are the breaking changes on the way that meet something here,
	// those of the oldest release first.
	Changes []UpgradeChange `json:"changes"`
	// Left is what flux migrate does not change, and that has to be written by
	// hand. The text of each place says what.
	Left []Evidence `json:"left"`
	// Steps are in the order in which to take them.
	Steps []string `json:"steps"`
}

// UpgradeChange is one breaking change with every place that it meets.
type UpgradeChange struct {
	// Flux is the minor that brings it.
	Flux string `json:"flux"`
	What string `json:"what"`
	// Do is what to do about it before that minor.
	Do     string     `json:"do"`
	Doc    string     `json:"doc"`
	Places []Evidence `json:"places"`
}
