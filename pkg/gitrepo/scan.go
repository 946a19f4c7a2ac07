// Package gitrepo reads a local work tree: its manifests, what builds on what,
// and the state of the clone. It reads only, and expects the tree to be large,
// broken or hostile.
package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// Options say what to scan.
type Options struct {
	// Root is the folder to scan.
	Root string
}

// Scan reads the tree below opts.Root. A part that cannot be read becomes a
// problem; the error is not nil only when the folder itself cannot be read or
// ctx ended.
func Scan(ctx context.Context, opts Options) (*model.Repository, []model.Problem, error) {
	root, err := filepath.Abs(opts.Root)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot tell where %s is: %w", sanitize.Path(opts.Root), err)
	}
	if _, err := os.ReadDir(root); err != nil {
		return nil, nil, fmt.Errorf("cannot read the folder to scan: %w", err)
	}
	git, files, problems := readGit(ctx, root)
	repo := &model.Repository{Root: sanitize.Path(root), Git: git}
	tree := tree{root: root, files: files}
	if err := tree.walk(ctx, ""); err != nil {
		return nil, nil, err
	}
	repo.Files = tree.count
	for _, name := range tree.yaml {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		repo.YAMLFiles++
		if err := readFile(repo, root, name); err != nil {
			problems = append(problems, fileProblem(name, err))
		}
	}
	return repo, append(tree.problems, problems...), nil
}

func fileProblem(name string, err error) model.Problem {
	return model.Problem{
		Source:  "repository",
		Code:    "FileUnreadable",
		Message: sanitize.Path(name) + ": " + sanitize.Line(err.Error(), 0),
		Hint:    "check the permissions of the file",
	}
}

// tree is the walk through the folder.
type tree struct {
	root     string
	files    *gitFiles
	count    int
	yaml     []string
	problems []model.Problem
}

func (t *tree) walk(ctx context.Context, folder string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(t.root, filepath.FromSlash(folder)))
	if err != nil {
		t.problems = append(t.problems, fileProblem(folder, err))
	}
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		switch {
		case entry.IsDir():
			if entry.Name() == ".git" || !t.files.holds(name) || strings.Count(name, "/") >= maxFolderDepth {
				continue
			}
			if err := t.walk(ctx, name); err != nil {
				return err
			}
		case entry.Type().IsRegular() && t.files.state(name) != fileIgnored:
			t.count++
			switch strings.ToLower(path.Ext(name)) {
			case ".yaml", ".yml":
				t.yaml = append(t.yaml, name)
			}
		}
	}
	return nil
}

func readFile(repo *model.Repository, root, name string) error {
	file := filepath.Join(root, filepath.FromSlash(name))
	info, err := os.Lstat(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFileSize {
		return errors.New("too large to read")
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for index := 0; ; {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			repo.ParseErrors = append(repo.ParseErrors, model.ParseError{
				Location: model.Location{File: sanitize.Path(name), Document: index}, Message: sanitize.Line(err.Error(), 0),
			})
			return nil
		}
		if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
			continue
		}
		location := model.Location{File: sanitize.Path(name), Line: document.Content[0].Line, Document: index}
		index++
		readDocument(repo, location, document.Content[0])
	}
}

func readDocument(repo *model.Repository, location model.Location, node *yaml.Node) {
	var head struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string `yaml:"kind"`
		Metadata   struct {
			Name        string            `yaml:"name"`
			Namespace   string            `yaml:"namespace"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"metadata"`
	}
	if err := node.Decode(&head); err != nil || head.APIVersion == "" || head.Kind == "" {
		return
	}
	document := model.Document{
		Location: location, APIVersion: sanitize.Line(head.APIVersion, 0), Kind: sanitize.Line(head.Kind, 0),
		Namespace: sanitize.Line(head.Metadata.Namespace, 0), Name: sanitize.Line(head.Metadata.Name, 0), NameLine: nameLine(node),
	}
	repo.Documents = append(repo.Documents, document)
	if manifest, ok := readManifest(document, node, head.Metadata.Labels, head.Metadata.Annotations); ok {
		repo.Manifests = append(repo.Manifests, manifest)
	}
	if kind, ok := fluxkind.Lookup(document.ID().Group, document.Kind); ok {
		object := &model.Object{
			ID: document.ID(), APIVersion: document.APIVersion, Origin: model.FromRepository, Location: location, Lines: fieldLines(node),
			Labels: head.Metadata.Labels, Annotations: head.Metadata.Annotations,
		}
		if i := slices.IndexFunc(node.Content, func(n *yaml.Node) bool { return n.Value == "spec" }); i >= 0 && i+1 < len(node.Content) {
			object.RawSpec, _ = nodeJSON(node.Content[i+1])
		}
		object.Spec, _ = kind.Decode(object.RawSpec)
		repo.Objects = append(repo.Objects, object)
	}
}
