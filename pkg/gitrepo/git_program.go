package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxGitOutput bounds what one git command may print: half a million files
// with long names.
const maxGitOutput = 64 << 20

// maxFilters bounds how many content filters a configuration may define. Each
// is switched off by two variables of the environment, whose size is limited.
const maxFilters = 200

// gitProgram runs read-only commands of the git program in a repository that
// nobody has reason to trust. Configuration that would make Git run other
// programs is overridden; what cannot be overridden is not asked for:
//
//   - fsmonitor and hooks: empty settings, and no command that writes the index
//   - content filters (clean, smudge, process): all that are configured are
//     replaced by nothing, see withoutFilters
//   - textconv and external diff drivers, pagers, editors, signature checks: by
//     options, and no command that shows content
//   - ssh, credential helpers, askpass, remote helpers, upload-pack: nothing may
//     be fetched; a partial clone would otherwise fetch what it lacks
//   - configuration of submodules: git status is not sent into them
type gitProgram struct {
	path string
	dir  string
	// filters are the names of the content filters to switch off.
	filters []string
}

// overrides are settings that win over every configuration file.
var overrides = []string{
	"blame.ignoreRevsFile=",
	"core.fsmonitor=",
	"core.hooksPath=" + os.DevNull,
	"core.askPass=",
	"core.sshCommand=false",
	"credential.helper=",
	"diff.renameLimit=1000",
	"log.showSignature=false",
	"protocol.allow=never",
	"safe.bareRepository=explicit",
	"submodule.recurse=false",
}

// keptVariables are the variables of Git that say where the user's own
// configuration is. All others, GIT_DIR and GIT_INDEX_FILE first, are for
// another repository or for another command, and are dropped.
var keptVariables = []string{
	"GIT_CEILING_DIRECTORIES",
	"GIT_CONFIG_GLOBAL",
	"GIT_CONFIG_NOSYSTEM",
	"GIT_CONFIG_SYSTEM",
	"GIT_DISCOVERY_ACROSS_FILESYSTEM",
	"GIT_EXEC_PATH",
}

func (g gitProgram) command(ctx context.Context, args ...string) *exec.Cmd {
	all := []string{"--no-pager", "--no-optional-locks", "--literal-pathspecs"}
	for _, setting := range overrides {
		all = append(all, "-c", setting)
	}
	cmd := exec.CommandContext(ctx, g.path, append(all, args...)...)
	cmd.Dir = g.dir
	cmd.Env = g.environment(cmd.Environ())
	cmd.WaitDelay = time.Second
	return cmd
}

// environment is the environment of the process without the variables that
// would point Git at something else.
func (g gitProgram) environment(own []string) []string {
	var env, configured []string
	count := 0
	for _, entry := range own {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "GIT_CONFIG_COUNT":
			// Settings of the user for this process tree, perhaps safe.directory.
			count, _ = strconv.Atoi(value)
			count = max(count, 0)
		case strings.HasPrefix(name, "GIT_CONFIG_KEY_"), strings.HasPrefix(name, "GIT_CONFIG_VALUE_"):
			configured = append(configured, entry)
		case strings.HasPrefix(name, "GIT_") && !slices.Contains(keptVariables, name), name == "SSH_ASKPASS", name == "LANGUAGE":
		default:
			env = append(env, entry)
		}
	}
	if count > 0 {
		env = append(env, configured...)
	}
	set := func(key, value string) {
		n := strconv.Itoa(count)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+key, "GIT_CONFIG_VALUE_"+n+"="+value)
		count++
	}
	for _, name := range g.filters {
		// An empty process stands before clean and smudge; required would turn
		// the missing filter into a failure. The -c option cannot say this,
		// since a name may hold an equals sign.
		set("filter."+name+".process", "")
		set("filter."+name+".required", "false")
	}
	return append(
		env,
		"GIT_CONFIG_COUNT="+strconv.Itoa(count),
		// The list of allowed transports is empty: this outranks any
		// protocol.<name>.allow of the repository.
		"GIT_ALLOW_PROTOCOL=",
		// A small object may inflate to gigabytes: no single allocation above
		// this. The index of a million files needs less.
		"GIT_ALLOC_LIMIT=512m",
		"GIT_NO_LAZY_FETCH=1",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_PAGER=cat",
		"GIT_TERMINAL_PROMPT=0",
		// Messages are looked at.
		"LC_ALL=C",
	)
}

// gitExit is a command that git itself ended with an error.
type gitExit struct {
	command string
	code    int
	// fatal is true when git itself says why; a program that only stands in
	// for git, as macOS has one, does not speak like that.
	fatal   bool
	message string
}

