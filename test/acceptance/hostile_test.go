package acceptance

import (
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// hostile makes a folder whose file names and contents try to reach the
// terminal:
//
//	hostile FOLDER
func hostile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hostile FOLDER")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(folder, 0o755))
	for name, content := range map[string]string{
		"evil\x1b[31m\n.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: in-a-bad-file\n",
		"evil\u202elmay.yaml": "not: [valid\n",
		"escape.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n" +
			"metadata:\n  name: \"evil\\e]0;owned\\a\\e[2J\"\n  namespace: \"flux\\u202Esystem\"\nspec:\n  path: \"./\\e[31m\"\n  prune: false\n",
		"kind.yaml": "apiVersion: v1\nkind: \"Con\\e[31mfig\\u200bMap\"\nmetadata:\n  name: x\n",
	} {
		ts.Check(os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644))
	}
}
