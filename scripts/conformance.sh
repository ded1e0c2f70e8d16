#!/usr/bin/env bash
# Runs the conformance cases against the built binary, in a network of their own. Options go to the runner:
#   scripts/conformance.sh [--cases FOLDER] [--only ID-PREFIX] [--verbose]
# Without root a user namespace gives the privilege that the server's networks need.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

if [ "${CONFORMANCE_BUILT:-}" != 1 ]; then
    (cd "$root" && swift build --product pointsman && swift build --product conformance) || exit 2
fi

how=(--net)
[ "$(id -u)" = 0 ] || how=(--user --map-root-user --net --mount)
if ! unshare "${how[@]}" true 2>/dev/null; then
    echo "conformance: this machine allows no network namespace: run as root, or allow user namespaces" >&2
    exit 2
fi

# A node address that leads nowhere: a veth pair whose other end is in the namespace, too.
exec unshare "${how[@]}" sh -euc '
    ip link set lo up
    ip link add node0 type veth peer name node1
    ip link set node0 up
    ip link set node1 up
    ip address add 192.0.2.10/24 dev node0
    ip -6 address add 2001:db8:1::10/64 dev node0 nodad 2>/dev/null || true
    ip route add default via 192.0.2.1
    exec "$@"' sh "$root/.build/debug/conformance" "$@"
