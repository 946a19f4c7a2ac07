package model

import (
	"bytes"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

// ValueClass says what kind of text stands in the value of a ConfigMap or a
// Secret. It is all that is kept: the values themselves never leave the reader.
type ValueClass uint8

// The classes of ClassifyValue.
const (
	ValueText        ValueClass = iota // text as it will be used
	ValueEmpty                         // nothing
	ValueVariable                      // ${VAR}, {{ template }}: filled in later
	ValueReference                     // op://, ref+vault://: names a secret that is kept elsewhere
	ValueEncrypted                     // SOPS, age, PGP, Ansible Vault, git-crypt
	ValuePlaceholder                   // changeme, <token>, xxxxx
	ValueCredential                    // a private key or a token whose form gives it away
	ValuePublic                        // a certificate or a public key, which is no secret
)

var (
	referenceValue = lazyregexp.New(`^\s*(op://|ref\+|secretref\+|vault:|<path:|arn:aws:(secretsmanager|ssm):|akvs?@|gcpsm:|awssm:|file://|env://|@Microsoft\.KeyVault)`)

	placeholderValue = lazyregexp.New(`(?i)^["']?(` +
		`<[^<>]*>|\[[^\[\]]*\]|x{3,}|\*+|\.{3}|\?+|-+|#+|` +
		`(please[-_ ]?)?(change|replace|fill|set|update|insert|enter|put|add)[-_ ]?(me|it|this|in|here|your).*|` +
		`your[-_ ].*|todo.*|fixme.*|tbd|n/?a|none|null|nil|placeholder.*|example|dummy.*|fake.*|redacted.*|` +
		`insert[-_ ].*|replace[-_ ].*|.*(change|replace)[-_ ]?me.*|some[-_](secret|token|password|value).*|` +
		`\$[a-z_]\w*|\$?\{[a-z_][\w .-]*\}|__\w+__|%+\w+%+|@+\w+@+|#\{[^{}]*\}#?|\(\([^()]*\)\)` +
		`)["']?$`)

	// fillIn are names of what is to be put in, as DB_PASSWORD or MY_TOKEN.
	fillIn = lazyregexp.New(`^[A-Z]+(_[A-Z]+)+$`)

	// emptyKey is the frame of a private key without one.
	emptyKey = lazyregexp.New(`(?i)PRIVATE KEY( BLOCK)?-----\s*(\.{3}|<|x{3}|\*{3}|\[|your|redacted|enc\[|-----END)`)

	credentialValue = lazyregexp.New(`-----BEGIN ((RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY( BLOCK)?-----` +
		`|AGE-SECRET-KEY-1[0-9A-Z]{20,}` +
		`|\b(ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}` +
		`|\bglpat-[A-Za-z0-9_-]{20}|\bxox[abprs]-[A-Za-z0-9-]{20,}` +
		`|\b(AKIA|ASIA)[0-9A-Z]{16}\b` +
		`|\bsk_live_[A-Za-z0-9]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bdckr_pat_[A-Za-z0-9_-]{20,}`)
)

// ClassifyValue tells what kind of text a value is. It is made to call
// something a credential only when its form is one of a few known ones, and a
// placeholder only when nobody would use it.
func ClassifyValue(value string) ValueClass { return ClassifyBytes([]byte(value)) }

// ClassifyBytes is ClassifyValue for text that is not kept.
func ClassifyBytes(value []byte) ValueClass {
	trimmed := bytes.TrimSpace(value)
	switch {
	case len(trimmed) == 0:
		return ValueEmpty
	case hasPrefix(trimmed, "ENC["), hasPrefix(trimmed, "$ANSIBLE_VAULT;"), hasPrefix(trimmed, "\x00GITCRYPT"),
		contains(trimmed, "-----BEGIN AGE ENCRYPTED FILE-----"), contains(trimmed, "-----BEGIN PGP MESSAGE-----"):
		return ValueEncrypted
	case referenceValue().Match(trimmed[:min(len(trimmed), maxReference)]):
		return ValueReference
	case mayHoldCredential(trimmed) && credentialValue().Match(trimmed):
		// The keys in the documents of AWS end in EXAMPLE.
		if contains(trimmed, "EXAMPLE") || emptyKey().Match(trimmed) {
			return ValuePlaceholder
		}
		return ValueCredential
	case contains(trimmed, "${"), contains(trimmed, "{{"), contains(trimmed, "<<"), contains(trimmed, "$("), contains(trimmed, "{%"):
		return ValueVariable
	case len(trimmed) <= maxPlaceholder && (placeholderValue().Match(trimmed) || fillIn().Match(trimmed)):
		return ValuePlaceholder
	}
	return ValueText
}

func contains(text []byte, part string) bool { return bytes.Contains(text, []byte(part)) }

func hasPrefix(text []byte, prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }

func hasSuffix(text []byte, suffix string) bool { return bytes.HasSuffix(text, []byte(suffix)) }

// Most of what a repository holds is ConfigMaps with whole files in them, and
// expressions run through these a hundred times slower than searches for single
// characters do.
const (
	maxReference   = 64  // bytes in which a reference to a secret store shows
	maxPlaceholder = 256 // bytes; placeholders are short
)

// mayHoldCredential is false for text in which credentialValue finds nothing.
func mayHoldCredential(text []byte) bool {
	if contains(text, "AKIA") || contains(text, "ASIA") {
		return true
	}
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '_')
		if i < 0 {
			break
		}
		from += i + 1
		before := text[max(0, from-5) : from-1]
		switch {
		case hasSuffix(before, "npm"), hasSuffix(before, "pat"), hasSuffix(before, "live"):
			return true
		case len(before) >= 3 && hasSuffix(before[:len(before)-1], "gh"):
			return true
		}
	}
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '-')
		if i < 0 {
			return false
		}
		from += i + 1
		before := text[max(0, from-6) : from-1]
		switch {
		case hasSuffix(before, "glpat"), hasSuffix(before, "AGE"), hasPrefix(text[from:], "----BEGIN"):
			return true
		case len(before) >= 4 && hasSuffix(before[:len(before)-1], "xox"):
			return true
		}
	}
}
