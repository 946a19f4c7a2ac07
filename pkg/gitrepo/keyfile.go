package gitrepo

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxKeyFile is how much of a file is looked at for a key, in bytes: keys are
// short.
const maxKeyFile = 64 << 10

// keyForms are what a private key of each kind looks like. Each asks for so much
// of the key itself that a document about keys does not match, and for a mark
// that is cheap to look for.
var keyForms = []struct {
	what string
	mark []byte
	form func() *regexp.Regexp
}{
	{"an age key", []byte("AGE-SECRET-KEY-1"), lazyregexp.New(`AGE-SECRET-KEY-1[0-9A-Z]{50,}`)},
	{"a private key", []byte("PRIVATE KEY-----"), lazyregexp.New(`-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+(?:[A-Za-z-]+: .*\s+)*[A-Za-z0-9+/=]{40,}`)},
	{"an OpenPGP private key", []byte("PGP PRIVATE KEY BLOCK-----"), lazyregexp.New(`-----BEGIN PGP PRIVATE KEY BLOCK-----\s+(?:[A-Za-z-]+: .*\s+)*[A-Za-z0-9+/=]{40,}`)},
	{"a kubeconfig with a client key", []byte("client-key-data:"), lazyregexp.New(`client-key-data: *["']?[A-Za-z0-9+/=]{40,}`)},
}

// readKeys finds the first private key of a file that is no Secret.
func (r *fileReader) readKeys(text []byte) {
	if r.result.template {
		return
	}
	text = text[:min(len(text), maxKeyFile)]
	for _, key := range keyForms {
		if !bytes.Contains(text, key.mark) {
			continue
		}
		found := key.form().FindIndex(text)
		if found == nil {
			continue
		}
		line := 1 + bytes.Count(text[:found[0]], []byte("\n"))
		at := model.Location{File: r.file.shown, Line: line, Document: r.documentAt(line)}
		if !r.holdsSecret(at) {
			r.result.keys = append(r.result.keys, model.KeyFile{Location: at, What: key.what, Local: r.file.state == fileUntracked})
		}
		return
	}
}

// holdsSecret is true when a place belongs to a Secret or a ConfigMap, whose
// entries are told apart by key.
func (r *fileReader) holdsSecret(at model.Location) bool {
	for _, document := range r.result.documents {
		if document.Document == at.Document {
			return hasEntries(document.Kind) || document.Encrypted
		}
	}
	return false
}

// maybeKey is true for the names of files that are read in search of keys.
func maybeKey(base string) bool {
	lower := strings.ToLower(base)
	switch path.Ext(lower) {
	case ".agekey", ".key", ".pem", ".kubeconfig", ".asc", ".ppk":
		return true
	}
	switch lower {
	case "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "kubeconfig", "keys.txt", "age.txt", "key.txt", "identity":
		return true
	}
	return strings.HasPrefix(lower, "kubeconfig") || strings.HasPrefix(lower, "age-key") || strings.HasPrefix(lower, "age_key")
}
