# The image of releases, built by goreleaser from the programs that it has made: TARGETPLATFORM is the folder of one of them.
#
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/repo:ro" ghcr.io/fluxctx/kubectl-fluxctx --no-cluster
#
# The user is that of the files, since Git does not read the work tree of somebody else.
FROM alpine:3.23.4@sha256:5b10f432ef3da1b8d4c7eb6c487f2f5a8f096bc91145e68878dd4a5019afde11

# The scan asks git for the state of the clone.
RUN apk add --no-cache ca-certificates git

ARG TARGETPLATFORM
COPY $TARGETPLATFORM/kubectl-fluxctx /usr/local/bin/kubectl-fluxctx
COPY LICENSE /usr/share/licenses/kubectl-fluxctx/LICENSE

# Caches and session files of a user without a home.
ENV HOME=/tmp
WORKDIR /repo
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/kubectl-fluxctx"]
