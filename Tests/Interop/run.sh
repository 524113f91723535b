#!/usr/bin/env bash
# Drives a built binary from outside: with the official MCP client, with Appwrite's SDK, against the published schemas,
# and on MongoDB servers that are mistreated.
# Usage: Tests/Interop/run.sh [BINARY [SCRIPT...]]        default: .build/debug/tandem, every script
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-.build/debug/tandem}")
if [[ ! -x $binary ]]; then
    echo "run.sh: $binary is not there; build it first with: swift build" >&2
    exit 2
fi
scripts/interop-venv

scripts=("${@:2}")
if ((${#scripts[@]} == 0)); then
    scripts=(interop transcript events dry_run documents webhooks planted processes_killed sdk browser http_document openapi openapi_fuzz realtime http2 metrics traces doctor certificates network_time)
    for path in Tests/Interop/mongodb_*.py; do scripts+=("$(basename "$path" .py)"); done
fi
# These start servers of their own, to take them away, so another server that is there already does not do.
if [[ ${scripts[*]} =~ mongodb_|processes_killed && -z ${TANDEM_TEST_MONGOD:-} ]]; then
    if [[ -z ${TANDEM_TEST_MONGODB_SKIPPED:-} ]] && mongod=$(scripts/mongodb fetch); then
        export TANDEM_TEST_MONGOD=$mongod
    else
        echo "mongodb: SKIPPED, the checks with servers that fail are left out, as there is no server" >&2
    fi
fi

passed=0 failed=0 status=0
for script in "${scripts[@]}"; do
    if [[ $script == mongodb_* && -z ${TANDEM_TEST_MONGOD:-} ]]; then continue; fi
    echo "== $script"
    log=$(mktemp)
    .venv/bin/python "Tests/Interop/$script.py" "$binary" 2>&1 | tee "$log" || status=1
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        echo "$script.py ended before its last check"
        failed=$((failed + 1)) status=1
    fi
    rm -f "$log"
done
echo "$passed passed, $failed failed"
exit "$status"
