package guidance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// project is the facts with the look-ups that advice is written from.
type project struct {
	*model.Facts
	findings map[string][]v1alpha1.Finding // by rule
}

func newProject(facts *model.Facts, findings []v1alpha1.Finding) *project {
	p := &project{Facts: facts, findings: map[string][]v1alpha1.Finding{}}
	for _, f := range findings {
		p.findings[f.Rule] = append(p.findings[f.Rule], f)
	}
	return p
}

// specs returns the objects of one kind with their spec.
func specs[T model.Spec](p *project) (objects []*model.Object, list []T) {
	for _, object := range p.Objects {
		if spec, ok := object.Spec.(T); ok {
			objects = append(objects, object)
			list = append(list, spec)
		}
	}
	return objects, list
}

// count is "1 Kustomization" or "3 Kustomizations".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// some names up to three of a list and counts the rest.
func some(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
}

// tally writes counts, the largest first: "3 GitRepository, 1 Bucket".
func tally(counts map[string]int) string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	parts := make([]string, len(keys))
	for i, key := range keys {
		parts[i] = fmt.Sprintf("%d %s", counts[key], key)
	}
	return strings.Join(parts, ", ")
}

// where is the place of an object for people.
func where(object *model.Object) string {
	if object.Location.File != "" {
		return object.ID.String() + " (" + object.Location.String() + ")"
	}
	return object.ID.String()
}
