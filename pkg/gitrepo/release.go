package gitrepo

import (
	"cmp"
	"encoding/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// releases follows each HelmRelease to the source that its chart comes from.
func (p *project) releases() []model.Release {
	var list []model.Release
	for _, o := range p.helmReleases() {
		s := spec[fluxkind.HelmRelease](o)
		release := model.Release{Location: o.Location, ID: o.ID, Values: valueNames(s.Values)}
		release.Namespace = p.namespaceOf(o)
		for _, from := range s.ValuesFrom {
			release.ValuesFrom = append(release.ValuesFrom, model.ValuesSource{
				Kind: from.Kind, Name: from.Name, Key: cmp.Or(from.ValuesKey, "values.yaml"), TargetPath: from.TargetPath, Optional: from.Optional,
			})
		}
		if s.Chart != nil {
			release.Chart, release.Version = s.Chart.Spec.Chart, s.Chart.Spec.Version
		}
		release.Source = p.sourceOf(o)
		p.followSource(&release)
		list = append(list, release)
	}
	return list
}

// followSource finds where the source of a release is defined and what it
// fetches; a HelmChart in between is passed.
func (p *project) followSource(release *model.Release) {
	source, ok := p.lookup(release.Source, release.File)
	if !ok {
		return
	}
	if chart := spec[fluxkind.HelmChart](source); chart != nil {
		release.Chart, release.Version = chart.Chart, chart.Version
		release.Source = p.sourceOf(source)
		if source, ok = p.lookup(release.Source, source.Location.File); !ok {
			return
		}
	}
	release.SourceLocation = source.Location
	release.URL, release.Ref = sourceAddress(source)
	if source.Kind != "GitRepository" {
		return
	}
	for i := range p.repo.Charts {
		if folder := p.repo.Charts[i].Path; folder == cleanPath(release.Chart) && p.ownSources()[source] {
			release.LocalChart = folder
		}
	}
}

// valueNames lists the first level of inline values: what they hold may be
// secret.
func valueNames(values json.RawMessage) []string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(values, &fields) != nil {
		return nil
	}
	names := sortedKeys(fields)
	names = names[:min(len(names), maxReleaseValues)]
	for i, name := range names {
		names[i] = sanitize.Line(name, maxNameLength)
	}
	return names
}

// maxReleaseValues bounds the values that are named of one release.
const maxReleaseValues = 100
