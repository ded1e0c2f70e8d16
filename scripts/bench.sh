#!/usr/bin/env bash
# Runs the benchmarks in release mode, one after the other. Usage: scripts/bench.sh [NAME…]
set -euo pipefail
cd "$(dirname "$0")/.."

names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(sed -n 's/.*name: "\(Benchmark[A-Za-z]*\)".*/\1/p' Package.swift)
echo "machine: $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), Linux $(uname -r)"
for name in "${names[@]}"; do
    swift build -c release --product "$name" 2>&1 | tail -n 1
    printf '\n== %s\n' "$name"
    .build/release/"$name"
done
