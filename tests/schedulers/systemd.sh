#!/usr/bin/env bash
# Runs examples/systemd in a systemd of its own, against the sandbox: tests/schedulers/systemd.sh
#
# Needs root, Debian's systemd-container, curl and jq, and what `cargo build --locked` and `cargo build --locked --example sandbox` make. A
# container boots: its root is this machine's, under a layer in memory that goes with it. The install commands are those at the
# head of guajira.service, and the timer starts the service. Takes three minutes, since the timer waits for whole minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

# say WORDS : a step that went well.
say() { echo "ok: $*"; }
fail() { echo "failed: $*"; journalctl --no-pager -u guajira.service 2>/dev/null | tail -20; exit 1; }

# Inside, as root: $work has the addresses, sync.toml and the secrets.
inside() {
    . "$work/sandbox"
    cd "$work"
    # The two install lines of the unit, with the units beside sync.toml.
    cp "$source"/examples/systemd/guajira.{service,timer} .
    eval "$(sed -n 's/^#   \(install .*\)/\1/p; s/^#   \(cp .*\) && systemctl enable.*/\1/p' guajira.service)"
    open() {
        curl -fsS "$guance/api/v1/issue/add" -H "DF-API-KEY: $somebody" -H 'Content-Type: application/json' \
            -d "{\"name\": \"$1\", \"level\": \"system_level_1\", \"description\": \"<p>x</p>\", \"extend\": {}}" >/dev/null
    }
    # copies TITLE : how many Jira issues have that title.
    copies() {
        curl -fsS -u "$login" "$jira/rest/api/3/search/jql" -H 'Content-Type: application/json' \
            -d '{"jql": "project = OPS ORDER BY created DESC", "fields": ["summary"], "maxResults": 100}' |
            jq --arg title "$1" '[.issues[] | select(.fields.summary == $title)] | length'
    }
    # settings LINE... : what the service has besides. It tells its exit code, which systemd forgets when it unloads the unit.
    settings() {
        mkdir -p /etc/systemd/system/guajira.service.d
        printf '%s\n' '[Service]' 'ExecStopPost=/bin/sh -c "echo ended with $$EXIT_STATUS"' "$@" >/etc/systemd/system/guajira.service.d/try.conf
        systemctl daemon-reload
    }
    ended() { journalctl --no-pager -o cat -u guajira.service | sed -n 's/^ended with //p' | tail -1; }

    settings
    open first
    systemctl start guajira.service || fail "the service"
    [ "$(ended) $(copies first)" = "0 1" ] || fail "the first run: $(ended)"
    say "the service carried an issue as a user of its own: $(stat -c '%U %a' /var/lib/private/guajira/guajira.db)"

    # An administrator looks, as root and while the service's user is away, with the same state.
    (eval "$(sed -n '/^#   cd /,/ status$/s/^# *//p' guajira.service)") >status || fail "guajira status"
    systemctl start guajira.service || fail "the service after guajira status of root"
    [ "$(copies first)" = 1 ] || fail "a copy too many"
    say "root looked at the state, and the service still works with it"

    open second
    systemctl enable --quiet --now guajira.timer
    for _ in $(seq 75); do
        [ "$(copies second)" = 0 ] || break
        sleep 1
    done
    [ "$(copies second)" = 1 ] || fail "the timer"
    say "the timer started the service: $(journalctl --no-pager -u guajira.service | grep Starting | tail -1 | cut -c8-15)"
    systemctl disable --quiet --now guajira.timer

    # What waits is no failure; what is refused is one.
    settings Environment=GUAJIRA_SYNC__MAX_CREATES=1
    open third && open fourth && open fifth
    systemctl start guajira.service || fail "exit code 3"
    [ "$(ended)" = 3 ] || fail "exit code 3: $(ended)"
    say "exit code 3 is no failure, and the journal says: $(journalctl -o cat -u guajira.service | grep held | head -1)"
    echo wrong >/etc/guajira/jira.token
    ! systemctl start guajira.service 2>/dev/null || fail "a wrong token"
    [ "$(ended)" = 4 ] || fail "exit code 4: $(ended)"
    say "a wrong token is a failure"
    if journalctl --no-pager | grep -F "$(cat "$work/jira.token")"; then fail "the token is in the journal"; fi
    systemd-analyze security --no-pager guajira.service | tail -1
}

if [ "${1-}" = inside ]; then
    work=$2 source=$3
    (inside) >"$work/said" 2>&1 && touch "$work/well" || true
    exec systemctl --no-block poweroff
fi
[ "${1-}" = apart ] || exec unshare --mount "$0" apart

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; umount --lazy --recursive "$work/layer"; rm -rf "$work"' EXIT
sleep infinity | target/debug/examples/sandbox --serve >"$work/serve" &
for _ in $(seq 120); do grep -q '^guajira sync --since 2d' "$work/serve" && break || sleep 0.5; done
found() { sed -n "s#$1#\\1#p" "$work/serve" | head -1; }
config=$(found '^export GUAJIRA_CONFIG=\(.*\)')
cat >"$work/sandbox" <<END
guance='$(found '^curl .* \(http.*\)/api/v1/issue/add .*')'
jira='$(found '^curl .* \(http.*\)/rest/api/2/issue/.*')'
somebody='$(found ".*DF-API-KEY: \\(.*\\)' -H.*")'
login='$(found "^ *-u \\([^ ]*\\) .*")'
END
found '^export GUANCE_API_KEY=\([^ ]*\) .*' >"$work/guance.key"
found '^export GUANCE_API_KEY=.* JIRA_API_TOKEN=\(.*\)' >"$work/jira.token"
sed '/^api_key = /d; /^token = /d; /^state = /d' "$config" >"$work/sync.toml"

# The hierarchy of control groups that systemd wants, where this machine has another one.
[ -e /sys/fs/cgroup/cgroup.controllers ] || { umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; }
mkdir "$work/layer" && mount -t tmpfs none "$work/layer" && mkdir "$work"/layer/{over,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$work/layer/over,workdir=$work/layer/work" none "$work/layer/root"
root=$work/layer/root
echo uninitialized >"$root/etc/machine-id"
install -m 0755 target/debug/guajira "$root/usr/local/bin/guajira"
cat >"$root/etc/systemd/system/try.service" <<END
[Unit]
After=basic.target systemd-journald.service
[Service]
Type=oneshot
ExecStart=/bin/bash $PWD/tests/schedulers/systemd.sh inside $work $PWD
END
printf '[Unit]\nRequires=basic.target try.service\nAllowIsolate=yes\n' >"$root/etc/systemd/system/try.target"
# Nothing else of this machine starts.
rm -f "$root"/etc/systemd/system/*.wants/*
timeout --signal=KILL 300 systemd-nspawn --register=no --keep-unit --quiet --directory "$root" --bind "$work" --bind-ro "$PWD" \
    --boot --console=pipe systemd.unit=try.target </dev/null >"$work/console" 2>&1 || true
cat "$work/said" || tail -20 "$work/console"
[ -e "$work/well" ]
