package fluxver

// Change is something that a Flux minor does differently from the one before,
// so that a project has to act on the upgrade.
type Change struct {
	Minor Minor
	// ID is stable and names the change for those that look for what it
	// touches.
	ID ChangeID
	// What is one sentence on the change, Do one on what to do.
	What string
	Do   string
	Page string
}

// ChangeID names a change.
type ChangeID string

// The changes that rules look for in a project.
const (
	ChangeTemplateFields      ChangeID = "template-fields"
	ChangeHelm4               ChangeID = "helm-4"
	ChangeStrictSubstitution  ChangeID = "strict-substitution"
	ChangePostRenderHooks     ChangeID = "post-render-hooks"
	ChangeGCRReceiver         ChangeID = "gcr-receiver"
	ChangeSubstitutedCRDs     ChangeID = "substituted-crds"
	ChangeTokenCreation       ChangeID = "token-creation"
	ChangeKubeconfigAudiences ChangeID = "kubeconfig-audiences"
)

const (
	blog28 = "https://fluxcd.io/blog/2026/02/flux-v2.8.0/"
	blog29 = "https://fluxcd.io/blog/2026/06/flux-v2.9.0/"
	log    = "https://github.com/fluxcd/flux2/releases"
)

// changes are the breaking changes of each minor, from its release notes and
// the changelogs of its controllers.
var changes = []Change{
	{Minor{2, 7}, ChangeTemplateFields, "Image automation no longer knows .Updated and .Changed.ImageResult in commit messages.", "Use .Changed.Changes or .Changed.Objects.", "https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template"},
	{Minor{2, 8}, ChangeHelm4, "helm-controller uses Helm 4: new installs are applied by the server, and health is judged by kstatus.", "Test one release of each chart, or keep Helm 3 behaviour with the gate UseHelm3Defaults.", blog28},
	{Minor{2, 9}, ChangeStrictSubstitution, "A variable without value and without default fails the build of its Kustomization.", "Define the variable, give it a default with ${VAR:=value}, or escape it as $${VAR}.", blog29},
	{Minor{2, 9}, ChangePostRenderHooks, "Post-renderers also change the hooks of charts.", "Set spec.postRenderStrategy: nohooks to keep today's result.", blog29},
	{Minor{2, 9}, ChangeGCRReceiver, "A gcr Receiver needs email and audience in its Secret.", "Add email and audience to the Secret.", "https://fluxcd.io/flux/components/notification/receivers/#gcr"},
	{Minor{2, 9}, ChangeSubstitutedCRDs, "Flux 2.9.0 changes its own CustomResourceDefinitions when variables are substituted in flux-system.", "Upgrade to 2.9.1 or newer, which marks them with kustomize.toolkit.fluxcd.io/substitute: disabled.", log},
	{Minor{2, 10}, ChangeTokenCreation, "The controllers may no longer create tokens of service accounts by default.", "Bind a ClusterRole with create on serviceaccounts/token to them (fluxcd/flux2#6139).", log},
	{Minor{2, 10}, ChangeKubeconfigAudiences, "The key audiences of kubeConfig ConfigMaps gives way to the annotation credential.auth.fluxcd.io/audiences.", "Move the value of audiences into the annotation.", log},
}

// Between returns the changes that an upgrade brings: those of the minors after
// from, up to and including to, oldest first.
func Between(from, to Minor) []Change {
	var list []Change
	for _, change := range changes {
		if from.Less(change.Minor) && !to.Less(change.Minor) {
			list = append(list, change)
		}
	}
	return list
}
