package fluxkind

import "github.com/fluxctx/kubectl-fluxctx/pkg/model"

// ImageRepository scans the tags of an image.
type ImageRepository struct {
	Suspendable
	Image              string      `json:"image"`
	Interval           Duration    `json:"interval"`
	Timeout            Duration    `json:"timeout"`
	Provider           string      `json:"provider"`
	Insecure           bool        `json:"insecure"`
	SecretRef          *LocalRef   `json:"secretRef"`
	CertSecretRef      *LocalRef   `json:"certSecretRef"`
	ProxySecretRef     *LocalRef   `json:"proxySecretRef"`
	ServiceAccountName string      `json:"serviceAccountName"`
	AccessFrom         *AccessFrom `json:"accessFrom"`
}

// References implements model.Spec.
func (s *ImageRepository) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.certSecretRef", s.CertSecretRef)
	r.secret("spec.proxySecretRef", s.ProxySecretRef)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	return r.list
}

// ImagePolicy selects one tag of an ImageRepository.
type ImagePolicy struct {
	Suspendable
	ImageRepositoryRef     ObjectRef `json:"imageRepositoryRef"`
	Interval               Duration  `json:"interval"`
	DigestReflectionPolicy string    `json:"digestReflectionPolicy"`
	FilterTags             *struct {
		Pattern string `json:"pattern"`
		Extract string `json:"extract"`
	} `json:"filterTags"`
	Policy struct {
		SemVer *struct {
			Range string `json:"range"`
		} `json:"semver"`
		Alphabetical *struct {
			Order string `json:"order"`
		} `json:"alphabetical"`
		Numerical *struct {
			Order string `json:"order"`
		} `json:"numerical"`
	} `json:"policy"`
}

// References implements model.Spec.
func (s *ImagePolicy) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	ref := s.ImageRepositoryRef
	ref.Kind, ref.APIVersion = "ImageRepository", ""
	r.object(model.RelationImage, "spec.imageRepositoryRef", ref, "")
	return r.list
}

// ImageUpdateAutomation commits what the policies selected.
type ImageUpdateAutomation struct {
	Suspendable
	SourceRef ObjectRef `json:"sourceRef"`
	Interval  Duration  `json:"interval"`
	Git       *struct {
		Checkout *struct {
			Ref struct {
				Branch string `json:"branch"`
			} `json:"ref"`
		} `json:"checkout"`
		Commit struct {
			MessageTemplate string `json:"messageTemplate"`
			SigningKey      *struct {
				SecretRef *LocalRef `json:"secretRef"`
			} `json:"signingKey"`
		} `json:"commit"`
		Push *struct {
			Branch  string `json:"branch"`
			Refspec string `json:"refspec"`
		} `json:"push"`
	} `json:"git"`
	Update *struct {
		Path     string `json:"path"`
		Strategy string `json:"strategy"`
	} `json:"update"`
	PolicySelector *struct {
		MatchLabels map[string]string `json:"matchLabels"`
	} `json:"policySelector"`
}

// References implements model.Spec.
func (s *ImageUpdateAutomation) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.object(model.RelationSource, "spec.sourceRef", s.SourceRef, "GitRepository")
	if s.Git != nil && s.Git.Commit.SigningKey != nil {
		r.secret("spec.git.commit.signingKey.secretRef", s.Git.Commit.SigningKey.SecretRef)
	}
	return r.list
}
