package main

import "testing"

// TestRepositoriesMatchScenarios checks that the trees of test/fixtures/repos
// define the objects that are live in the scenarios, with the same specs.
func TestRepositoriesMatchScenarios(t *testing.T) {
	tests := map[string][]string{
		"clean":            {"clean/clusters"},
		"steady":           {"captured/clusters"},
		"after-bad-commit": {"captured/clusters", "captured-second-commit/clusters"},
		"nested":           {"captured-second-commit/nested/child.yaml"},
	}
	for scenario, trees := range tests {
		t.Run(scenario, func(t *testing.T) {
			specs := map[string]any{}
			for _, object := range readFixture(t, "../fixtures/scenarios/"+scenario) {
				specs[object.GetKind()+"/"+object.GetNamespace()+"/"+object.GetName()] = object.Object["spec"]
			}
			written := map[string]any{}
			for _, tree := range trees {
				for _, object := range readFixture(t, "../fixtures/repos/"+tree) {
					written[object.GetKind()+"/"+object.GetNamespace()+"/"+object.GetName()] = object.Object["spec"]
				}
			}
			for name, spec := range written {
				got, ok := specs[name]
				if !ok {
					t.Errorf("%s is not live", name)
				}
				for _, difference := range differences(spec, got, "spec", nil) {
					t.Errorf("%s: %s", name, difference)
				}
			}
			if len(written) == 0 {
				t.Error("the repository has no objects")
			}
		})
	}
}