func (e *gitExit) Error() string {
	if e.message == "" {
		return fmt.Sprintf("git %s failed with exit code %d", e.command, e.code)
	}
	return fmt.Sprintf("git %s: %s", e.command, e.message)
}

// dubiousOwnershipError is Git's refusal to read a repository of another user.
type dubiousOwnershipError struct{ workTree string }

func (e *dubiousOwnershipError) Error() string {
	return "git refuses to read a repository that another user owns: " + e.workTree
}

var errGitOutput = errors.New("more output than the limit of 64 MiB")

// run returns what a command prints.
func (g gitProgram) run(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	cmd := g.command(ctx, args...)
	if input != nil {
		cmd.Stdin = bytes.NewReader(input)
	}
	stdout := &limitedBuffer{limit: maxGitOutput}
	stderr := &limitedBuffer{limit: 64 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git %s did not finish in time: %w", args[0], ctx.Err())
	case stdout.full:
		return nil, fmt.Errorf("git %s: %w", args[0], errGitOutput)
	case err == nil:
		return stdout.Bytes(), nil
	}
	message := stderr.String()
	// The second wording is that of Git before 2.35.3.
	if strings.Contains(message, "dubious ownership in repository") || strings.Contains(message, "unsafe repository (") {
		return nil, &dubiousOwnershipError{}
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return nil, fmt.Errorf("running git %s: %w", args[0], err)
	}
	failure := &gitExit{command: args[0], code: exit.ExitCode()}
	for line := range strings.Lines(message) {
		if reason, ok := strings.CutPrefix(line, "fatal: "); ok {
			failure.fatal = true
			failure.message = strings.TrimSpace(reason)
			return nil, failure
		}
	}
	failure.message = strings.TrimSpace(message)
	return nil, failure
}

// limitedBuffer keeps the first bytes written to it and refuses the rest.
type limitedBuffer struct {
	bytes.Buffer
	limit int
	full  bool
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		b.full = true
		return 0, errGitOutput
	}
	return b.Buffer.Write(p)
}

// errUnusable says that the program that is called git does not work at all.
var errUnusable = errors.New("the git program does not work")

// askProgram collects the state of a clone with four short commands. Those
// that do not need the names of the filters run side by side. files is told
// what is tracked as soon as that is known, unless the error is errUnusable.
func askProgram(ctx context.Context, path string, clone clone, files *gitFiles) (gitState, error) {
	program := gitProgram{path: path, dir: clone.folder}
	var (
		wait                                             sync.WaitGroup
		head                                             []byte
		indexErr, headErr, configErr, statusErr, attrErr error
		settings                                         gitConfig
		status                                           gitStatus
		submodules, unjudged                             []string
	)
	wait.Go(func() {
		head, headErr = program.run(ctx, nil, "log", "-1", "--no-show-signature", "--no-patch", "--no-mailmap",
			"--decorate=full", "--decorate-refs=refs/tags/*", "--format=%H%n%ct%n%D")
	})
	wait.Go(func() {
		var out []byte
		out, configErr = program.run(ctx, nil, "config", "-z", "--get-regexp", `^(filter|remote|url)\.`)
		if exit, ok := errors.AsType[*gitExit](configErr); ok && exit.code == 1 && exit.message == "" {
			configErr = nil // nothing matches
		}
		if configErr != nil {
			return
		}
		settings = parseGitConfig(out)
		if len(settings.filters) > maxFilters {
			statusErr = fmt.Errorf("git status was not asked: the configuration defines %d content filters", len(settings.filters))
			return
		}
		careful := program
		careful.filters = settings.filters
		out, statusErr = careful.run(ctx, nil, "status", "--porcelain=v2", "-z", "--branch", "--ahead-behind", "--find-renames",
			"--untracked-files=all", "--ignored=no", "--ignore-submodules=dirty", "--", ".")
		if statusErr != nil {
			return
		}
		status = parseGitStatus(out, clone.prefix)
		if len(settings.filters) > 0 {
			unjudged, attrErr = careful.dropUnjudged(ctx, &status)
		}
	})
	out, indexErr := program.run(ctx, nil, "ls-files", "-z", "--stage")
	if indexErr == nil {
		tracked := newFileSet(bytes.Count(out, []byte{0}))
		submodules = parseIndex(out, tracked)
		files.setTracked(tracked)
	}
	wait.Wait()
	if unusable(indexErr) && unusable(configErr) && unusable(headErr) {
		return gitState{}, errUnusable
	}
	if indexErr != nil {
		files.setTracked(nil)
	}
	files.setUntracked(status.untracked())

	failures := []error{indexErr, configErr, statusErr, headErr, attrErr}
	for _, err := range failures {
		if refused, ok := errors.AsType[*dubiousOwnershipError](err); ok {
			refused.workTree = clone.workTree
			return gitState{problems: []model.Problem{gitProblem(refused)}}, nil
		}
	}
	state := gitState{known: true, git: status.git}
	state.git.Changed = status.changed()
	state.git.ChangesKnown = configErr == nil && statusErr == nil && attrErr == nil
	state.git.Nested = printable(status.nested)
	state.git.Submodules = printable(submodules)
	state.git.Remotes = settings.remotes
	if statusErr != nil || configErr != nil {
		// An index or a tree that cannot be read hides neither commit nor branch.
		branch, err := program.run(ctx, nil, "symbolic-ref", "--quiet", "--short", "HEAD")
		state.git.Branch = sanitize.Line(string(branch), maxGitName)
		exit, ok := errors.AsType[*gitExit](err)
		state.git.Detached = ok && exit.code == 1
	}
	if headErr == nil {
		state.git.Head, state.git.LastCommit, state.git.Tags = parseHead(head)
	} else if statusErr == nil && configErr == nil && state.git.Head == "" {
		failures[3] = nil // no commit yet
	}
	if len(unjudged) > 0 {
		state.problems = append(state.problems, filterProblem(unjudged))
	}
	for _, err := range failures {
		if err == nil {
			continue
		}
		// A broken configuration or index fails every command in the same
		// words; once is enough.
		if exit, ok := errors.AsType[*gitExit](err); ok {
			exit.command = "status"
		}
		if problem := gitProblem(err); !slices.Contains(state.problems, problem) {
			state.problems = append(state.problems, problem)
		}
	}
	return state, nil
}

