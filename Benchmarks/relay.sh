#!/bin/bash
# Measures the userspace data plane against HAProxy in TCP mode: one machine, one run, loopback only, the two
# alternating. Prints medians and ratios. About two minutes.
#
#   Benchmarks/relay.sh [ROUNDS [SECONDS]]        SKIP_BUILD=1: measure what was built before
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5} seconds=${2:-3} scratch=${SCRATCH:-.build/bench}
haproxy=$(command -v haproxy || echo /usr/sbin/haproxy)
[ -x "$haproxy" ] || { echo "haproxy is missing: apt-get install haproxy"; exit 1; }

[ -n "${SKIP_BUILD:-}" ] || POINTSMAN_TARGETS=BenchmarkRelay swift build -c release --scratch-path "$scratch" \
    --product BenchmarkRelay 2>&1 | tail -1
tool=$scratch/release/BenchmarkRelay
work=$(mktemp -d)
pids=()
finish() { kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
# A relayed connection is two descriptors; where the limit allows fewer than 10,000 of them, fewer are measured.
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
most=$((($(ulimit -n) - 400) / 2))
idle=$((most - 300 < 10000 ? most - 300 : 10000))

# Tuned as its documentation advises: a thread a core, splicing with large pipes, large enough limits.
cat > "$work/haproxy.cfg" <<CONFIG
global
    nbthread $(nproc)
    maxconn $most
    maxpipes 64
    tune.pipesize 1048576
defaults
    mode tcp
    option splice-auto
    option tcp-smart-accept
    option tcp-smart-connect
    timeout connect 3s
    timeout client 1h
    timeout server 1h
listen bench
    bind 127.80.0.1:9001
    server one 127.80.0.3:9000
CONFIG

"$tool" sink 127.80.0.3:9000 & pids+=($!)
sleep 0.3
"$haproxy" -db -f "$work/haproxy.cfg" > "$work/haproxy.log" 2>&1 & haproxy_pid=$!; pids+=($!)
"$tool" plane 127.80.0.2:9001 127.80.0.3:9000 & plane_pid=$!; pids+=($!)
sleep 1

declare -A pid=([haproxy]=$haproxy_pid [pointsman]=$plane_pid)
declare -A at=([haproxy]=127.80.0.1:9001 [pointsman]=127.80.0.2:9001)
# CPU of a process so far, in milliseconds.
cpu() { awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / tick }' "/proc/$1/stat"; }
descriptors() { ls "/proc/$1/fd" | wc -l; }
memory() { awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$1/status"; }

descriptors_before=$(descriptors "$plane_pid")
for ((round = 0; round < rounds; round++)); do
    order=(haproxy pointsman)
    ((round % 2)) && order=(pointsman haproxy)
    for who in "${order[@]}"; do
        before=$(cpu "${pid[$who]}")
        rate=$("$tool" rate "${at[$who]}" "$seconds" 64 | tail -1)
        used=$(echo "$(cpu "${pid[$who]}") $before" | awk '{ print $1 - $2 }')
        echo "$who rate $rate" >> "$work/results"
        echo "$used $rate $seconds" | awk -v who="$who" '{ print who, "us", $1 * 1000 / ($2 * $3) }' \
            >> "$work/results"
        for streams in 1 8; do
            before=$(cpu "${pid[$who]}")
            read -r speed gigabytes < <("$tool" stream "${at[$who]}" "$seconds" $streams)
            used=$(echo "$(cpu "${pid[$who]}") $before" | awk '{ print $1 - $2 }')
            echo "$who gbps$streams $speed" >> "$work/results"
            echo "$used $gigabytes" | awk -v key="$who cpu$streams" '{ print key, $1 / $2 }' \
                >> "$work/results"
        done
    done
done

for who in haproxy pointsman; do
    # Else its word would wait in a buffer.
    stdbuf -oL "$tool" idle "${at[$who]}" "$idle" 60 > "$work/idle" & load=$!; pids+=($load)
    for ((wait = 0; wait < 600; wait++)); do
        grep -q ready "$work/idle" && break
        sleep 0.1
    done
    grep -q ready "$work/idle" || { echo "$who: $idle idle connections did not come to stand"; exit 1; }
    echo "$who memory $(memory "${pid[$who]}")" >> "$work/results"
    kill $load 2>/dev/null || true; wait $load 2>/dev/null || true
    for ((wait = 0; wait < 100 && $(descriptors "${pid[$who]}") > 1000; wait++)); do sleep 0.1; done
done

median() { awk -v who="$1" -v key="$2" '$1 == who && $2 == key { print $3 }' "$work/results" \
    | sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
row() {
    awk -v name="$1" -v h="$(median haproxy "$2")" -v p="$(median pointsman "$2")" \
        'BEGIN { printf "%-44s %12.1f %12.1f %8.2f\n", name, h, p, p / h }'
}
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "$(nproc) cores, Linux $(uname -r), $("$haproxy" -v | head -1), medians of $rounds rounds"
printf '%-44s %12s %12s %8s\n' "" HAProxy Pointsman ratio
row "new connections a second" rate
row "CPU, microseconds a connection" us
row "1 stream, Gb/s" gbps1
row "8 streams, Gb/s" gbps8
row "1 stream, CPU milliseconds a GB" cpu1
row "8 streams, CPU milliseconds a GB" cpu8
row "resident MB with $idle idle connections" memory
# Pooled pipes stay: two descriptors each, few, as a stream has one only while bytes are in it.
echo "Pointsman's descriptors: $descriptors_before before, $(descriptors "$plane_pid") after"
