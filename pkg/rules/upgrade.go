package rules

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// meets is the field of an object that a change of Flux is about; ok is false
// when the change does not concern the object. What a single patch release does
// is not asked here: the way to the newest Flux leads past it.
func meets(change fluxver.ChangeID, object *model.Object) (field string, ok bool) {
	switch spec := object.Spec.(type) {
	case *fluxkind.ImageUpdateAutomation:
		return "spec.git.commit.messageTemplate", change == fluxver.ChangeTemplateFields && spec.Git != nil &&
			removedTemplateField().MatchString(spec.Git.Commit.MessageTemplate)
	case *fluxkind.HelmRelease:
		if change == fluxver.ChangePostRenderHooks {
			return "spec.postRenderers", len(spec.PostRenderers) > 0 && spec.PostRenderStrategy == ""
		}
		return "", change == fluxver.ChangeHelm4
	case *fluxkind.Kustomization:
		remote := spec.KubeConfig != nil && spec.KubeConfig.ConfigMapRef != nil
		switch change {
		case fluxver.ChangeStrictSubstitution:
			return "spec.postBuild", spec.PostBuild != nil
		case fluxver.ChangeKubeconfigAudiences:
			return "spec.kubeConfig", remote
		case fluxver.ChangeTokenCreation:
			if remote {
				return "spec.kubeConfig", true
			}
			return "spec.decryption.serviceAccountName", spec.Decryption != nil && spec.Decryption.ServiceAccountName != ""
		}
	case *fluxkind.Receiver:
		return "spec.type", change == fluxver.ChangeGCRReceiver && spec.Type == "gcr"
	}
	return "", false
}

// oldAPI is an API version that a release on the way removes, with the objects
// that are written in it.
type oldAPI struct {
	fluxver.API
	apiVersion string
	places     []v1alpha1.Evidence
	seen       placeSet
}

// upgradeAdvice is the way to the newest Flux; nil when the project is there, or
// when nothing says which Flux it has.
func (x *index) upgradeAdvice() *v1alpha1.Upgrade {
	var from fluxVersion
	for _, v := range x.versions {
		if !from.minor.Known() || v.minor.Less(from.minor) {
			from = v
		}
	}
	to := fluxver.Newest()
	if !from.minor.Known() || !from.minor.Less(to) {
		return nil
	}
	u := &v1alpha1.Upgrade{From: from.minor.String(), Seen: from.said, To: to.String(), Changes: []v1alpha1.UpgradeChange{}, Left: x.leftByMigrate()}
	old := x.oldAPIs(to)
	for _, release := range fluxver.Releases() {
		u.Changes = append(u.Changes, removedIn(old, release.Minor)...)
		for _, change := range fluxver.Between(from.minor, to) {
			if change.Minor != release.Minor {
				continue
			}
			if places := x.placesOf(change, from.minor); len(places) > 0 {
				u.Changes = append(u.Changes, v1alpha1.UpgradeChange{Flux: change.Minor.String(), What: change.What, Do: change.Do, Doc: change.Page, Places: places})
			}
		}
	}
	u.Steps = x.upgradeSteps(from.minor, to, old, u)
	return u
}

// placesOf are the objects that a change meets, of clusters that do not have it
// yet.
func (x *index) placesOf(change fluxver.Change, oldest fluxver.Minor) []v1alpha1.Evidence {
	var places []v1alpha1.Evidence
	seen := placeSet{}
	for _, object := range x.objects {
		field, ok := meets(change.ID, object)
		if !ok {
			continue
		}
		if has := x.fluxOf(object).minor; minorOr(has, oldest).AtLeast(change.Minor) {
			continue
		}
		places = seen.add(places, x.evidenceOf(object, field, ""))
	}
	return places
}

// minorOr is a minor, or another when it is not known.
func minorOr(minor, otherwise fluxver.Minor) fluxver.Minor {
	if minor.Known() {
		return minor
	}
	return otherwise
}

func (x *index) evidenceOf(object *model.Object, field, text string) v1alpha1.Evidence {
	at := x.place(object, field)
	return v1alpha1.Evidence{
		File: at.File, Line: at.Line, Text: text,
		Object: &v1alpha1.ObjectRef{Kind: object.Kind, Namespace: object.Namespace, Name: object.Name},
	}
}

