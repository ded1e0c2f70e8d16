#!/usr/bin/env bash
# Random clients against a `pointsman up` that is killed every few seconds (Tests/Soak), in a network namespace of its
# own. Needs root. Usage: scripts/soak.sh [SECONDS [SEED]]        CONFIGURATION=debug: the debug build
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600} seed=${2:-0} configuration=${CONFIGURATION:-release} scratch=${SCRATCH:-.build}

if [ "$(id -u)" != 0 ]; then
    echo "soak: needs root, for a network namespace of its own" >&2
    exit 1
fi
if [ -z "${SKIP_BUILD:-}" ]; then
    for product in pointsman SoakDriver; do
        swift build -c "$configuration" --scratch-path "$scratch" --product "$product" 2>&1 | tail -n 1
    done
fi
directory=$(mktemp -d /var/tmp/pointsman-soak-XXXXXX)
trap 'rm -rf "$directory"' EXIT
ulimit -n "$(ulimit -Hn)"
built=$PWD/$scratch/$configuration
unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
    "$built/SoakDriver" --binary "$built/pointsman" --directory "$directory" \
    --seconds "$seconds" --seed "$seed"
