module github.com/fluxctx/kubectl-fluxctx

go 1.26.0
