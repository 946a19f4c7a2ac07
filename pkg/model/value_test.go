package model

import (
	"strings"
	"testing"
)

func TestClassifyValue(t *testing.T) {
	for _, test := range []struct {
		value string
		want  ValueClass
	}{
		{"", ValueEmpty},
		{" \n\t", ValueEmpty},
		{"hunter2", ValueText},
		{"postgres://db.example.com/app", ValueText},
		{"${DB_PASSWORD}", ValueVariable},
		{"{{ .Values.password }}", ValueVariable},
		{"op://vault/item/field", ValueReference},
		{"ref+vault://secret/app#/password", ValueReference},
		{"ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]", ValueEncrypted},
		{"$ANSIBLE_VAULT;1.1;AES256\n6162", ValueEncrypted},
		{"changeme", ValuePlaceholder},
		{"<your token>", ValuePlaceholder},
		{"xxxxx", ValuePlaceholder},
		{"your-token-here", ValuePlaceholder},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", ValueCredential},
		{"key: AGE-SECRET-KEY-1" + strings.Repeat("Q", 58), ValueCredential},
		{"token ghp_" + strings.Repeat("a", 36), ValueCredential},
		{"github_pat_" + strings.Repeat("a", 70), ValueCredential},
		{"glpat-" + strings.Repeat("a", 20), ValueCredential},
		{"xoxb-" + strings.Repeat("1", 24), ValueCredential},
		{"aws AKIA" + strings.Repeat("A", 16), ValueCredential},
		{"sk_live_" + strings.Repeat("a", 24), ValueCredential},
		{"npm_" + strings.Repeat("a", 36), ValueCredential},
		{"dckr_pat_" + strings.Repeat("a", 24), ValueCredential},
		{"$DB_PASSWORD", ValuePlaceholder},
		{"DB_PASSWORD", ValuePlaceholder},
		{"__TOKEN__", ValuePlaceholder},
		{"%%TOKEN%%", ValuePlaceholder},
		{"#{ token }#", ValuePlaceholder},
		{"{TOKEN}", ValuePlaceholder},
		{"((token))", ValuePlaceholder},
		{"AKIAIOSFODNN7EXAMPLE", ValuePlaceholder},
		{"-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----", ValuePlaceholder},
		{"$2y$10$abcdefghijklmnopqrstuv", ValueText},
		{"HUNTER2", ValueText},
		{"-----BEGIN CERTIFICATE-----\nAAAA\n", ValueText},
		{"some_file-name with_dashes---", ValueText},
	} {
		t.Run(test.value, func(t *testing.T) {
			if got := ClassifyValue(test.value); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

// FuzzCredential holds the quick search to what the expression finds.
func FuzzCredential(f *testing.F) {
	for _, seed := range []string{
		"-----BEGIN RSA PRIVATE KEY-----", "AGE-SECRET-KEY-1" + strings.Repeat("0", 20), "gho_" + strings.Repeat("0", 36),
		"github_pat_" + strings.Repeat("0", 60), "glpat-" + strings.Repeat("0", 20), "xoxa-" + strings.Repeat("0", 20),
		"ASIA" + strings.Repeat("0", 16), "sk_live_" + strings.Repeat("0", 20), "npm_" + strings.Repeat("0", 36), "dckr_pat_" + strings.Repeat("0", 20),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if credentialValue().MatchString(text) && !mayHoldCredential([]byte(text)) {
			t.Errorf("missed in %q", text)
		}
	})
}
