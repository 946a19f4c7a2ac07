package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// startTimeout is how long each wait for etcd or the API server may take: both
// together need 3 to 4 seconds on two idle cores.
const startTimeout = 2 * time.Minute

// cluster is a running etcd and API server.
type cluster struct {
	kubeconfig string
	kubectl    string
	auditLog   string
	config     *rest.Config // of the context admin
	client     *http.Client // for config
	etcd       *process
	apiServer  *process
	temporary  string // folder to remove at the end, if any
}

// startOptions are the flags of start; main.go explains them.
type startOptions struct {
	crds     string
	load     listFlag
	replace  replaceFlag
	auditLog string
	dir      string
}

// start starts a cluster and returns when everything that the options name is
// there. The caller stops it.
func start(ctx context.Context, options startOptions) (_ *cluster, err error) {
	// What is wrong in the arguments should not take a start to find out.
	objects, err := readObjects(options.load, options.replace)
	if err != nil {
		return nil, err
	}
	crds, err := readCRDs(ctx, strings.Split(options.crds, ","))
	if err != nil {
		return nil, err
	}
	binaries, err := build(ctx)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	c := &cluster{kubectl: filepath.Join(binaries, "kubectl")}
	defer func() {
		if err != nil {
			c.stop()
		}
	}()
	dir := options.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "fluxctx-cluster-"); err != nil {
			return nil, err
		}
		c.temporary = dir
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if options.auditLog != "" {
		if c.auditLog, err = filepath.Abs(options.auditLog); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := c.startPrograms(ctx, binaries, dir); err != nil {
		return nil, err
	}
	if err := createCRDs(ctx, c.config, crds); err != nil {
		return nil, err
	}
	if err := c.awaitOK(ctx, "/readyz"); err != nil {
		return nil, err
	}
	progress("cluster ready after %s", since(begin))
	if len(objects) == 0 {
		return c, nil
	}
	return c, load(ctx, c.config, objects)
}

// startPrograms returns when the API server takes requests of the admin.
func (c *cluster) startPrograms(ctx context.Context, binaries, dir string) error {
	// A port that was free may be taken before the program listens on it.
	for attempt := 1; ; attempt++ {
		err := c.tryStartPrograms(ctx, binaries, dir)
		if err == nil || attempt == 3 || !strings.Contains(err.Error(), "address already in use") {
			return err
		}
		c.stopPrograms()
	}
}

func (c *cluster) tryStartPrograms(ctx context.Context, binaries, dir string) error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	c.kubeconfig = filepath.Join(dir, "kubeconfig")
	etcdURL := "http://127.0.0.1:" + ports[0]
	peerURL := "http://127.0.0.1:" + ports[1]
	c.etcd, err = startProcess(dir, filepath.Join(binaries, "etcd"),
		"--data-dir="+filepath.Join(dir, "etcd"),
		"--listen-client-urls="+etcdURL,
		"--advertise-client-urls="+etcdURL,
		"--listen-peer-urls="+peerURL,
		"--initial-advertise-peer-urls="+peerURL,
		"--initial-cluster=default="+peerURL,
		"--unsafe-no-fsync",
		"--log-level=warn",
	)
	if err != nil {
		return err
	}
	identity, err := newIdentity(dir)
	if err != nil {
		return err
	}
	server := "https://127.0.0.1:" + ports[2]
	if err := identity.writeKubeconfig(c.kubeconfig, server); err != nil {
		return err
	}
	if c.config, err = clientConfig(c.kubeconfig); err != nil {
		return err
	}

	// The API server asks etcd only once a second.
	if err := c.etcd.await(ctx, func() bool { return answers(http.DefaultClient, etcdURL+"/health") }); err != nil {
		return err
	}
	args := []string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + ports[2],
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--authorization-mode=RBAC",
		"--allow-privileged=true",
		// There is no controller that makes the service account of a namespace.
		"--disable-admission-plugins=ServiceAccount",
		"--cert-dir=" + dir,
		"--tls-cert-file=" + identity.serverCert,
		"--tls-private-key-file=" + identity.serverKey,
		"--client-ca-file=" + identity.caCert,
		"--token-auth-file=" + identity.tokens,
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + identity.serverKey,
		"--service-account-signing-key-file=" + identity.serverKey,
	}
	if c.auditLog != "" {
		policy := filepath.Join(dir, "audit-policy.yaml")
		if err := os.WriteFile(policy, []byte(auditPolicy), 0o644); err != nil {
			return err
		}
		args = append(args, "--audit-policy-file="+policy, "--audit-log-path="+c.auditLog)
	}
	if c.apiServer, err = startProcess(dir, filepath.Join(binaries, "kube-apiserver"), args...); err != nil {
		return err
	}
	if c.client, err = rest.HTTPClientFor(c.config); err != nil {
		return err
	}
	// These two take half of the time and the admin needs neither.
	return c.awaitOK(ctx, "/readyz?exclude=poststarthook/rbac/bootstrap-roles&exclude=poststarthook/scheduling/bootstrap-system-priority-classes")
}

