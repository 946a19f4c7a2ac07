package gitrepo

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

func repositoryProblem(code, message, hint string) model.Problem {
	return model.Problem{Source: "repository", Code: code, Message: message, Hint: hint}
}

// fileProblem is for a file that cannot be read.
func fileProblem(name string, err error) model.Problem {
	return repositoryProblem("FileUnreadable", sanitize.Path(name)+": "+reason(err), "check the permissions of the file")
}

// reason is an error without the path that the operating system adds to it.
func reason(err error) string {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return sanitize.Line(err.Error(), 0)
}

// sortProblems makes the order independent of what was read first.
func sortProblems(problems []model.Problem) {
	slices.SortFunc(problems, func(a, b model.Problem) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}
