#!/usr/bin/env bash
# Drives a built binary with the official MCP client and checks its answers against the published schemas.
# Usage: Tests/Interop/run.sh [BINARY]        default: .build/debug/tandem
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-.build/debug/tandem}")
if [[ ! -x $binary ]]; then
    echo "run.sh: $binary is not there; build it first with: swift build" >&2
    exit 2
fi
scripts/interop-venv

passed=0 failed=0 status=0
for script in interop transcript; do
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
