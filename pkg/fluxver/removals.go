package fluxver

// API is one version of one Flux API, with the Flux minors that serve it.
type API struct {
	Group   string
	Kind    string
	Version string
	// Since is the first minor that serves it; zero means before Flux 2.0.
	Since Minor
	// Removed is the first minor that does not serve it any more; zero means
	// that none did.
	Removed Minor
}

const (
	groupSource       = "source.toolkit.fluxcd.io"
	groupExtensions   = "source.extensions.fluxcd.io"
	groupKustomize    = "kustomize.toolkit.fluxcd.io"
	groupHelm         = "helm.toolkit.fluxcd.io"
	groupNotification = "notification.toolkit.fluxcd.io"
	groupImage        = "image.toolkit.fluxcd.io"
)

// apis lists the versions of each kind, newest first. The source is the
// CustomResourceDefinitions that each Flux minor ships.
var apis = []API{
	{groupHelm, "HelmRelease", "v2", Minor{2, 3}, Minor{}},
	{groupHelm, "HelmRelease", "v2beta2", Minor{2, 2}, Minor{2, 8}},
	{groupHelm, "HelmRelease", "v2beta1", Minor{}, Minor{2, 7}},

	{groupImage, "ImagePolicy", "v1", Minor{2, 7}, Minor{}},
	{groupImage, "ImagePolicy", "v1beta2", Minor{}, Minor{2, 9}},
	{groupImage, "ImagePolicy", "v1beta1", Minor{}, Minor{2, 7}},
	{groupImage, "ImageRepository", "v1", Minor{2, 7}, Minor{}},
	{groupImage, "ImageRepository", "v1beta2", Minor{}, Minor{2, 9}},
	{groupImage, "ImageRepository", "v1beta1", Minor{}, Minor{2, 7}},
	{groupImage, "ImageUpdateAutomation", "v1", Minor{2, 7}, Minor{}},
	{groupImage, "ImageUpdateAutomation", "v1beta2", Minor{2, 3}, Minor{2, 9}},
	{groupImage, "ImageUpdateAutomation", "v1beta1", Minor{}, Minor{2, 7}},

	{groupKustomize, "Kustomization", "v1", Minor{2, 0}, Minor{}},
	{groupKustomize, "Kustomization", "v1beta2", Minor{}, Minor{2, 8}},
	{groupKustomize, "Kustomization", "v1beta1", Minor{}, Minor{2, 7}},

	{groupNotification, "Alert", "v1", Minor{2, 10}, Minor{}},
	{groupNotification, "Alert", "v1beta3", Minor{2, 2}, Minor{}},
	{groupNotification, "Alert", "v1beta2", Minor{}, Minor{2, 9}},
	{groupNotification, "Alert", "v1beta1", Minor{}, Minor{2, 7}},
	{groupNotification, "Provider", "v1", Minor{2, 10}, Minor{}},
	{groupNotification, "Provider", "v1beta3", Minor{2, 2}, Minor{}},
	{groupNotification, "Provider", "v1beta2", Minor{}, Minor{2, 9}},
	{groupNotification, "Provider", "v1beta1", Minor{}, Minor{2, 7}},
	{groupNotification, "Receiver", "v1", Minor{2, 0}, Minor{}},
	{groupNotification, "Receiver", "v1beta2", Minor{}, Minor{2, 9}},
	{groupNotification, "Receiver", "v1beta1", Minor{}, Minor{2, 7}},

	{groupExtensions, "ArtifactGenerator", "v1beta1", Minor{2, 7}, Minor{}},

	{groupSource, "Bucket", "v1", Minor{2, 4}, Minor{}},
	{groupSource, "Bucket", "v1beta2", Minor{}, Minor{2, 8}},
	{groupSource, "Bucket", "v1beta1", Minor{}, Minor{2, 7}},
	{groupSource, "ExternalArtifact", "v1", Minor{2, 7}, Minor{}},
	{groupSource, "GitRepository", "v1", Minor{2, 0}, Minor{}},
	{groupSource, "GitRepository", "v1beta2", Minor{}, Minor{2, 8}},
	{groupSource, "GitRepository", "v1beta1", Minor{}, Minor{2, 7}},
	{groupSource, "HelmChart", "v1", Minor{2, 3}, Minor{}},
	{groupSource, "HelmChart", "v1beta2", Minor{}, Minor{2, 8}},
	{groupSource, "HelmChart", "v1beta1", Minor{}, Minor{2, 7}},
	{groupSource, "HelmRepository", "v1", Minor{2, 3}, Minor{}},
	{groupSource, "HelmRepository", "v1beta2", Minor{}, Minor{2, 8}},
	{groupSource, "HelmRepository", "v1beta1", Minor{}, Minor{2, 7}},
	{groupSource, "OCIRepository", "v1", Minor{2, 6}, Minor{}},
	{groupSource, "OCIRepository", "v1beta2", Minor{}, Minor{2, 8}},
}

// APIs returns every version of every Flux API since Flux 2.0, by group and
// kind, newest first.
func APIs() []API { return apis }

// LookupAPI finds one version of an API; ok is false when Flux 2 never had it.
func LookupAPI(group, kind, version string) (api API, ok bool) {
	for _, api := range apis {
		if api.Kind == kind && api.Group == group && api.Version == version {
			return api, true
		}
	}
	return API{}, false
}

// Served is true when the Flux minor serves this version.
func (a API) Served(by Minor) bool {
	return !by.Less(a.Since) && (!a.Removed.Known() || by.Less(a.Removed))
}

// Preferred is the newest version of a kind that a Flux minor serves, empty
// when it does not have the kind.
func Preferred(group, kind string, by Minor) string {
	for _, api := range apis {
		if api.Kind == kind && api.Group == group && api.Served(by) {
			return api.Version
		}
	}
	return ""
}
