package rules

import (
	"cmp"
	"encoding/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// produces lists the Secrets that a manifest makes its controller write.
func produces(manifest *model.Manifest) []model.ID {
	switch {
	case manifest.Kind == "SealedSecret" && manifest.Group == "bitnami.com":
		return []model.ID{{Kind: "Secret", Namespace: manifest.Namespace, Name: manifest.Name}}
	case manifest.Kind == "ExternalSecret" && manifest.Group == "external-secrets.io":
		var body struct {
			Spec struct {
				Target struct {
					Name string `json:"name"`
				} `json:"target"`
			} `json:"spec"`
		}
		_ = json.Unmarshal(manifest.Body, &body)
		return []model.ID{{Kind: "Secret", Namespace: manifest.Namespace, Name: cmp.Or(body.Spec.Target.Name, manifest.Name)}}
	}
	return nil
}
