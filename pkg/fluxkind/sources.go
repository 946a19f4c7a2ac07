package fluxkind

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// GitRepository is a source of manifests in Git.
type GitRepository struct {
	Suspendable
	URL      string   `json:"url"`
	Interval Duration `json:"interval"`
	Timeout  Duration `json:"timeout"`
	Provider string   `json:"provider"`
	Ref      *struct {
		Branch string `json:"branch"`
		Tag    string `json:"tag"`
		SemVer string `json:"semver"`
		Name   string `json:"name"`
		Commit string `json:"commit"`
	} `json:"ref"`
	SecretRef          *LocalRef `json:"secretRef"`
	ProxySecretRef     *LocalRef `json:"proxySecretRef"`
	ServiceAccountName string    `json:"serviceAccountName"`
	Verify             *Verify   `json:"verify"`
	Ignore             *string   `json:"ignore"`
	SparseCheckout     []string  `json:"sparseCheckout"`
	RecurseSubmodules  bool      `json:"recurseSubmodules"`
	Include            []struct {
		Repository LocalRef `json:"repository"`
		FromPath   string   `json:"fromPath"`
		ToPath     string   `json:"toPath"`
	} `json:"include"`
}

// References implements model.Spec.
func (s *GitRepository) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.proxySecretRef", s.ProxySecretRef)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	r.verify(s.Verify)
	for i, include := range s.Include {
		r.object(model.RelationSource, fmt.Sprintf("spec.include[%d].repository", i),
			ObjectRef{Kind: "GitRepository", Name: include.Repository.Name}, "")
	}
	return r.list
}

// OCIRepository is a source of manifests or a chart in a registry.
type OCIRepository struct {
	Suspendable
	URL      string   `json:"url"`
	Interval Duration `json:"interval"`
	Timeout  Duration `json:"timeout"`
	Provider string   `json:"provider"`
	Insecure bool     `json:"insecure"`
	Ref      *struct {
		Tag          string `json:"tag"`
		SemVer       string `json:"semver"`
		SemVerFilter string `json:"semverFilter"`
		Digest       string `json:"digest"`
	} `json:"ref"`
	LayerSelector *struct {
		MediaType string `json:"mediaType"`
		Operation string `json:"operation"`
	} `json:"layerSelector"`
	SecretRef          *LocalRef `json:"secretRef"`
	CertSecretRef      *LocalRef `json:"certSecretRef"`
	ProxySecretRef     *LocalRef `json:"proxySecretRef"`
	ServiceAccountName string    `json:"serviceAccountName"`
	Verify             *Verify   `json:"verify"`
	Ignore             *string   `json:"ignore"`
}

// References implements model.Spec.
func (s *OCIRepository) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.certSecretRef", s.CertSecretRef)
	r.secret("spec.proxySecretRef", s.ProxySecretRef)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	r.verify(s.Verify)
	return r.list
}

// HelmRepository is an index of charts.
type HelmRepository struct {
	Suspendable
	URL             string      `json:"url"`
	Type            string      `json:"type"`
	Interval        Duration    `json:"interval"`
	Timeout         Duration    `json:"timeout"`
	Provider        string      `json:"provider"`
	Insecure        bool        `json:"insecure"`
	PassCredentials bool        `json:"passCredentials"`
	SecretRef       *LocalRef   `json:"secretRef"`
	CertSecretRef   *LocalRef   `json:"certSecretRef"`
	AccessFrom      *AccessFrom `json:"accessFrom"`
}

// References implements model.Spec.
func (s *HelmRepository) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.certSecretRef", s.CertSecretRef)
	return r.list
}

// HelmChart is a chart fetched for a HelmRelease, or by hand.
type HelmChart struct {
	Suspendable
	Chart             string    `json:"chart"`
	Version           string    `json:"version"`
	SourceRef         ObjectRef `json:"sourceRef"`
	Interval          Duration  `json:"interval"`
	ReconcileStrategy string    `json:"reconcileStrategy"`
	ValuesFiles       []string  `json:"valuesFiles"`
	Verify            *Verify   `json:"verify"`
}

// References implements model.Spec.
func (s *HelmChart) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.object(model.RelationSource, "spec.sourceRef", s.SourceRef, "")
	r.verify(s.Verify)
	return r.list
}

// Bucket is a source in object storage.
type Bucket struct {
	Suspendable
	BucketName         string    `json:"bucketName"`
	Endpoint           string    `json:"endpoint"`
	Provider           string    `json:"provider"`
	Prefix             string    `json:"prefix"`
	Interval           Duration  `json:"interval"`
	Timeout            Duration  `json:"timeout"`
	Insecure           bool      `json:"insecure"`
	SecretRef          *LocalRef `json:"secretRef"`
	CertSecretRef      *LocalRef `json:"certSecretRef"`
	ProxySecretRef     *LocalRef `json:"proxySecretRef"`
	ServiceAccountName string    `json:"serviceAccountName"`
	Ignore             *string   `json:"ignore"`
	STS                *struct {
		Provider      string    `json:"provider"`
		SecretRef     *LocalRef `json:"secretRef"`
		CertSecretRef *LocalRef `json:"certSecretRef"`
	} `json:"sts"`
}

// References implements model.Spec.
func (s *Bucket) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.certSecretRef", s.CertSecretRef)
	r.secret("spec.proxySecretRef", s.ProxySecretRef)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	if s.STS != nil {
		r.secret("spec.sts.secretRef", s.STS.SecretRef)
		r.secret("spec.sts.certSecretRef", s.STS.CertSecretRef)
	}
	return r.list
}

// ExternalArtifact is a source that another controller produces.
type ExternalArtifact struct {
	neverSuspended
	SourceRef *ObjectRef `json:"sourceRef"`
}

// References implements model.Spec.
func (s *ExternalArtifact) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	if s.SourceRef != nil {
		r.object(model.RelationSource, "spec.sourceRef", *s.SourceRef, "")
	}
	return r.list
}

// ArtifactGenerator composes ExternalArtifacts from other sources.
type ArtifactGenerator struct {
	neverSuspended
	Sources []struct {
		Alias string `json:"alias"`
		ObjectRef
	} `json:"sources"`
	Artifacts []struct {
		Name           string `json:"name"`
		Revision       string `json:"revision"`
		OriginRevision string `json:"originRevision"`
		Copy           []struct {
			From     string   `json:"from"`
			To       string   `json:"to"`
			Exclude  []string `json:"exclude"`
			Strategy string   `json:"strategy"`
		} `json:"copy"`
	} `json:"artifacts"`
}

// References implements model.Spec.
func (s *ArtifactGenerator) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	for i, source := range s.Sources {
		r.object(model.RelationSource, fmt.Sprintf("spec.sources[%d]", i), source.ObjectRef, "")
	}
	return r.list
}
