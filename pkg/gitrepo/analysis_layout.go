package gitrepo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// cluster is one cluster that the repository describes.
type cluster struct {
	name string
	// path is its folder, empty for the root; located is false when the
	// repository has none for it.
	path    string
	located bool
	// syncedBy is the object that makes it follow the repository.
	syncedBy  *model.Object
	url, ref  string
	syncFiles []string
	// operator is set when a FluxInstance does, bootstrap when the files of
	// flux bootstrap are there.
	operator, bootstrap bool
	version             string
	remote              bool
	environment         string
	evidence            []model.Evidence
}

// tenant is one team that works with clusters of another.
type tenant struct {
	name     string
	evidence []model.Evidence
}

// folders of tests and documentation hold examples, not the project's own
// clusters.
var sideFolders = []string{"test", "tests", "testdata", "e2e", "docs", "doc", "examples", "example", "hack", ".github", "samples"}

func (p *project) isSide(file string) bool {
	for part := range strings.SplitSeq(folderOf(file), "/") {
		if slices.Contains(sideFolders, strings.ToLower(part)) {
			return true
		}
	}
	return false
}

// sharedNames are names of folders that several clusters or environments use.
var sharedNames = []string{"base", "bases", "common", "component", "components", "default", "defaults", "global", "lib", "shared", "template", "templates"}

func isShared(folder string) bool {
	for part := range strings.SplitSeq(folder, "/") {
		if slices.Contains(sharedNames, strings.ToLower(part)) || strings.HasPrefix(part, "_") {
			return true
		}
	}
	return false
}

// findLayout finds clusters, environments and tenants.
func (p *project) findLayout() {
	p.findClusters(false)
	if len(p.clusters) == 0 {
		p.findClusters(true)
	}
	p.nameClusters()
	p.findEnvironments()
	p.findTenants()
}

// holdsClusters is true for names of folders whose children are clusters.
func holdsClusters(name string) bool {
	name = strings.ToLower(name)
	return name == "clusters" || strings.HasSuffix(name, "-clusters") || strings.HasSuffix(name, "_clusters")
}

// findClusters looks at what makes a cluster follow a folder, and at folders
// named clusters.
func (p *project) findClusters(side bool) {
	byPath := map[string]*cluster{}
	enter := func(folder string) *cluster {
		c, ok := byPath[folder]
		if !ok {
			c = &cluster{path: folder, located: true}
			byPath[folder] = c
		}
		return c
	}
	for i := range p.repo.Builds {
		p.enterSync(&p.repo.Builds[i], side, enter)
	}
	for _, o := range p.flux("HelmRelease") {
		if side || !p.isSide(o.Location.File) {
			p.enterInstance(o, enter)
		}
	}
	for _, o := range p.flux("FluxInstance") {
		if side || !p.isSide(o.Location.File) {
			p.enterInstance(o, enter)
		}
	}
	synced := map[string]bool{}
	for _, c := range byPath {
		for _, file := range c.syncFiles {
			synced[file] = true
		}
	}
	for _, file := range p.files {
		// The example repositories have it as a placeholder that bootstrap fills.
		if path.Base(file) == "gotk-sync.yaml" && (side || !p.isSide(file)) && !synced[file] {
			c := enter(folderOf(folderOf(file)))
			c.bootstrap = true
			c.evidence = append(c.evidence, inFile(file, 1))
		}
	}
	entries := sortedKeys(byPath)
	for _, folder := range sortedKeys(p.manifestFolders) {
		if !holdsClusters(path.Base(folder)) || isShared(folder) || !side && p.isSide(folder+"/x") {
			continue
		}
		for _, child := range p.children[folder] {
			if isShared(path.Base(child)) || p.groupsClusters(child, entries) {
				continue
			}
			c := enter(child)
			c.evidence = append(c.evidence, p.inFolder(child))
		}
	}
	for _, o := range append(slices.Clone(p.kustomizations()), p.helmReleases()...) {
		if side || !p.isSide(o.Location.File) {
			p.enterRemote(o, byPath)
		}
	}
	p.clusters = nil
	for _, folder := range sortedKeys(byPath) {
		c := byPath[folder]
		if isShared(path.Base(folder)) && len(byPath) > 1 {
			continue
		}
		p.clusters = append(p.clusters, c)
	}
}

