package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// shardKey is the label that hands an object to one shard of the controllers.
const shardKey = "sharding.fluxcd.io/key"

// explain says why no controller has reported on an object, as far as the
// installation tells; empty when it does not.
func explain(o *model.Object, flux model.Installation) string {
	row, ok := fluxkind.Lookup(o.Group, o.Kind)
	if !ok || !flux.ComponentsRead {
		return ""
	}
	var controllers []model.Component
	for _, c := range flux.Components {
		// Shards are named after the controller: source-controller-shard1.
		if c.Name == row.Controller || strings.HasPrefix(c.Name, row.Controller+"-") {
			controllers = append(controllers, c)
		}
	}
	if len(controllers) == 0 {
		// Flagger and the operator may run anywhere.
		if !strings.HasPrefix(o.Group, "source.") && !strings.HasSuffix(o.Group, ".toolkit.fluxcd.io") {
			return ""
		}
		return fmt.Sprintf("%s, which reconciles this kind, is not installed", row.Controller)
	}
	watching := slices.DeleteFunc(controllers, func(c model.Component) bool {
		all, given := c.Flag("watch-all-namespaces")
		return given && all == "false" && c.Namespace != o.Namespace
	})
	if len(watching) == 0 {
		return fmt.Sprintf("%s watches only its own namespace (--watch-all-namespaces=false)", row.Controller)
	}
	shard := o.Labels[shardKey]
	watching = slices.DeleteFunc(watching, func(c model.Component) bool {
		selector, given := c.Flag("watch-label-selector")
		return given && strings.Contains(selector, shardKey) && !selects(selector, shard)
	})
	if len(watching) == 0 && shard != "" {
		return fmt.Sprintf("no %s watches the shard %q", row.Controller, shard)
	}
	if len(watching) == 0 {
		return fmt.Sprintf("every %s watches a shard only, and the object has no label %s", row.Controller, shardKey)
	}
	for _, c := range watching {
		if c.Ready {
			return ""
		}
	}
	because := ""
	if watching[0].Waiting != "" {
		because = ": " + watching[0].Waiting
	}
	return fmt.Sprintf("%s is not ready%s", watching[0].Name, because)
}

// selects reports whether the part of a label selector that is about shards
// takes a shard; the empty shard is an object without the label.
func selects(selector, shard string) bool {
	switch {
	case strings.Contains(selector, "!"+shardKey):
		return shard == ""
	case shard == "":
		return false
	}
	// shardKey=a, shardKey==a and shardKey in (a,b).
	_, values, _ := strings.Cut(selector, shardKey)
	values, _, _ = strings.Cut(values, ")")
	fields := strings.FieldsFunc(values, func(r rune) bool { return strings.ContainsRune("=(), ", r) })
	return slices.Contains(fields, shard)
}
