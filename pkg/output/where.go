package output

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// where says what the report is about: the repository and the cluster.
func (p *page) where(report *v1alpha1.ContextReport) {
	if repository := report.Repository; repository != nil {
		p.wrapped(0, p.Theme.Muted.Render("Repository  "), p.repository(repository), p.plain)
	}
	if cluster := report.Cluster; cluster != nil {
		p.wrapped(0, p.Theme.Muted.Render("Cluster     "), p.cluster(cluster, report.Session.Timestamp.Time), p.plain)
	}
	if len(report.Focus) > 0 {
		p.wrapped(0, p.Theme.Muted.Render("Focus       "), strings.Join(report.Focus, ", "), p.plain)
	}
}

func (p *page) repository(repository *v1alpha1.Repository) string {
	parts := []string{p.Theme.Strong.Render(filepath.Base(repository.Root)) + p.branch(repository.Git)}
	parts = append(parts, fmt.Sprintf("%s, %s", count(repository.YAMLFiles, "YAML file"), count(repository.Documents, "object")))
	if repository.Pattern != "" {
		parts = append(parts, repository.Pattern)
	}
	return strings.Join(parts, " "+p.Symbols.Bullet+" ")
}

func (p *page) branch(git *v1alpha1.Git) string {
	if git == nil {
		return " (not in Git)"
	}
	var b strings.Builder
	switch {
	case git.Branch != "":
		b.WriteString(" on " + git.Branch)
	case git.Head != "":
		b.WriteString(" at " + shortRevision(git.Head) + " (detached)")
	default:
		b.WriteString(" (no commits)")
	}
	if git.Ahead > 0 {
		fmt.Fprintf(&b, " %s%d", p.Symbols.Ahead, git.Ahead)
	}
	if git.Behind > 0 {
		fmt.Fprintf(&b, " %s%d", p.Symbols.Behind, git.Behind)
	}
	switch {
	case git.Dirty:
		b.WriteString(", " + count(len(git.Changed), "changed file"))
	case !git.ChangesKnown:
		b.WriteString(", changes not known")
	}
	return b.String()
}

// cluster is what runs, as it was at the time of the report.
func (p *page) cluster(cluster *v1alpha1.Cluster, now time.Time) string {
	name := cluster.Context
	if name == "" {
		name = cluster.Server
	}
	parts := []string{p.Theme.Strong.Render(name)}
	if !cluster.Reachable {
		return parts[0] + " " + p.Theme.Bad.Render("not reachable")
	}
	if cluster.KubernetesVersion != "" {
		parts = append(parts, "Kubernetes "+cluster.KubernetesVersion)
	}
	switch flux := cluster.Flux; {
	case !flux.Installed:
		parts = append(parts, "no Flux")
	case flux.Version == "":
		parts = append(parts, "Flux of unknown version in "+flux.Namespace)
	default:
		parts = append(parts, "Flux "+flux.Version+" in "+flux.Namespace+fluxAge(flux, now))
	}
	return strings.Join(parts, " "+p.Symbols.Bullet+" ")
}

// fluxAge says how long ago the minor of Flux came out: old ones get no fixes.
func fluxAge(flux v1alpha1.Flux, now time.Time) string {
	day, err := time.Parse(time.DateOnly, flux.Released)
	if err != nil || !now.After(day) {
		return ""
	}
	return fmt.Sprintf(" (minor released %s ago)", duration.HumanDuration(now.Sub(day)))
}

// shortRevision cuts a commit to the length that git log --oneline shows.
func shortRevision(commit string) string {
	if len(commit) > 8 {
		return commit[:8]
	}
	return commit
}

// count is a number with its noun, in the plural where it belongs.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