// groupsClusters is true for a folder such as clusters/production that holds
// the folders that clusters follow.
func (p *project) groupsClusters(folder string, synced []string) bool {
	return slices.ContainsFunc(synced, func(s string) bool { return s != folder && within(folder, s) })
}

// enterSync recognises the Kustomization that builds the folder in which it is
// defined itself: a cluster starts there.
func (p *project) enterSync(build *model.Build, side bool, enter func(string) *cluster) {
	if build.Owner.Kind != "Kustomization" || build.Source == model.SourceOther || !within(build.Path, build.File) || !side && p.isSide(build.File) {
		return
	}
	o := p.objectAt(build.Owner, build.Location)
	if o == nil || path.Base(build.File) != "gotk-sync.yaml" && p.builtByOther(build) {
		return
	}
	c := enter(build.Path)
	c.syncedBy = o
	c.syncFiles = append(c.syncFiles, o.Location.File)
	c.evidence = append(c.evidence, at(o, "spec.path"))
	c.bootstrap = c.bootstrap || path.Base(o.Location.File) == "gotk-sync.yaml"
	if s, ok := p.lookup(p.sourceOf(o), o.Location.File); ok {
		c.url, c.ref = sourceAddress(s)
	}
}

// builtByOther is true when another Flux object builds the file that defines
// the owner of a build, so that nothing starts there.
func (p *project) builtByOther(build *model.Build) bool {
	return slices.ContainsFunc(p.buildsOf[build.File], func(i int) bool {
		other := &p.repo.Builds[i]
		return other.Owner != build.Owner || other.Location != build.Location
	})
}

// instanceSync is the part of a FluxInstance that says what a cluster follows.
type instanceSync struct {
	Kind string `json:"kind"`
	URL  string `json:"url"`
	Ref  string `json:"ref"`
	Path string `json:"path"`
}

// enterInstance reads a FluxInstance, or the values of the chart that makes
// one.
func (p *project) enterInstance(o *model.Object, enter func(string) *cluster) {
	var sync instanceSync
	var version string
	field := "spec.sync.path"
	switch s := o.Spec.(type) {
	case *fluxkind.FluxInstance:
		if s.Sync == nil {
			return
		}
		sync = instanceSync{Kind: s.Sync.Kind, URL: s.Sync.URL, Ref: s.Sync.Ref, Path: s.Sync.Path}
		version = s.Distribution.Version
	case *fluxkind.HelmRelease:
		var values struct {
			Instance *struct {
				Distribution struct {
					Version string `json:"version"`
				} `json:"distribution"`
				Sync *instanceSync `json:"sync"`
			} `json:"instance"`
		}
		if !bytes.Contains(s.Values, []byte(`"sync"`)) || json.Unmarshal(s.Values, &values) != nil || values.Instance == nil || values.Instance.Sync == nil {
			return
		}
		sync, version = *values.Instance.Sync, values.Instance.Distribution.Version
		field = "spec.values.instance.sync.path"
	}
	folder := cleanPath(sync.Path)
	if !p.manifestFolders[folder] {
		// The path leads into an artifact; the cluster is where the instance
		// is written.
		folder = p.enclosingCluster(o.Location.File)
	}
	c := enter(folder)
	c.syncedBy, c.operator = o, true
	c.url, c.ref = publicURL(sync.URL), refText(sync.Ref)
	c.version = version
	c.syncFiles = append(c.syncFiles, o.Location.File)
	c.evidence = append(c.evidence, at(o, field))
}

// enclosingCluster is the folder below one named clusters that holds a file, or
// the file's own folder.
func (p *project) enclosingCluster(file string) string {
	for folder := folderOf(file); folder != ""; folder = folderOf(folder) {
		if holdsClusters(path.Base(folderOf(folder))) {
			return folder
		}
	}
	return folderOf(file)
}

