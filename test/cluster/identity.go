package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// The users of a cluster. Tests make others by impersonation, by service
// account tokens, or with a certificate signed by the CA of its folder.
const (
	adminUser  = "admin"  // member of system:masters: may do everything
	nobodyUser = "nobody" // may ask what it may do, and nothing else
)

// identity is what a cluster and its users prove who they are with: files, by
// their paths, and the tokens.
type identity struct {
	caCert     string
	caKey      string
	serverCert string
	serverKey  string // signs service account tokens too
	tokens     string
	token      map[string]string // user to token
}

// newIdentity makes a certificate authority, a server certificate for the
// loopback interface, and a token for each user.
func newIdentity(dir string) (*identity, error) {
	id := &identity{
		caCert:     filepath.Join(dir, "ca.crt"),
		caKey:      filepath.Join(dir, "ca.key"),
		serverCert: filepath.Join(dir, "server.crt"),
		serverKey:  filepath.Join(dir, "server.key"),
		tokens:     filepath.Join(dir, "tokens.csv"),
		token:      map[string]string{adminUser: rand.Text(), nobodyUser: rand.Text()},
	}
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "fluxctx-test-ca"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	caKey, err := writeCertificate(id.caCert, id.caKey, ca, ca, nil)
	if err != nil {
		return nil, err
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "kube-apiserver"},
		NotBefore:    ca.NotBefore,
		NotAfter:     ca.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:     []string{"localhost"},
	}
	if _, err := writeCertificate(id.serverCert, id.serverKey, server, ca, caKey); err != nil {
		return nil, err
	}
	tokens := id.token[adminUser] + "," + adminUser + ",1,system:masters\n" +
		id.token[nobodyUser] + "," + nobodyUser + ",2\n"
	return id, os.WriteFile(id.tokens, []byte(tokens), 0o600)
}

// writeCertificate makes a key and a certificate for it, signed by the parent's
// key, or by its own when that is nil.
func writeCertificate(certFile, keyFile string, template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if parentKey == nil {
		parentKey = key
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, err
	}
	keyBytes, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o644); err != nil {
		return nil, err
	}
	return key, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyBytes}), 0o600)
}

// writeKubeconfig writes a kubeconfig with one context for each user; that of
// the admin is the current one.
func (id *identity) writeKubeconfig(path, server string) error {
	ca, err := os.ReadFile(id.caCert)
	if err != nil {
		return err
	}
	const clusterName = "fluxctx-test"
	config := clientcmdapi.NewConfig()
	config.Clusters[clusterName] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: ca}
	for user, token := range id.token {
		config.AuthInfos[user] = &clientcmdapi.AuthInfo{Token: token}
		config.Contexts[user] = &clientcmdapi.Context{Cluster: clusterName, AuthInfo: user}
	}
	config.CurrentContext = adminUser
	return clientcmd.WriteToFile(*config, path)
}
