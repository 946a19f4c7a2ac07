package gitrepo

import (
	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// readChart reads a Chart.yaml; nil means that it is none.
func readChart(root *yaml.Node) *model.Chart {
	clean := func(node *yaml.Node, field string) string { return sanitize.Line(text(node, field), maxNameLength) }
	chart := &model.Chart{Name: clean(root, "name"), Version: clean(root, "version")}
	if chart.Name == "" && chart.Version == "" {
		return nil
	}
	eachItem(lookup(root, "dependencies"), func(item *yaml.Node) {
		if len(chart.Dependencies) < maxEntries {
			chart.Dependencies = append(chart.Dependencies, model.ChartDependency{
				Name: clean(item, "name"), Version: clean(item, "version"), Repository: clean(item, "repository"),
			})
		}
	})
	return chart
}
