#!/usr/bin/env bash
# Runs the benchmarks in release mode, one after the other. Usage: scripts/bench.sh [API|Controllers|DNS|JSON|NFTables|Relay …]
set -euo pipefail
cd "$(dirname "$0")/.."

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(JSON DNS Controllers API Relay NFTables)
echo "machine: $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), Linux $(uname -r)"
for name in "${names[@]}"; do
    printf '\n== %s\n' "$name"
    if [ -x "Benchmarks/${name,,}.sh" ]; then
        "Benchmarks/${name,,}.sh"
    else
        swift build -c release --product "Benchmark$name" 2>&1 | tail -n 1
        ".build/release/Benchmark$name"
    fi
done
