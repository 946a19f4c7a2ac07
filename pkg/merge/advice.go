package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const (
	docsSite        = "https://fluxcd.io/flux"
	pageTroubles    = docsSite + "/cheatsheets/troubleshooting/"
	pageReleases    = docsSite + "/components/helm/helmreleases/"
	pageKustomize   = docsSite + "/components/kustomize/kustomizations/"
	pageWorkloads   = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/"
	pageAccounts    = docsSite + "/installation/configuration/multitenancy/"
	resumeCommand   = "flux resume %kind %name -n %namespace"
	reconcileAgain  = "flux reconcile %kind %name -n %namespace --with-source"
	reconcileSource = "flux reconcile source %source %name -n %namespace"
)

// remedy is what mends a failure with one of some reasons.
type remedy struct {
	kinds   []string // empty for all
	reasons []string
	// says is a part of the message that has to be there; empty for none.
	says string
	fix  []string
	page string
}

// remedies are tried in turn; the first that fits counts. In a fix %kind, %name,
// %namespace and %source stand for the object as the Flux CLI takes it.
var remedies = []remedy{
	{
		reasons: []string{"DependencyCycle"},
		fix:     []string{"remove one of the dependsOn entries that lead in a circle, then commit and push"},
		page:    pageKustomize + "#dependencies",
	},
	{
		reasons: []string{"NotFound"},
		fix:     []string{"create the object, or correct the name where it is named"},
		page:    pageTroubles,
	},
	{
		kinds: []string{"Kustomization"}, reasons: []string{"ArtifactFailed"}, says: pathNotFound,
		fix:  []string{"correct spec.path, or add the folder to the source; then " + reconcileAgain},
		page: pageKustomize + "#path",
	},
	{
		kinds: []string{"Kustomization"}, reasons: []string{"BuildFailed"}, says: "variable not set",
		fix:  []string{"define the variable in spec.postBuild, give it a default with ${NAME:=value}, or escape it as $${NAME}"},
		page: pageKustomize + "#post-build-variable-substitution",
	},
	{
		kinds: []string{"Kustomization"}, reasons: []string{"BuildFailed"},
		fix:  []string{"mend the file and try it with 'flux build kustomization %name -n %namespace --path FOLDER'; then commit, push and " + reconcileAgain},
		page: pageTroubles,
	},
	{
		reasons: []string{"ReconciliationFailed", "InstallFailed", "UpgradeFailed"}, says: "system:serviceaccount:",
		fix:  []string{"create the service account, and bind it to a role that allows what the message names"},
		page: pageAccounts,
	},
	{
		kinds: []string{"Kustomization"}, reasons: []string{"ReconciliationFailed"},
		fix:  []string{"mend what the API server refuses, and try it with 'kubectl apply --server-side --dry-run=server -f FILE'; then commit and push"},
		page: pageTroubles,
	},
	{
		kinds: []string{"Kustomization"}, reasons: []string{"HealthCheckFailed", "Progressing"},
		fix:  []string{"mend the objects that it waits for, or raise spec.timeout when they only need longer"},
		page: pageKustomize + "#health-checks",
	},
	{
		reasons: []string{"InvalidCELExpression"},
		fix:     []string{"correct the expression, then commit and push; the controller does not try again before"},
		page:    pageKustomize + "#health-check-expressions",
	},
	{
		reasons: []string{"RetriesExceeded", "MissingRollbackTarget", "RollbackSucceeded"},
		fix:     []string{"mend the chart or its values, then 'flux reconcile helmrelease %name -n %namespace --reset' to let it try again"},
		page:    pageReleases + "#configuring-failure-handling",
	},
	{
		reasons: []string{"InstallFailed", "UpgradeFailed", "TestFailed", "ValuesError", "ChartMutateError"},
		fix:     []string{"mend the chart or its values, then commit and push; 'helm history %name -n %namespace' shows what ran before"},
		page:    pageReleases + "#configuring-failure-handling",
	},
	{
		reasons: []string{"InvalidChartReference", "ChartPullError", "ChartPackageError", "DependencyBuildError"},
		fix:     []string{"correct the name, path or version of the chart in the HelmRelease, or its source"},
		page:    docsSite + "/components/source/helmcharts/",
	},
	{
		reasons: []string{"AuthenticationFailed"},
		fix:     []string{"create or renew the Secret that spec.secretRef names; then " + reconcileSource},
	},
	{
		kinds: []string{"GitRepository"}, reasons: []string{"GitOperationFailed"}, says: "couldn't find remote ref",
		fix:  []string{"correct spec.ref, or push the branch; then " + reconcileSource},
		page: docsSite + "/components/source/gitrepositories/#reference",
	},
	{
		reasons: []string{"GitOperationFailed", "OCIArtifactPullFailed", "IndexationFailed", "BucketOperationFailed", "Failed"},
		fix:     []string{"check the address, the credentials and the network of source-controller; then " + reconcileSource},
	},
	{
		reasons: []string{"URLInvalid"},
		fix:     []string{"correct spec.url, then commit and push; the controller does not try again before"},
	},
	{
		reasons: []string{"AccessDenied"},
		fix:     []string{"move the referenced object into the same namespace: this installation allows no references into others"},
		page:    pageAccounts,
	},
}

