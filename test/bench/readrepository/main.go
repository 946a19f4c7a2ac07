// Command readrepository scans a folder as the product does and prints what it
// found, for the benchmarks of the scan.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: readrepository FOLDER")
	}
	repository, _, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: os.Args[1]})
	if err != nil {
		return err
	}
	fmt.Println(repository.YAMLFiles, "files,", len(repository.Documents), "documents,", len(repository.Builds), "builds")
	return nil
}
