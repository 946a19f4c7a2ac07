#!/bin/sh
# Install the MCP server of Context7 from npm, once for each version, and print
# the path of its entry point, which the tests of pkg/docs take in
# FLUXCTX_CONTEXT7_MCP:
#
#	FLUXCTX_CONTEXT7_MCP=$(test/docs/context7.sh) go test ./pkg/docs -run RealServer
#
# The folder is the first argument, or one below the user's cache folder.
set -eu
version=4.1.1
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/fluxctx-test/context7-mcp-$version}
if [ ! -d "$dir" ]; then
	# A folder with this name is complete: it appears when all is installed.
	new=$dir.$$
	trap 'rm -rf "$new"' EXIT
	mkdir -p "$new"
	npm install --prefix "$new" --ignore-scripts --no-audit --no-fund --loglevel=error "@upstash/context7-mcp@$version" >&2
	[ -d "$dir" ] || mv "$new" "$dir"
fi
echo "$dir/node_modules/@upstash/context7-mcp/dist/index.js"
