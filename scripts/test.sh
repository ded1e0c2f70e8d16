#!/usr/bin/env bash
# Builds and runs every test. A test that this machine cannot run says which capability is missing.
#
# Tests that talk to sockets, processes and clocks run one after the other: on two cores they would wait for the
# tests that compute, and time out.
set -euo pipefail
cd "$(dirname "$0")/.."

io='^(APIServerTests|DNSServerTests|DataPlanesTests|EndToEndTests|LinuxTests|NetworkLabTests|PodsTests|ProbingTests|StorageTests)\.'

echo "building (the first time takes some minutes) …"
swift build --build-tests
swift test --skip-build --skip "$io"
swift test --skip-build --no-parallel --filter "$io"
echo "conformance …"
CONFORMANCE_BUILT=1 scripts/conformance.sh
