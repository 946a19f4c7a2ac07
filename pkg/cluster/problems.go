package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

func problem(code, message, hint string) model.Problem {
	return model.Problem{Source: "cluster", Code: code, Message: message, Hint: hint}
}

const hintContext = "check the server of the kubeconfig context with 'kubectl config view --minify'"

// configProblem is about a kubeconfig that names what cannot be used.
func configProblem(err error) model.Problem {
	return problem("KubeconfigInvalid", "the kubeconfig cannot be used: "+text(err), hintContext)
}

// connectProblem is about a server that does not answer as it should.
// hadCredential is false when the request never left, because there was nothing
// to prove who the user is.
func connectProblem(err error, hadCredential bool, opts Options) model.Problem {
	switch {
	case errors.Is(err, errAuthTimeout):
		return problem("AuthFailed", fmt.Sprintf("the credential plugin gave no credential within %s", opts.AuthTimeout),
			"log in first, or pass a longer --auth-timeout")
	case errors.Is(err, errConnectTimeout):
		return problem("ClusterTimeout", fmt.Sprintf("the server did not answer within %s", opts.ConnectTimeout),
			"check the network and the VPN, or pass a longer --cluster-timeout")
	case errors.Is(err, context.Canceled):
		return problem("Interrupted", "interrupted while connecting", "")
	case errors.Is(err, context.DeadlineExceeded):
		return problem("ClusterTimeout", fmt.Sprintf("the server did not answer within %s", opts.Timeout), "pass a longer --timeout")
	case !hadCredential:
		return problem("AuthFailed", "there is no credential: "+strings.TrimPrefix(text(err), "getting credentials: "),
			"log in again, or check the user of the kubeconfig context")
	case errors.Is(err, errNotKubernetes):
		return problem("NotKubernetes", text(err), hintContext)
	}
	if status, ok := errors.AsType[*statusError](err); ok {
		return answerProblem(status)
	}
	if p, ok := tlsProblem(err); ok {
		return p
	}
	return networkProblem(err)
}

// answerProblem is about a first answer that is no success.
func answerProblem(e *statusError) model.Problem {
	switch {
	case strings.Contains(e.message, "HTTP request to an HTTPS server"):
		return problem("TLSMismatch", "the server expects https, the kubeconfig says http", hintContext)
	case e.code >= 300 && e.code < 400:
		return problem("NotKubernetes", fmt.Sprintf("the server answers %d %s, which leads elsewhere", e.code, http.StatusText(e.code)),
			"there may be a login page in between; "+hintContext)
	case e.html:
		return problem("NotKubernetes", fmt.Sprintf("the server answers with an HTML page (HTTP %d), not as a Kubernetes API server", e.code),
			"there may be a proxy or a login page in between; "+hintContext)
	case e.code == http.StatusUnauthorized:
		return problem("AuthFailed", "the server does not accept the credentials", "log in again, or check the user of the kubeconfig context")
	case e.reason == "":
		return problem("NotKubernetes", fmt.Sprintf("the server answers %d %s, not as a Kubernetes API server", e.code, http.StatusText(e.code)), hintContext)
	}
	return problem("ClusterUnhealthy", "the server answers with an error: "+e.Error(), "try again, and ask who runs the cluster when it stays")
}

// certificateAlerts are the TLS alerts about the client's certificate (RFC 8446,
// 6.2), in the words of crypto/tls.
var certificateAlerts = []string{
	"bad certificate", "revoked certificate", "expired certificate", "unknown certificate", "access denied", "certificate required",
}

// tlsProblem recognises that both sides cannot agree on encryption or identity.
func tlsProblem(err error) (model.Problem, bool) {
	const hintCA = "check certificate-authority, tls-server-name and server of the kubeconfig context"
	if errors.Is(err, http.ErrSchemeMismatch) || is[tls.RecordHeaderError](err) {
		return problem("TLSMismatch", "the kubeconfig says https, the server does not speak TLS", hintContext), true
	}
	if is[x509.UnknownAuthorityError](err) || is[x509.HostnameError](err) || is[x509.CertificateInvalidError](err) || is[*tls.CertificateVerificationError](err) {
		return problem("TLSMismatch", "the certificate of the server is not trusted: "+text(err), hintCA), true
	}
	// crypto/tls has no type for an alert of the other side.
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "remote error" {
		alert := text(operation.Err)
		if slices.ContainsFunc(certificateAlerts, func(words string) bool { return strings.Contains(alert, words) }) {
			return problem("AuthFailed", "the server does not accept the client certificate: "+alert, "renew the client certificate of the kubeconfig user"), true
		}
		return problem("TLSMismatch", "the server refuses the TLS connection: "+alert, hintCA), true
	}
	return model.Problem{}, false
}

// networkProblem is about a server that is not there.
func networkProblem(err error) model.Problem {
	const hintNetwork = "check the network and the VPN; " + hintContext
	operation, isOperation := errors.AsType[*net.OpError](err)
	if isOperation && operation.Op == "proxyconnect" || strings.HasPrefix(text(err), "Proxy ") {
		return problem("ClusterUnreachable", "the proxy cannot be used: "+text(err), "check HTTPS_PROXY, NO_PROXY and proxy-url of the kubeconfig")
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		address := "its address"
		if isOperation && operation.Addr != nil {
			address = operation.Addr.String()
		}
		return problem("ClusterRefused", "nothing listens at "+address, "start the cluster, or "+hintContext)
	}
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && lookup.IsNotFound {
		return problem("ClusterUnreachable", fmt.Sprintf("the name %s of the server is not known", name(lookup.Name)), hintNetwork)
	}
	return problem("ClusterUnreachable", "the server cannot be reached: "+text(err), hintNetwork)
}

// forbidden is about parts that the user may not read. Rights are as a role would
// have them: a verb and resources.
func forbidden(what string, rights ...string) model.Problem {
	return problem("Forbidden", what, "ask for a role that allows "+strings.Join(rights, ", ")+"; docs/rbac.yaml of this project has one")
}

// failed is about a part that cannot be read for another reason than rights.
func failed(what string, err error) model.Problem {
	return problem("ClusterReadFailed", fmt.Sprintf("%s cannot be read: %s", what, text(err)), "")
}

func timedOut(what string, opts Options) model.Problem {
	return problem("ClusterTimeout", fmt.Sprintf("%s could not be read within %s", what, opts.Timeout), "pass a longer --timeout, or limit the read with -n")
}

// partProblem is about one part beside the Flux objects.
func partProblem(what, right string, err error, opts Options) model.Problem {
	switch {
	case isForbidden(err):
		return forbidden(what+" may not be read", right)
	case isTimeout(err):
		return timedOut(what, opts)
	}
	return failed(what, err)
}

func notInstalled() model.Problem {
	return problem("FluxNotInstalled", "the cluster serves no kinds of Flux",
		"install it with 'flux bootstrap', or pass --context for another cluster")
}

func isForbidden(err error) bool { return hasCode(err, http.StatusForbidden) }

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

func text(err error) string { return sanitize.Line(withoutURL(err).Error(), 1000) }