// enterRemote notes clusters that are managed through a kubeconfig.
func (p *project) enterRemote(o *model.Object, byPath map[string]*cluster) {
	var config *fluxkind.KubeConfig
	var folder string
	switch s := o.Spec.(type) {
	case *fluxkind.Kustomization:
		config, folder = s.KubeConfig, cleanPath(s.Path)
	case *fluxkind.HelmRelease:
		config = s.KubeConfig
	}
	if config == nil {
		return
	}
	// The innermost folder of a cluster that holds the path.
	for known := folder; known != ""; known = folderOf(known) {
		if c, ok := byPath[known]; ok {
			c.remote = true
			c.evidence = append(c.evidence, at(o, "spec.kubeConfig"))
			return
		}
	}
	name := ""
	if config.SecretRef != nil {
		name = strings.Trim(strings.ReplaceAll(config.SecretRef.Name, "kubeconfig", ""), "-_.")
	} else if config.ConfigMapRef != nil {
		name = config.ConfigMapRef.Name
	}
	if name == "" || name == "cluster" {
		name = o.Namespace
	}
	if name == "" || strings.ContainsAny(name, "${}") {
		return
	}
	key := "\x00" + name // no folder has such a name
	c, ok := byPath[key]
	if !ok {
		c = &cluster{name: name, remote: true}
		byPath[key] = c
	}
	c.evidence = append(c.evidence, at(o, "spec.kubeConfig"))
}

// covers reports whether a path lies in the cluster's own folder.
func (c *cluster) covers(name string) bool { return c.located && within(c.path, name) }

// entryNames are names of folders that say that a cluster starts there, not
// which one.
var entryNames = []string{
	"base", "bootstrap", "cluster", "config", "deploy", "deployment", "entrypoint", "flux", "flux-system", "gitops", "k8s", "kubernetes", "manifests", "setup", "sync",
}

// home is the folder that is named after the cluster: for kubernetes/main/flux
// it is kubernetes/main. It is empty when no part of the path is a name.
func (c *cluster) home() string {
	for folder := c.path; folder != ""; folder = folderOf(folder) {
		if !slices.Contains(entryNames, strings.ToLower(path.Base(folder))) {
			return folder
		}
	}
	return ""
}

// nameClusters calls each cluster by the last part of its folder that is a
// name, with as many of the parts before as it takes to tell it from the
// others.
func (p *project) nameClusters() {
	more := map[*cluster]int{} // parts before the last
	for again := true; again; {
		byName := map[string][]*cluster{}
		for _, c := range p.clusters {
			if home := c.home(); home != "" {
				c.name = lastParts(home, more[c]+1)
			} else if c.located {
				c.name = cmp.Or(lastParts(c.path, more[c]), "cluster") // the only one, or one of several without a name
			}
			byName[c.name] = append(byName[c.name], c)
		}
		again = false
		for _, same := range byName {
			if len(same) < 2 {
				continue
			}
			for _, c := range same {
				if c.located && more[c] <= strings.Count(c.path, "/") {
					more[c]++
					again = true
				}
			}
		}
	}
	slices.SortFunc(p.clusters, func(a, b *cluster) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.path, b.path))
	})
	for _, c := range p.clusters {
		for part := range strings.SplitSeq(c.name, "/") {
			c.environment = cmp.Or(environmentIn(part), c.environment)
		}
		slices.SortFunc(c.evidence, compareEvidence)
	}
}

// lastParts is the end of a path, empty for no parts.
func lastParts(name string, n int) string {
	if n == 0 {
		return ""
	}
	parts := strings.Split(name, "/")
	return strings.Join(parts[max(len(parts)-n, 0):], "/")
}

// environmentRanks orders the usual names of environments from the first that
// gets a change to the last. Names that have other meanings as well come with
// doubtful.
var environmentRanks = map[string]int{
	"sandbox": 0, "dev": 1, "devel": 1, "develop": 1, "development": 1, "test": 2, "testing": 2, "tst": 2, "int": 2, "integration": 2,
	"qa": 3, "uat": 4, "acceptance": 4, "staging": 5, "stage": 5, "stg": 5, "preprod": 6, "pre-prod": 6, "preproduction": 6, "nonprod": 6, "non-prod": 6,
	"canary": 7, "prod": 8, "prd": 8, "production": 8, "live": 8, "dr": 9,
}

var doubtfulEnvironments = []string{"test", "testing", "int", "integration", "live", "canary", "sandbox", "acceptance", "stage", "dr"}

