package cmdutil

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/kubectl/pkg/util/templates"
	"k8s.io/kubectl/pkg/util/term"
)

// flagGroups are the sections of the flags in help, in its order. A test sees to
// it that each flag has its place.
var flagGroups = []struct {
	title string
	flags []string
}{
	{"Scope Options", []string{
		"all-namespaces", "base", "check-secret-keys", "cluster-path", "deep", "limit", "no-cluster", "no-repo", "repo", "selector",
	}},
	{"Output Options", []string{
		"allow-missing-template-keys", "fail-on", "fail-on-partial", "max-tokens", "output", "show-managed-fields", "template",
	}},
	{"Document Options", []string{"context7-url", "docs-max-age", "docs-timeout", "docs-url", "no-context7", "offline"}},
	{"Session Options", []string{"from", "keep", "older-than", "resume", "session-dir"}},
	{"Time Limit Options", []string{"auth-timeout", "cluster-timeout", "render-timeout", "timeout"}},
	{"Cluster Options", []string{
		"certificate-authority", "cluster", "context", "disable-compression", "insecure-skip-tls-verify", "kubeconfig",
		"namespace", "proxy-url", "request-timeout", "server", "tls-server-name",
	}},
	{"User Options", []string{"as", "as-group", "as-uid", "as-user-extra", "client-certificate", "client-key", "token", "user"}},
	{"General Options", []string{"cache-dir", "color", "quiet"}},
}

// FlagUsages are flags as kubectl prints them, under the titles of their groups,
// or under "Options" when they are all of one.
func FlagUsages(flags *pflag.FlagSet) string {
	sections := map[string]*strings.Builder{}
	titles := []string{"Other Options"}
	for _, group := range flagGroups {
		titles = append(titles, group.title)
	}
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden || flag.Name == "help" {
			return
		}
		title := flagGroupOf(flag.Name)
		if sections[title] == nil {
			sections[title] = &strings.Builder{}
		}
		limit, err := term.GetWordWrapperLimit()
		if err != nil {
			limit = 0 // no terminal: nothing is wrapped
		}
		templates.NewHelpFlagPrinter(sections[title], limit).PrintHelpFlag(flag)
	})
	var text []string
	for _, title := range titles {
		section := sections[title]
		if section == nil {
			continue
		}
		if len(sections) == 1 {
			title = "Options"
		}
		text = append(text, title+":\n"+strings.TrimRight(section.String(), "\n"))
	}
	return strings.Join(text, "\n\n")
}

// flagGroupOf is the title under which a flag stands.
func flagGroupOf(name string) string {
	for _, group := range flagGroups {
		if slices.Contains(group.flags, name) {
			return group.title
		}
	}
	return "Other Options"
}
