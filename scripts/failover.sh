#!/usr/bin/env bash
# New connections through the nftables data plane while endpoints change and `pointsman up` is killed (Tests/Failover), in a
# network namespace of its own. Needs root. Usage: scripts/failover.sh [CHANGES [KILLS [SEED]]]
# CONFIGURATION=debug: the debug build; RATE: new connections a second
set -euo pipefail
cd "$(dirname "$0")/.."
changes=${1:-1000} kills=${2:-20} seed=${3:-0} rate=${RATE:-2000}
configuration=${CONFIGURATION:-release} scratch=${SCRATCH:-.build}

if [ "$(id -u)" != 0 ]; then
    echo "failover: needs root, for network namespaces of its own" >&2
    exit 1
fi
if [ -z "${SKIP_BUILD:-}" ]; then
    for product in pointsman FailoverDriver; do
        swift build -c "$configuration" --scratch-path "$scratch" --product "$product" 2>&1 | tail -n 1
    done
fi
directory=$(mktemp -d /var/tmp/pointsman-failover-XXXXXX)
trap 'rm -rf "$directory"' EXIT
ulimit -n "$(ulimit -Hn)"
built=$PWD/$scratch/$configuration
unshare --net "$built/FailoverDriver" --binary "$built/pointsman" --directory "$directory" \
    --rate "$rate" --changes "$changes" --kills "$kills" --seed "$seed"
