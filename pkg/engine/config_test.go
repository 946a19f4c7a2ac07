package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
)

func TestReadConfig(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.yaml")
	if err := os.WriteFile(outside, []byte("severities: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		make func(file string) error
		want string // of the error; empty for none
	}{
		{"none", func(string) error { return nil }, ""},
		{"good", func(file string) error { return os.WriteFile(file, []byte("severities: {KS-07: info}\n"), 0o600) }, ""},
		{"folder", func(file string) error { return os.Mkdir(file, 0o700) }, "no regular file"},
		{"large", func(file string) error {
			return os.WriteFile(file, bytes.Repeat([]byte("#\n"), rules.MaxConfig), 0o600)
		}, "larger than"},
		{"outside", func(file string) error { return os.Symlink(outside, file) }, "cannot read"},
		{"typo", func(file string) error { return os.WriteFile(file, []byte("severity: {}\n"), 0o600) }, "did you mean"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := test.make(filepath.Join(folder, rules.ConfigFile)); err != nil {
				t.Fatal(err)
			}
			config, err := ReadConfig(folder)
			if test.want == "" {
				if err != nil || (config != nil) != (test.name == "good") {
					t.Errorf("got %v, %v", config, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
