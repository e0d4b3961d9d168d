#!/usr/bin/env bash
# Shows the replies to a headless browser: writes target/oracles/page.html, to be opened by a person, and a picture of it,
# and looks for scripts, handlers, requests and words that are not there. Needs Python 3 and Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p target/oracles
cargo run --locked --quiet --example text_page > target/oracles/page.html
python3 tests/oracles/page.py target/oracles/page.html target/oracles/page.png
