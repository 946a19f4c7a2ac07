package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func scanFiles(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, content := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestScanFindsVariables(t *testing.T) {
	root := scanFiles(t, map[string]string{"a.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${NAME}
  # ${COMMENT}
data:
  whole: "${WHOLE}" # ${TRAILING}
  part: http://${HOST}:${PORT:=80}/$${ESCAPED}/$$${AFTER}
  script: |
    echo $PLAIN ${1} ${UPPER^^} ${EMPTY:-}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: off
  annotations:
    kustomize.toolkit.fluxcd.io/substitute: disabled
data:
  key: ${OFF}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: last}
data: {key: "${LAST}"}
`})
	repo, _, err := Scan(context.Background(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range repo.Variables {
		text := v.Name + ":" + strconv.Itoa(v.Line)
		if v.Default {
			text += " default"
		}
		if v.Field != "" {
			text += " is all of " + v.Field
		}
		got = append(got, text)
	}
	want := []string{
		"NAME:4 is all of name", "WHOLE:7 is all of whole", "HOST:8", "PORT:8 default", "AFTER:8", "UPPER:10", "EMPTY:10 default", "LAST:24",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestScanFindsKeys(t *testing.T) {
	pem := "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat("A", 64) + "\n-----END PRIVATE KEY-----\n"
	root := scanFiles(t, map[string]string{
		"age.agekey":        "# created: 2026-01-01\nAGE-SECRET-KEY-1" + strings.Repeat("Q", 58) + "\n",
		"tls/server.key":    pem,
		"tls/server.pem":    "-----BEGIN CERTIFICATE-----\n" + strings.Repeat("A", 64) + "\n-----END CERTIFICATE-----\n",
		"public.asc":        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + strings.Repeat("A", 64) + "\n",
		"how-to.yaml":       "text: a key begins with -----BEGIN PRIVATE KEY----- and so on\n",
		"kubeconfig.yaml":   "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    client-key-data: " + strings.Repeat("A", 64) + "\n",
		"secret.yaml":       "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  key: |\n    " + strings.ReplaceAll(pem, "\n", "\n    ") + "\n",
		"talos/config.yaml": "machine:\n  key: |\n    " + strings.ReplaceAll(pem, "\n", "\n    ") + "\n",
		"notes.txt":         pem,
	})
	repo, _, err := Scan(context.Background(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, key := range repo.KeyFiles {
		got = append(got, key.Location.String()+" "+key.What)
	}
	want := []string{"age.agekey:2 an age key", "kubeconfig.yaml:6 a kubeconfig with a client key", "talos/config.yaml:3 a private key", "tls/server.key:1 a private key"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
