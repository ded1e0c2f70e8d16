#!/usr/bin/env bash
# Builds and runs every test. A test that this machine cannot run says which capability is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
swift test --skip-build