// placeSet remembers places: several clusters may build what stands at one.
type placeSet map[v1alpha1.Evidence]bool

// add adds a place once.
func (seen placeSet) add(places []v1alpha1.Evidence, place v1alpha1.Evidence) []v1alpha1.Evidence {
	key := place
	if place.File != "" {
		key.Object = nil
	}
	if seen[key] {
		return places
	}
	seen[key] = true
	return append(places, place)
}

// oldAPIs are the API versions in files that are gone by a minor of Flux, those
// that go first first.
func (x *index) oldAPIs(by fluxver.Minor) []oldAPI {
	var list []oldAPI
	for _, object := range x.objects {
		if !inGit(object) {
			continue
		}
		apiVersion := x.writtenVersion(object)
		group, version := model.SplitAPIVersion(apiVersion)
		api, ok := fluxver.LookupAPI(group, object.Kind, version)
		if !ok || !by.AtLeast(api.Removed) || !api.Removed.Known() {
			continue
		}
		i := slices.IndexFunc(list, func(o oldAPI) bool { return o.API == api })
		if i < 0 {
			i = len(list)
			list = append(list, oldAPI{API: api, apiVersion: apiVersion, seen: placeSet{}})
		}
		list[i].places = list[i].seen.add(list[i].places, x.evidenceOf(object, "apiVersion", ""))
	}
	slices.SortFunc(list, func(a, b oldAPI) int {
		switch {
		case a.Removed.Less(b.Removed):
			return -1
		case b.Removed.Less(a.Removed):
			return 1
		}
		return cmp.Or(strings.Compare(a.apiVersion, b.apiVersion), strings.Compare(a.Kind, b.Kind))
	})
	return list
}

// removedIn are the changes that the removal of API versions by one minor is.
func removedIn(old []oldAPI, minor fluxver.Minor) []v1alpha1.UpgradeChange {
	var list []v1alpha1.UpgradeChange
	for _, o := range old {
		if o.Removed == minor {
			list = append(list, v1alpha1.UpgradeChange{
				Flux: minor.String(), What: fmt.Sprintf("%s %s is no longer served.", o.apiVersion, o.Kind),
				Do:  fmt.Sprintf("Write apiVersion: %s/%s.", o.Group, fluxver.Preferred(o.Group, o.Kind, minor)),
				Doc: fluxcd + "/flux/cmd/flux_migrate/", Places: o.places,
			})
		}
	}
	return list
}

// leftByMigrate are the fields that the newer API versions lack: flux migrate
// rewrites apiVersion and leaves them where they are.
func (x *index) leftByMigrate() []v1alpha1.Evidence {
	left, seen := []v1alpha1.Evidence{}, placeSet{}
	for _, object := range x.objects {
		if !inGit(object) {
			continue
		}
		for field, path := range x.vanished(object) {
			left = seen.add(left, x.evidenceOf(object, path, path+": "+insteadOf(leaf(path), field.Instead)))
		}
	}
	return left
}

