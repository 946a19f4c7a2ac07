package merge_test

import (
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// inventory is what the facts say of the objects of a Kustomization.
func inventory(t testing.TB, facts *model.Facts, name string) map[string]model.InventoryObject {
	t.Helper()
	for _, k := range facts.Sync.Kustomizations {
		if k.Name == name {
			found := map[string]model.InventoryObject{}
			for _, object := range k.Inventory {
				found[object.ID.String()] = object
			}
			return found
		}
	}
	t.Fatalf("there is no Kustomization %s", name)
	return nil
}

// TestInventory compares every object that the real controllers applied with
// what the repository makes.
func TestInventory(t *testing.T) {
	c := newClone(t)
	facts := c.facts(c.live())
	objects := 0
	for _, k := range facts.Sync.Kustomizations {
		if k.Applied == "" {
			continue // it never could be built
		}
		for _, object := range k.Inventory {
			objects++
			if object.Origin != model.FromCluster|model.FromRepository || object.Absence != nil {
				t.Errorf("%s of %s is from %s: %+v", object.ID, k.ID, object.Origin, object.Absence)
			}
			if object.Location.File == "" || object.Location.Line == 0 || object.Commit == nil || object.Commit.Subject != "Describe the cluster" {
				t.Errorf("%s of %s stands at %q, commit %+v", object.ID, k.ID, object.Location, object.Commit)
			}
		}
	}
	if objects < 15 {
		t.Errorf("only %d objects were compared", objects)
	}
	if got := inventory(t, facts, "prod")["Deployment/prod/web"].Location.String(); got != "base/web/deployment.yaml:1" {
		t.Errorf("the Deployment stands at %s", got)
	}
}

func TestInventoryOfOneSide(t *testing.T) {
	c := newClone(t)
	c.replace("base/web/kustomization.yaml", "service.yaml", "account.yaml")
	c.write("base/web/account.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n")
	check := func(want model.AbsenceReason) {
		t.Helper()
		found := inventory(t, c.facts(c.live()), "prod")
		if service := found["Service/prod/web"]; service.Origin != model.FromCluster || service.Absence == nil || service.Absence.Reason != model.AbsentRemoved ||
			!strings.Contains(service.Absence.Message, "pruned") {
			t.Errorf("the Service is from %s: %+v", service.Origin, service.Absence)
		}
		if account := found["ServiceAccount/prod/web"]; account.Origin != model.FromRepository || account.Absence == nil || account.Absence.Reason != want {
			t.Errorf("the account is from %s: %+v", account.Origin, account.Absence)
		}
		if other := found["Deployment/prod/web"]; other.Origin != model.FromCluster|model.FromRepository {
			t.Errorf("the Deployment is from %s", other.Origin)
		}
	}
	check(model.AbsentNotCommitted)
	c.commit("Replace the Service by an account")
	check(model.AbsentNotApplied)
}
