# make test is what CI runs; make help lists the rest.
GO ?= go

.PHONY: help build test race bench demo lint release generate

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/kubectl-fluxctx
	$(GO) build -trimpath -o bin/kubectl-fluxctx ./cmd/kubectl-fluxctx

# The first build of the API server takes minutes, more than go test allows a
# package, so it comes before.
test: ## run every test, those on the real API server included
	$(GO) run -C test/cluster . build
	$(GO) test -timeout 20m ./...
	$(GO) test -C test/cluster -timeout 20m ./...

race: ## run the race detector over what is concurrent
	$(GO) test -race -timeout 30m ./pkg/cluster ./pkg/docs ./pkg/engine ./pkg/gitrepo ./pkg/render ./pkg/rules ./pkg/session ./pkg/ui

bench: ## print the benchmarks, each with its peer
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./pkg/... ./test/bench/...

demo: build ## start a real API server with a failing Flux and show it
	$(GO) run -C test/cluster . demo $(CURDIR)/bin/kubectl-fluxctx

lint: ## check format and code
	.ci/lint

release: ## build a snapshot release of the work tree and test it
	.ci/release

generate: ## write generated files again
	$(GO) generate ./...
	$(GO) test ./pkg/api/... -run Schema -update
	$(GO) test ./pkg/rules -run 'Examples|Pages|SchemaIsFresh' -update
	$(GO) test ./pkg/cmd -run 'Reference|Readme' -update
