package guidance

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// manyObjects is from where on tuning the controllers is worth a thought
// (PERF-01 of the rules uses the same figure).
const manyObjects = 200

func advisePerformance(p *project) entry {
	var e entry
	kustomizations, specs := specsOf[*fluxkind.Kustomization](p)
	releases, releaseSpecs := specsOf[*fluxkind.HelmRelease](p)
	total := len(kustomizations) + len(releases)
	if total == 0 || total < manyObjects && len(p.Focus) == 0 && len(p.byTopic["performance"]) == 0 {
		return e
	}
	rate := 0.0
	add := func(interval fluxkind.Duration) {
		if value, ok := interval.Value(); ok && value > 0 {
			rate += float64(time.Minute) / float64(value)
		}
	}
	for _, spec := range specs {
		add(spec.Interval)
	}
	for _, spec := range releaseSpecs {
		add(spec.Interval)
	}
	e.today = append(e.today, fmt.Sprintf("%s and %s, about %.1f reconciliations a minute by their intervals",
		count(len(kustomizations), "Kustomization", "Kustomizations"), count(len(releases), "HelmRelease", "HelmReleases"), rate))
	for _, name := range []string{"kustomize-controller", "helm-controller"} {
		if component := p.component(name); component != nil {
			concurrent, given := component.Flag("concurrent")
			if !given {
				concurrent = "4 (default)"
			}
			e.today = append(e.today, fmt.Sprintf("%s works on %s at a time", name, concurrent))
		}
	}
	size := int64(0)
	for _, object := range p.Objects {
		if object.Status.Artifact != nil {
			size += object.Status.Artifact.Size
		}
	}
	if size > 0 {
		e.today = append(e.today, fmt.Sprintf("the artifacts take %d KiB", size>>10))
	}
	return e
}
