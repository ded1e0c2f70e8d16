#!/bin/bash
# Measures the nftables data plane: cold start, one change, memory, new connections, least connections; each beside its
# peer in the same run, in network namespaces of its own. Needs root and nft. About five minutes.
#
#   Benchmarks/nftables.sh [PART [NUMBER …]]      SKIP_BUILD=1: measure what was built before
set -euo pipefail
cd "$(dirname "$0")/.."
command -v nft > /dev/null || { echo "nft is missing: apt-get install nftables"; exit 1; }
[ "$(id -u)" = 0 ] || { echo "the kernel's rules belong to root"; exit 1; }
[ -n "${SKIP_BUILD:-}" ] || POINTSMAN_TARGETS=BenchmarkNFTables swift build -c release --product BenchmarkNFTables 2>&1 | tail -1

measure() { unshare --net --mount .build/release/BenchmarkNFTables "$@"; }
echo "$(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), Linux $(uname -r), $(nft --version)"
if [ $# -gt 0 ]; then
    measure "$@"
else
    for part in cold change memory connections least-connections; do measure "$part"; done
fi
