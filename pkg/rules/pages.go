package rules

// The pages that rules point to; a rule adds the anchor.
const (
	fluxcd = "https://fluxcd.io"

	pageGitRepository     = fluxcd + "/flux/components/source/gitrepositories/"
	pageOCIRepository     = fluxcd + "/flux/components/source/ocirepositories/"
	pageHelmRepository    = fluxcd + "/flux/components/source/helmrepositories/"
	pageHelmChart         = fluxcd + "/flux/components/source/helmcharts/"
	pageArtifactGenerator = fluxcd + "/flux/components/source/artifactgenerators/"
	pageKustomization     = fluxcd + "/flux/components/kustomize/kustomizations/"
	pageHelmRelease       = fluxcd + "/flux/components/helm/helmreleases/"
	pageImageRepository   = fluxcd + "/flux/components/image/imagerepositories/"
	pageImagePolicy       = fluxcd + "/flux/components/image/imagepolicies/"
	pageImageUpdate       = fluxcd + "/flux/components/image/imageupdateautomations/"
	pageAlert             = fluxcd + "/flux/components/notification/alerts/"
	pageProvider          = fluxcd + "/flux/components/notification/providers/"
	pageReceiver          = fluxcd + "/flux/components/notification/receivers/"

	pageSecurity       = fluxcd + "/flux/security/best-practices/"
	pageTenancy        = fluxcd + "/flux/installation/configuration/multitenancy/"
	pageScaling        = fluxcd + "/flux/installation/configuration/vertical-scaling/"
	pageOptional       = fluxcd + "/flux/installation/configuration/optional-components/"
	pageUpgrade        = fluxcd + "/flux/installation/upgrade/"
	pageReleases       = fluxcd + "/flux/releases/"
	pageFAQ            = fluxcd + "/flux/faq/"
	pageStructure      = fluxcd + "/flux/guides/repository-structure/"
	pageTroubleshoot   = fluxcd + "/flux/cheatsheets/troubleshooting/"
	pageSOPS           = fluxcd + "/flux/guides/mozilla-sops/"
	pageMonitoring     = fluxcd + "/flux/monitoring/"
	pageFluxInstance   = "https://fluxoperator.dev/docs/crd/fluxinstance/"
	pageResourceSet    = "https://fluxoperator.dev/docs/crd/resourceset/"
	pageOperatorMoving = "https://fluxoperator.dev/docs/guides/migration/"
)