// awaitOK waits until the API server answers a path with 200.
func (c *cluster) awaitOK(ctx context.Context, path string) error {
	return c.apiServer.await(ctx, func() bool { return answers(c.client, c.config.Host+path) })
}

// clientConfig is for a client that loads many objects at once and does not
// care about advice to those who write them.
func clientConfig(kubeconfig string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // without limit
	config.WarningHandler = rest.NoWarnings{}
	return config, nil
}

// auditPolicy logs every request once, when it is answered, without bodies.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

// wait returns nil when the context ends, and an error when one of the programs
// ends before.
func (c *cluster) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.etcd.done:
		return c.etcd.failure()
	case <-c.apiServer.done:
		return c.apiServer.failure()
	}
}

// stop ends the cluster and removes its temporary folder.
func (c *cluster) stop() {
	c.stopPrograms()
	if c.temporary != "" {
		_ = os.RemoveAll(c.temporary)
	}
}

// stopPrograms ends the API server, then etcd: the other way round the server
// would wait for its storage.
func (c *cluster) stopPrograms() {
	for _, p := range []*process{c.apiServer, c.etcd} {
		if p != nil {
			p.stop()
		}
	}
}

// process is a program that runs in the background and logs into a file.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when the program has ended
}

// startProcess must be called from the main goroutine: on Linux the kernel kills
// the child when the thread that started it ends, and main locks that thread.
func startProcess(dir, path string, args ...string) (*process, error) {
	p := &process{log: filepath.Join(dir, filepath.Base(path)+".log"), done: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(path, args...)
	p.cmd.Dir = dir
	p.cmd.Stdout = log
	p.cmd.Stderr = log
	p.cmd.SysProcAttr = childAttributes()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// await polls until the program is ready; an error tells why it will not be.
func (p *process) await(ctx context.Context, ready func() bool) error {
	timeout := time.After(startTimeout)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-p.done:
			return p.failure()
		case <-ctx.Done():
			return errors.New("stopped before the cluster was ready")
		case <-timeout:
			return fmt.Errorf("not ready after %s: %w", startTimeout, p.failure())
		case <-tick.C:
		}
	}
	return nil
}

// failure is an error with the end of the program's log.
func (p *process) failure() error {
	content, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	lines = lines[max(0, len(lines)-10):]
	return fmt.Errorf("%s does not run; its last words are:\n%s", filepath.Base(p.cmd.Path), strings.Join(lines, "\n"))
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// answers reports whether a GET is answered with 200.
func answers(client *http.Client, address string) bool {
	response, err := client.Get(address)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// freePorts returns ports of the loopback interface that nobody listens on.
func freePorts(n int) ([]string, error) {
	ports := make([]string, n)
	for i := range ports {
		// All stay open until the last is found, so that they differ.
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		ports[i] = strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
