package merge

import (
	"cmp"
	"encoding/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// References lists the Secrets, ConfigMaps and service accounts that Flux
// objects name, each with where it is. With a cluster these are the references
// of what runs there or is about to; without one those of the repository. They
// are in the order of the objects.
func References(facts *model.Facts) []model.NamedReference {
	made := newMakers(facts)
	var list []model.NamedReference
	for _, o := range facts.Objects {
		if o.Spec == nil || facts.Cluster != nil && facts.Cluster.Reachable && o.Origin&model.FromCluster == 0 && o.Effective == nil {
			continue // of another cluster, as far as anybody can tell
		}
		for _, ref := range o.Spec.References(o.ID) {
			if !isNamed(ref.Target) || ofOtherCluster(o, ref) {
				continue
			}
			named := model.NamedReference{
				Owner: o.ID, Field: ref.Field, Target: ref.Target, Key: ref.Key, Optional: ref.Optional, Location: o.Location,
			}
			if o.Location.File != "" {
				named.Location.Line = cmp.Or(o.Lines.Of(ref.Field), o.Location.Line)
			}
			made.find(&named, facts.Cluster)
			list = append(list, named)
		}
	}
	return list
}

// isNamed is true for the kinds that are looked for. A name with variables in
// it is none yet.
func isNamed(id model.ID) bool {
	return id.Group == "" && (id.Kind == "Secret" || id.Kind == "ConfigMap" || id.Kind == "ServiceAccount") && id.Name != "" && !templated(id)
}

// ofOtherCluster is true for the account with which an object acts in the
// cluster of its kubeconfig.
func ofOtherCluster(o *model.Object, ref model.Reference) bool {
	if ref.Relation != model.RelationServiceAccount || ref.Field != "spec.serviceAccountName" {
		return false
	}
	switch spec := o.Spec.(type) {
	case *fluxkind.Kustomization:
		return spec.KubeConfig != nil
	case *fluxkind.HelmRelease:
		return spec.KubeConfig != nil
	}
	return false
}

// makers knows what the repository makes: by identity, and for what is written
// without a namespace by the rest of it.
type makers struct {
	byID map[model.ID]maker
}

type maker struct {
	location  model.Location
	by        model.ID // zero for the object itself
	encrypted bool
}

func newMakers(facts *model.Facts) makers {
	m := makers{byID: map[model.ID]maker{}}
	if facts.Rendering != nil {
		for i := range facts.Rendering.Builds {
			for j := range facts.Rendering.Builds[i].Objects {
				e := &facts.Rendering.Builds[i].Objects[j]
				m.add(e.ID, e.Body, e.Location, false)
			}
		}
	}
	if facts.Repository == nil {
		return m
	}
	bodies := map[model.Location]json.RawMessage{}
	for i := range facts.Repository.Manifests {
		bodies[facts.Repository.Manifests[i].Location] = facts.Repository.Manifests[i].Body
	}
	for _, d := range facts.Repository.Documents {
		if d.Patch {
			continue
		}
		id := d.ID()
		for _, namespace := range d.Namespaces {
			id.Namespace = namespace
			m.add(id, bodies[d.Location], d.Location, d.Encrypted)
		}
		if len(d.Namespaces) == 0 {
			m.add(id, bodies[d.Location], d.Location, d.Encrypted)
		}
	}
	for _, k := range facts.Repository.Kustomizations {
		for _, g := range k.Generated {
			if !g.Hashed { // a hashed name is nothing that a spec can know
				m.add(model.ID{Kind: g.Kind, Namespace: cmp.Or(g.Namespace, k.Namespace), Name: g.Name}, nil, model.Location{File: k.File, Line: g.Line}, false)
			}
		}
	}
	return m
}

// add enters an object and what its controller will make of it. The first
// place counts, but that SOPS has encrypted it is kept.
func (m makers) add(id model.ID, body json.RawMessage, location model.Location, encrypted bool) {
	made := maker{location: location, encrypted: encrypted}
	switch {
	case isNamed(id):
	case id.Kind == "SealedSecret" && id.Group == "bitnami.com",
		id.Kind == "ExternalSecret" && id.Group == "external-secrets.io":
		made.by = id
		id = model.ID{Kind: "Secret", Namespace: id.Namespace, Name: cmp.Or(targetName(body), id.Name)}
	default:
		return
	}
	known, ok := m.byID[id]
	if !ok {
		m.byID[id] = made
		return
	}
	known.encrypted = known.encrypted || encrypted
	m.byID[id] = known
}

// targetName is the name of the Secret that an ExternalSecret writes, or that of
// the template of a SealedSecret, when they give one.
func targetName(body json.RawMessage) string {
	var parsed struct {
		Spec struct {
			Target struct {
				Name string `json:"name"`
			} `json:"target"`
			Template struct {
				Metadata struct {
					Name string `json:"name"`
				} `json:"metadata"`
			} `json:"template"`
		} `json:"spec"`
	}
	if json.Unmarshal(body, &parsed) != nil {
		return ""
	}
	return cmp.Or(parsed.Spec.Target.Name, parsed.Spec.Template.Metadata.Name)
}

// find says where the target of a reference is. "Nowhere" needs an answer of the
// cluster: what nobody may look at, and what no cluster was asked for, may have
// been made by something outside Git.
func (m makers) find(ref *model.NamedReference, cluster *model.Cluster) {
	made, inGit := m.byID[ref.Target]
	if !inGit {
		made, inGit = m.byID[withoutNamespace(ref.Target)]
	}
	if inGit {
		ref.Definition, ref.Maker, ref.Encrypted = made.location, made.by, made.encrypted
	}
	ref.InCluster = model.PresenceUnknown
	if cluster != nil {
		ref.InCluster = cluster.Named[ref.Target].Presence
	}
	if ref.Target.Kind == "ServiceAccount" && ref.Target.Name == "default" {
		ref.InCluster = model.Present // Kubernetes makes it in every namespace
	}
	switch {
	case ref.InCluster == model.Present:
		ref.Found = model.FoundInCluster
	case inGit && made.by == (model.ID{}):
		ref.Found = model.FoundInGit
	case inGit:
		ref.Found = model.FoundMade
	case ref.InCluster == model.Absent:
		ref.Found = model.FoundNowhere
	default:
		ref.Found = model.FoundUnknown
	}
}
