#!/bin/sh
# Install the MCP server of Context7 from npm and print the path of its entry
# point, which the tests of pkg/docs take in FLUXCTX_CONTEXT7_MCP:
#
#	FLUXCTX_CONTEXT7_MCP=$(test/docs/context7.sh) go test ./pkg/docs -run RealServer
#
# The folder is the first argument, or one below the user's cache folder.
set -eu
version=4.1.1
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-fluxctx-test/context7-mcp-$version}
entry=$dir/node_modules/@upstash/context7-mcp/dist/index.js
if [ ! -f "$entry" ]; then
	mkdir -p "$dir"
	npm install --prefix "$dir" --ignore-scripts --no-audit --no-fund "@upstash/context7-mcp@$version" >&2
fi
echo "$entry"
