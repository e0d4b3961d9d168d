#!/bin/sh
# Drives the fake Jira with the jira package from PyPI, which knows nothing of guajira or of the fake's source. Then the program's
# signatures are verified by oauthlib from PyPI.
# Needs cargo, python3 with venv, and a package index. Usage: tests/independent/run.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=${GUAJIRA_VENV:-"${TMPDIR:-/tmp}/guajira-independent-venv"}

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import jira, sys; sys.exit(not jira.__version__.startswith("3.10."))' 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'jira==3.10.*'
"$venv/bin/python" -c 'import oauthlib, jwt, cryptography, sys; sys.exit(not oauthlib.__version__.startswith("4.0."))' 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'oauthlib==4.0.*' pyjwt cryptography

cd "$root"
cargo build --quiet --locked -p guajira --bin guajira
"$venv/bin/python" "$here/verify_oauth.py" "${CARGO_TARGET_DIR:-target}/debug/guajira"
cargo build --quiet --locked -p guajira-fakes --bin fake-servers
lines=$(mktemp)
"${CARGO_TARGET_DIR:-target}/debug/fake-servers" >"$lines" &
servers=$!
trap 'kill "$servers" 2>/dev/null || true; rm -f "$lines"' EXIT INT TERM

tries=0
until [ "$(wc -l <"$lines")" -ge 3 ]; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || { echo "fake-servers did not start" >&2; exit 1; }
    sleep 0.05
done

"$venv/bin/python" "$here/drive_jira.py" "$lines"
