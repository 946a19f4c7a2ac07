package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

func problem(code, message, hint string) model.Problem {
	return model.Problem{Source: "cluster", Code: code, Message: message, Hint: hint}
}

// configProblem is about a kubeconfig that names what cannot be used.
func configProblem(err error) model.Problem {
	return problem("KubeconfigInvalid", "the kubeconfig cannot be used: "+text(err),
		"run 'kubectl config view --minify' to see what is set")
}

// connectProblem is about a server that does not answer as it should.
func connectProblem(err error, opts Options) model.Problem {
	switch {
	case errors.Is(err, errAuthTimeout):
		return problem("AuthFailed", fmt.Sprintf("the credential plugin gave no credential within %s", opts.AuthTimeout),
			"log in first, or pass a longer --auth-timeout")
	case errors.Is(err, errConnectTimeout), errors.Is(err, context.DeadlineExceeded):
		return problem("ClusterTimeout", fmt.Sprintf("the server did not answer within %s", opts.ConnectTimeout),
			"check the network and the VPN, or pass a longer --cluster-timeout")
	case errors.Is(err, errNotKubernetes):
		return problem("NotKubernetes", text(err), "check the server of the kubeconfig context")
	case hasCode(err, http.StatusUnauthorized):
		return problem("AuthFailed", "the server does not accept the credentials", "log in again, or check the user of the kubeconfig context")
	}
	return problem("ClusterUnreachable", "the server cannot be reached: "+text(err), "check the server of the kubeconfig context")
}

// readProblem is about a part that could not be read. Verb and resource are
// what a role must allow.
func readProblem(err error, what, verb, resource string) model.Problem {
	switch {
	case hasCode(err, http.StatusForbidden):
		return problem("Forbidden", what+" may not be read", fmt.Sprintf("ask for a role that allows %s on %s", verb, resource))
	case errors.Is(err, context.DeadlineExceeded):
		return problem("ClusterTimeout", what+" could not be read in time", "pass a longer --timeout")
	}
	return problem("ClusterReadFailed", what+" cannot be read: "+text(err), "")
}

func notInstalled(server string) model.Problem {
	return problem("FluxNotInstalled", "the cluster "+server+" serves no Flux kinds", "run 'flux check --pre', then 'flux bootstrap', or check the context")
}

func text(err error) string { return sanitize.Line(withoutURL(err).Error(), 0) }