// upgradeSteps is the order: what has to be true before, what to write in Git
// and in which API version, what to convert in the cluster, and the upgrade.
func (x *index) upgradeSteps(from, to fluxver.Minor, old []oldAPI, u *v1alpha1.Upgrade) []string {
	var steps []string
	if x.Cluster != nil {
		kubernetes := fluxver.ParseMinor(x.Cluster.KubernetesVersion)
		if release, _ := fluxver.LookupRelease(to); kubernetes.Known() && kubernetes.Less(release.Oldest) {
			steps = append(steps, fmt.Sprintf("bring Kubernetes from %s to %s or newer: Flux %s supports %s to %s", x.Cluster.KubernetesVersion, release.Oldest, to, release.Oldest, release.Newest))
		}
	}
	said := map[fluxver.Minor]bool{}
	before := func(minor fluxver.Minor) {
		for _, change := range u.Changes {
			if m := fluxver.ParseMinor(change.Flux); !m.Less(minor) || said[m] {
				continue
			}
			if !strings.HasPrefix(change.Do, "Write apiVersion") {
				steps = append(steps, fmt.Sprintf("before Flux %s: %s", change.Flux, strings.ToLower(change.Do[:1])+strings.TrimSuffix(change.Do[1:], ".")))
			}
		}
		for _, release := range fluxver.Releases() {
			said[release.Minor] = said[release.Minor] || release.Minor.Less(minor)
		}
	}
	open := slices.Clone(old)
	for at := from; ; {
		var here, kinds []string
		here, kinds, open = rewritten(at, to, open)
		if len(here) > 0 {
			steps = append(steps, fmt.Sprintf("flux migrate -f . --version=%s, for %s", at, strings.Join(here, ", ")))
			var left []v1alpha1.Evidence
			for _, e := range u.Left {
				if slices.Contains(kinds, e.Object.Kind) {
					left = append(left, e)
				}
			}
			if len(left) > 0 {
				steps = append(steps, fmt.Sprintf("in the same commit, by hand: %s that flux migrate leaves, the first at %s", counted(len(left), "field"), placeText(left[0])))
			}
			steps = append(steps, "commit, push, and wait until flux get kustomizations --all-namespaces is ready")
		}
		stop := to
		for _, o := range open {
			if last := previous(o.Removed); at.Less(last) && last.Less(stop) {
				stop = last
			}
		}
		before(next(stop))
		steps = append(steps, "flux migrate in each cluster, so that nothing stays stored in an API version that goes")
		steps = append(steps, x.upgradeTo(stop)...)
		if stop == to {
			break
		}
		at = stop
	}
	return append(steps, "flux check, and this command again")
}

// rewritten says which files get another API version while a minor runs, and of
// which kinds, and returns what has to be rewritten later. A version that lasts
// is taken as soon as there is one, another only when the old one goes next.
func rewritten(at, to fluxver.Minor, old []oldAPI) (texts, kinds []string, open []oldAPI) {
	for _, o := range old {
		best, ok := fluxver.LookupAPI(o.Group, o.Kind, fluxver.Preferred(o.Group, o.Kind, at))
		lasts := !best.Removed.Known() || to.Less(best.Removed)
		if !ok || best.Version == o.Version || !lasts && at.Less(previous(o.Removed)) {
			open = append(open, o)
			continue
		}
		texts = append(texts, counted(len(o.places), o.Kind)+" to "+best.Version)
		kinds = append(kinds, o.Kind)
		if !lasts {
			o.API = best
			open = append(open, o)
		}
	}
	return texts, kinds, open
}

func previous(minor fluxver.Minor) fluxver.Minor {
	list := fluxver.Releases()
	if i := slices.IndexFunc(list, func(r fluxver.Release) bool { return r.Minor == minor }); i > 0 {
		return list[i-1].Minor
	}
	return minor
}

func next(minor fluxver.Minor) fluxver.Minor {
	return fluxver.Minor{Major: minor.Major, Minor: minor.Minor + 1}
}

// upgradeTo says how each installation that is in Git gets a minor.
func (x *index) upgradeTo(minor fluxver.Minor) []string {
	var steps []string
	for _, v := range x.versions {
		switch {
		case v.at.File == "" || v.minor.AtLeast(minor):
		case strings.HasSuffix(v.at.File, "gotk-components.yaml"):
			steps = append(steps, fmt.Sprintf("with a flux CLI of %s: flux install --export > %s, with the --components and flags of today, commit, push", minor, v.at.File))
		default:
			steps = append(steps, fmt.Sprintf("at %s: ask for version %s.x, commit, push", v.at, minor))
		}
	}
	if len(steps) == 0 {
		steps = append(steps, fmt.Sprintf("upgrade Flux to %s the way it was installed", minor))
	}
	return steps
}

func placeText(e v1alpha1.Evidence) string {
	return model.Location{File: e.File, Line: e.Line}.String()
}

// counted counts things of a kind.
func counted(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// vanished yields the fields of an object that its kind has lost, with the path
// at which each stands.
func (x *index) vanished(object *model.Object) func(yield func(fluxver.Field, string) bool) {
	raw := object.RawSpec
	if written := x.written[object.Location]; written != nil {
		raw = written.RawSpec // the cluster has dropped the field already
	}
	return func(yield func(fluxver.Field, string) bool) {
		for _, field := range fluxver.Vanished(object.Group, object.Kind) {
			if !bytes.Contains(raw, []byte(leaf(field.Path))) {
				continue
			}
			if path := hasField(raw, field.Path); path != "" && !yield(field, path) {
				return
			}
		}
	}
}
