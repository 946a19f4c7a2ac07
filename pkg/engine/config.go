package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
)

// ReadConfig reads the configuration of the rules in the root of a repository.
// Without one it returns nil. The file is untrusted like the rest of the
// repository: it must be a regular file of the tree, and not large.
func ReadConfig(repository string) (*rules.Config, error) {
	root, err := os.OpenRoot(repository)
	if err != nil {
		return nil, nil //nolint:nilerr // the scan says what is wrong with the folder
	}
	defer root.Close()
	info, err := root.Stat(rules.ConfigFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", rules.ConfigFile, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file: replace it by one, or remove it", rules.ConfigFile)
	}
	file, err := root.Open(rules.ConfigFile)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", rules.ConfigFile, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, rules.MaxConfig+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", rules.ConfigFile, err)
	}
	if len(data) > rules.MaxConfig {
		return nil, fmt.Errorf("%s is larger than %d kB: shorten it", rules.ConfigFile, rules.MaxConfig>>10)
	}
	return rules.ParseConfig(data)
}
