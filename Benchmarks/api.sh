#!/bin/bash
# Measures the API of `pointsman up`: writes, watches, lists, memory. About a minute and a half. As root it runs in a
# network namespace of its own, so that the host's routes and ports stay as they are.
#
#   Benchmarks/api.sh [writes|watch|list|memory …]        SKIP_BUILD=1: measure what was built before
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=${SCRATCH:-.build}
if [ -z "${SKIP_BUILD:-}" ]; then
    for product in pointsman BenchmarkAPI; do
        swift build -c release --scratch-path "$scratch" --product "$product" 2>&1 | tail -1
    done
fi
run=("$scratch/release/BenchmarkAPI" --binary "$scratch/release/pointsman" "$@")
# The data plane has a socket for each Service and thread.
ulimit -n "$(ulimit -Hn)"
if [ "$(id -u)" = 0 ]; then
    exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "${run[@]}"
fi
exec "${run[@]}"