// byKind are the pages about kinds.
var byKind = map[string]string{
	"Bucket":                docsSite + "/components/source/buckets/",
	"ExternalArtifact":      docsSite + "/components/source/externalartifacts/",
	"GitRepository":         docsSite + "/components/source/gitrepositories/",
	"HelmChart":             docsSite + "/components/source/helmcharts/",
	"HelmRelease":           pageReleases,
	"HelmRepository":        docsSite + "/components/source/helmrepositories/",
	"ImagePolicy":           docsSite + "/components/image/imagepolicies/",
	"ImageRepository":       docsSite + "/components/image/imagerepositories/",
	"ImageUpdateAutomation": docsSite + "/components/image/imageupdateautomations/",
	"Kustomization":         pageKustomize,
	"OCIRepository":         docsSite + "/components/source/ocirepositories/",
	"Receiver":              docsSite + "/components/notification/receivers/",
	"ResourceSet":           "https://fluxoperator.dev/docs/crd/resourceset/",
	"FluxInstance":          "https://fluxoperator.dev/docs/crd/fluxinstance/",
}

// advice says what mends a root cause, and where that is written.
func advice(cause model.RootCause) (fix []string, page string) {
	page = cmp.Or(byKind[cause.Object.Kind], pageTroubles)
	switch cause.State {
	case model.StateSuspended:
		return []string{filled("nothing happens until somebody resumes it: "+resumeCommand, cause.Object)}, page
	case model.StateTerminating:
		return []string{"find out why its finalizers do not end: the controller that owns them has to run, and to be allowed to delete"}, page
	}
	for _, r := range remedies {
		if len(r.kinds) > 0 && !slices.Contains(r.kinds, cause.Object.Kind) {
			continue
		}
		if !slices.Contains(r.reasons, cause.Reason) || !strings.Contains(cause.Message, r.says) {
			continue
		}
		for _, text := range r.fix {
			fix = append(fix, filled(text, cause.Object))
		}
		return fix, cmp.Or(r.page, page)
	}
	return nil, page
}

// filled puts an object into a fix.
func filled(text string, id model.ID) string {
	source := map[string]string{
		"GitRepository": "git", "OCIRepository": "oci", "HelmRepository": "helm", "HelmChart": "chart", "Bucket": "bucket",
	}[id.Kind]
	kind := strings.ToLower(id.Kind)
	if id.Group == fluxkind.GroupSource {
		kind = "source " + source
	}
	return strings.NewReplacer("%namespace", id.Namespace, "%name", id.Name, "%kind", kind, "%source", source).Replace(text)
}

// podFixes are what mends a Pod, by the reason of its container.
var podFixes = map[string]string{
	"ImagePullBackOff":           "check name and tag of the image, that the registry is reachable, and the pull secret",
	"ErrImagePull":               "check name and tag of the image, that the registry is reachable, and the pull secret",
	"InvalidImageName":           "correct the name of the image",
	"CrashLoopBackOff":           "read why it ends: kubectl logs -n %namespace %name --previous",
	"Error":                      "read why it ended: kubectl logs -n %namespace %name",
	"OOMKilled":                  "raise the memory limit, or find out why it needs so much",
	"CreateContainerConfigError": "create the ConfigMap or Secret that the message names, or correct its name",
	"Unschedulable":              "give the cluster room, or lower the requests and constraints of the Pod",
	"NotReady":                   "look at the readiness probe and the log: kubectl logs -n %namespace %name",
}

// PodFix is what mends a Pod that does not run, and where to read on; empty when
// its reason does not tell.
func PodFix(pod model.LiveObject) (fix, page string) {
	text := podFixes[pod.Reason]
	if text == "" {
		return "", ""
	}
	return filled(text, pod.ID), pageWorkloads
}
