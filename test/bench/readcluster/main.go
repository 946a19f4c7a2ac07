// Command readcluster reads a cluster as the product does and prints how many
// objects it judged, so that the benchmark can measure that part as a process.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// The benchmark's machine may be busy; the limits are not what it measures.
	read, problems := cluster.Read(context.Background(), cluster.Options{Config: config, ConnectTimeout: time.Minute, Timeout: 10 * time.Minute, Now: time.Now})
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p.Code, p.Message)
	}
	fmt.Println(len(read.Objects), len(read.RootCauses))
	if len(problems) > 0 {
		os.Exit(1)
	}
}
