// Command emptycobra is the peer of the start-up benchmark: a cobra program
// that does nothing, with the client-go imports that a kubectl plugin needs.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

func main() {
	root := &cobra.Command{Use: "empty"}
	genericclioptions.NewConfigFlags(true).AddFlags(root.PersistentFlags())
	root.AddCommand(&cobra.Command{Use: "version", Run: func(*cobra.Command, []string) { fmt.Println("empty") }})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