func isEnvironment(name string) bool {
	_, ok := environmentRanks[strings.ToLower(name)]
	return ok
}

// environmentIn finds the environment in a name such as prod-eu-1; empty when
// it tells none.
func environmentIn(name string) string {
	if isEnvironment(name) {
		return strings.ToLower(name)
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		if isEnvironment(part) && !slices.Contains(doubtfulEnvironments, part) {
			return part
		}
	}
	return ""
}

// compareEnvironments orders by rank, then by name.
func compareEnvironments(a, b string) int {
	rank := func(name string) int {
		if r, ok := environmentRanks[strings.ToLower(name)]; ok {
			return r
		}
		return 5
	}
	return cmp.Or(rank(a)-rank(b), strings.Compare(a, b))
}

// environmentParents are folders whose children are environments.
var environmentParents = []string{"env", "envs", "environment", "environments", "overlay", "overlays", "stage", "stages"}

// findEnvironments looks for folders with the usual names. One alone proves
// nothing, dev may be a namespace; it counts beside another, below a folder for
// environments, or when a cluster has the name.
func (p *project) findEnvironments() {
	found := map[string]bool{}
	side := p.isSide
	if len(p.clusters) > 0 && !slices.ContainsFunc(p.clusters, func(c *cluster) bool { return !side(c.path + "/x") }) {
		side = func(string) bool { return false } // all there is lies in a side folder
	}
	for parent, children := range p.children {
		var known []string
		for _, child := range children {
			if isEnvironment(path.Base(child)) && !side(child+"/x") {
				known = append(known, child)
			}
		}
		sure := len(known) > 1 || slices.Contains(environmentParents, strings.ToLower(path.Base(parent)))
		for _, child := range known {
			isCluster := slices.ContainsFunc(p.clusters, func(c *cluster) bool { return c.path == child })
			if sure || isCluster {
				found[path.Base(child)] = true
				p.environmentFolders[child] = path.Base(child)
			}
		}
	}
	for _, c := range p.clusters {
		if c.environment == "" {
			continue
		}
		if c.path != "" && p.environmentFolders[c.path] == "" {
			p.environmentFolders[c.path] = c.environment
		}
		if !slices.ContainsFunc(sortedKeys(found), func(name string) bool { return strings.EqualFold(name, c.environment) }) {
			found[c.environment] = true
		}
	}
	p.environments = sortedKeys(found)
}

// environmentOf is the environment whose folder holds a file, the innermost;
// empty when none does.
func (p *project) environmentOf(file string) string {
	for folder := folderOf(file); folder != ""; folder = folderOf(folder) {
		if name, ok := p.environmentFolders[folder]; ok {
			return name
		}
	}
	return ""
}

// tenantLabel is what flux create tenant puts on all that it makes.
const tenantLabel = "toolkit.fluxcd.io/tenant"

// tenantFolders are folders whose children are tenants.
var tenantFolders = []string{"tenants", "teams", "organizations", "organisations", "orgs"}