// unusable is true for a failure that is not a word of git about a clone.
func unusable(err error) bool {
	if err == nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, errGitOutput) {
		return false
	}
	exit, ok := errors.AsType[*gitExit](err)
	return !ok || !exit.fatal
}

// printable makes the names of folders fit for the report, sorted.
func printable(folders []string) []string {
	for i, folder := range folders {
		folders[i] = sanitize.Path(folder)
	}
	slices.Sort(folders)
	return folders
}

// dropUnjudged removes the changes that Git may only have seen because the
// content filter of the file did not run, and returns the names of these
// filters. With Git LFS or git-crypt a file whose time stamp alone has changed
// would otherwise count as changed.
func (g gitProgram) dropUnjudged(ctx context.Context, status *gitStatus) ([]string, error) {
	var input bytes.Buffer
	for _, change := range status.changes {
		if change.code[1] == 'M' {
			input.WriteString(change.path)
			input.WriteByte(0)
		}
	}
	if input.Len() == 0 {
		return nil, nil
	}
	out, err := g.run(ctx, input.Bytes(), "check-attr", "-z", "--stdin", "filter")
	if err != nil {
		return nil, err
	}
	filtered := map[string]string{}
	for fields := bytes.Split(out, []byte{0}); len(fields) >= 3; fields = fields[3:] {
		if name := string(fields[2]); slices.Contains(g.filters, name) {
			filtered[string(fields[0])] = name
		}
	}
	var names []string
	kept := status.changes[:0]
	for _, change := range status.changes {
		if name, ok := filtered[change.path]; ok && change.code[1] == 'M' {
			names = append(names, name)
			if change.code[0] == ' ' {
				continue
			}
			change.code = change.code[:1] + " "
		}
		kept = append(kept, change)
	}
	status.changes = kept
	return names, nil
}

// filterProblem says what is not known of files with content filters; names
// holds the filter of each such file.
func filterProblem(names []string) model.Problem {
	files := len(names)
	slices.Sort(names)
	names = slices.Compact(names)
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = sanitize.Line(name, 64)
	}
	return model.Problem{
		Source:  "repository",
		Code:    "GitFiltersNotRun",
		Message: fmt.Sprintf("whether %d files have changed is not known: their content filters (%s) are programs, which are not run", files, strings.Join(shown, ", ")),
		Hint:    "git status runs them and tells",
	}
}

// relativeTo cuts the scanned folder's prefix from a path of the work tree; ok
// is false for a path outside.
func relativeTo(prefix, path string) (relative string, ok bool) {
	if prefix == "" {
		return path, true
	}
	relative, ok = strings.CutPrefix(path, prefix)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(relative, "/")
}