// findTenants looks at the label that Flux itself uses, at the kinds of tenant
// operators, at the inputs of ResourceSets, and at folders.
func (p *project) findTenants() {
	byName := map[string]*tenant{}
	add := func(name string, evidence model.Evidence) {
		if name == "" || strings.ContainsAny(name, "${}<>") {
			return
		}
		t, ok := byName[name]
		if !ok {
			t = &tenant{name: name}
			byName[name] = t
		}
		t.evidence = append(t.evidence, evidence)
	}
	for i := range p.repo.Manifests {
		m := &p.repo.Manifests[i]
		if m.Labels[tenantLabel] == "" {
			continue
		}
		evidence := manifestEvidence(m)
		evidence.Line = cmp.Or(m.Lines.Of("metadata.labels"), evidence.Line)
		add(m.Labels[tenantLabel], evidence)
		if m.Kind == "Namespace" {
			p.tenantNamespaces[m.Name] = m.Labels[tenantLabel]
		}
	}
	for _, o := range p.repo.Objects {
		if o.Labels[tenantLabel] != "" {
			add(o.Labels[tenantLabel], at(o, "metadata.labels"))
		}
	}
	for i := range p.repo.Documents {
		d := &p.repo.Documents[i]
		if d.Kind == "Tenant" && d.ID().Group == "capsule.clastix.io" {
			add(d.Name, model.Evidence{Location: d.Location, Object: d.ID()})
		}
	}
	for _, o := range p.flux("ResourceSet") {
		for i, input := range spec[fluxkind.ResourceSet](o).Inputs {
			var values map[string]json.RawMessage
			if json.Unmarshal(input, &values) != nil {
				continue
			}
			var name string
			for _, key := range []string{"tenant", "team"} {
				if json.Unmarshal(values[key], &name) == nil {
					add(name, at(o, "spec.inputs["+strconv.Itoa(i)+"]"))
					break
				}
			}
		}
	}
	for _, folder := range sortedKeys(p.manifestFolders) {
		if slices.Contains(tenantFolders, strings.ToLower(path.Base(folder))) && !(p.isSide(folder+"/x") && len(byName) > 0) {
			p.addTenantFolders(folder, add)
		}
	}
	for _, name := range sortedKeys(byName) {
		t := byName[name]
		slices.SortFunc(t.evidence, compareEvidence)
		p.tenants = append(p.tenants, t)
	}
}

// addTenantFolders takes the folders below one for tenants, past those that
// only sort them into a base and its overlays.
func (p *project) addTenantFolders(folder string, add func(string, model.Evidence)) {
	for _, child := range p.children[folder] {
		name := path.Base(child)
		switch {
		case slices.Contains([]string{"base", "bases"}, strings.ToLower(name)):
			p.addTenantFolders(child, add)
		case isShared(name), isEnvironment(name), slices.Contains(environmentParents, strings.ToLower(name)):
		case slices.ContainsFunc(p.clusters, func(c *cluster) bool { return path.Base(c.path) == name }):
		default:
			add(name, p.inFolder(child))
		}
	}
}

// gitOpsNames are the folder names of the published repository structures.
var gitOpsNames = []string{
	"apps", "base", "bases", "charts", "clusters", "components", "environments", "flux", "flux-system", "infra", "infrastructure", "overlays",
	"releases", "teams", "tenants",
}

// gitOpsFolders are the folders with such names that lie near the root, where
// they show the structure; deeper ones repeat it for each application.
func (p *project) gitOpsFolders() []string {
	var found []string
	for folder := range p.manifestFolders {
		name := strings.ToLower(path.Base(folder))
		if strings.Count(folder, "/") < 3 && (slices.Contains(gitOpsNames, name) || holdsClusters(name)) {
			found = append(found, folder)
		}
	}
	slices.Sort(found)
	return found[:min(len(found), maxGitOpsFolders)]
}

// maxGitOpsFolders bounds the list of folders that show the structure.
const maxGitOpsFolders = 50

// objectAt finds an object by identity and place.
func (p *project) objectAt(id model.ID, location model.Location) *model.Object {
	for _, o := range p.named[id.Kind+"/"+id.Name] {
		if o.Location == location && o.ID == id {
			return o
		}
	}
	return nil
}

// lookup finds the definition of an object. When several clusters define one of
// that name, the definition closest to the file that mentions it counts.
func (p *project) lookup(id model.ID, near string) (*model.Object, bool) {
	var best *model.Object
	common := -1
	for _, o := range p.named[id.Kind+"/"+id.Name] {
		if o.Namespace != id.Namespace && o.Namespace != "" && id.Namespace != "" {
			continue
		}
		if n := commonPrefix(o.Location.File, near); n > common {
			best, common = o, n
		}
	}
	return best, best != nil
}

// commonPrefix counts the leading folders that two files share.
func commonPrefix(a, b string) int {
	n := 0
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			n++
		}
	}
	return n
}

// cleanPath is a path of a spec relative to the root, as the controller
// resolves it.
func cleanPath(written string) string {
	return strings.TrimPrefix(path.Clean("/"+written), "/")
}

func sortedKeys[V any](m map[string]V) []string {
	found := keys(m)
	slices.Sort(found)
	return found
}

func keys[V any](m map[string]V) []string {
	found := make([]string, 0, len(m))
	for key := range m {
		found = append(found, key)
	}
	return found
}
