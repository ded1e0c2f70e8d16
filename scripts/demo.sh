#!/usr/bin/env bash
# The main job on real input: applies examples/ with kubectl, runs servers as Pods, sends requests to every kind of
# Service address and checks the answers. Ends by itself; KEEP=1 leaves everything up.
# Usage: scripts/demo.sh PATH-TO-POINTSMAN
set -euo pipefail
cd "$(dirname "$0")/.."

pointsman=$(realpath "$1")
state=$(mktemp -d "${TMPDIR:-/tmp}/pointsman-demo.XXXXXX")
up= runners=()
privileged=no
[ "$(id -u)" = 0 ] && privileged=yes

bold() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { # print a command, then run it
    printf '$ %s\n' "$*"
    "$@"
}
fail() {
    printf '\nFAILED: %s\n' "$*" >&2
    printf -- '--- the last lines of pointsman up:\n' >&2
    tail -n 20 "$state/up.log" >&2 || true
    exit 1
}
finish() {
    local status=$?
    trap - EXIT
    if [ "${KEEP:-}" = 1 ] && [ $status = 0 ]; then
        bold "Left up (KEEP=1). Stop it with: kill ${runners[*]} $up"
        echo "export KUBECONFIG=$state/data/kubeconfig"
        exit 0
    fi
    [ ${#runners[@]} = 0 ] || kill "${runners[@]}" 2>/dev/null || true
    [ ${#runners[@]} = 0 ] || wait "${runners[@]}" 2>/dev/null || true
    [ -z "$up" ] || { kill "$up" 2>/dev/null && wait "$up" 2>/dev/null; } || true
    # The kernel would go on forwarding.
    [ $privileged = no ] || "$pointsman" cleanup --data-dir "$state/data" >/dev/null || true
    rm -rf "$state"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

until_true() { # until_true SECONDS WHAT COMMAND…: waits for a command to succeed
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || fail "$what did not happen in time"
        kill -0 "$up" 2>/dev/null || fail "pointsman up ended"
        sleep 0.1
    done
}
get() { kubectl get "$@"; }
ready_pods() { # ready_pods SERVICE COUNT
    local ready
    ready=$(get endpointslices -l "kubernetes.io/service-name=$1" -o \
        jsonpath='{range .items[*].endpoints[*]}{.conditions.ready}{"\n"}{end}' | grep -c true)
    [ "$ready" = "$2" ]
}
run_pods() { # run_pods NAME LABEL REPLICAS PORT SERVER
    "$pointsman" run --name "$1" -l "app=$2" --replicas "$3" --port "$4" --ready "tcp:$4" -- \
        /usr/bin/python3 "$PWD/examples/servers/$5" "$4" >"$state/$1.log" 2>&1 &
    runners+=($!)
}
ask() { curl --silent --fail --show-error --max-time 5 "http://$1/"; }

bold "1. pointsman up"
"$pointsman" up --data-dir "$state/data" --listen "${LISTEN:-127.0.0.1:6443}" >"$state/up.log" 2>&1 &
up=$!
until_true 30 "pointsman up" grep -q 'export KUBECONFIG=' "$state/up.log"
grep 'export KUBECONFIG=' "$state/up.log"
export KUBECONFIG=$state/data/kubeconfig
show kubectl get services --all-namespaces

bold "2. kubectl apply: the textbook Services"
show kubectl apply -f examples/

bold "3. Local processes become Pods"
echo "\$ pointsman run --name my-app -l app=my-app --replicas 3 --port 8080 --ready tcp:8080 -- whoami.py 8080"
run_pods my-app my-app 3 8080 whoami.py
run_pods web-server web-server 2 8080 whoami.py
run_pods database database 1 3306 database.py
until_true 30 "three Pods of my-app" ready_pods my-nodeport-service 3
until_true 30 "two Pods of web-server" ready_pods my-web-server 2
until_true 30 "a Pod of database" ready_pods my-database 1
show kubectl get pods -o wide
show kubectl get endpointslices
show kubectl get services

bold "4. Three kinds of address"
cluster_ip=$(get service my-nodeport-service -o jsonpath='{.spec.clusterIP}')
node_ip=$(get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}' | cut -d' ' -f1)
pod_ip=$(get pods -l app=my-app -o jsonpath='{.items[0].status.podIP}')
echo "Service IP  $cluster_ip   stays while Pods come and go"
echo "Pod IP      $pod_ip   one Pod's own"
echo "Node IP     ${node_ip:-127.0.0.1}   this host's"

if [ $privileged = yes ]; then app=$cluster_ip:80; else app=127.0.0.1:30000; fi
echo
echo "through the Pod IP:      $(ask "$pod_ip:8080")"
echo "through the Node IP:     $(ask "${node_ip:-127.0.0.1}:30000")   (NodePort 30000)"
if [ $privileged = yes ]; then
    load_balancer_ip=$(get service my-web-server -o jsonpath='{.status.loadBalancer.ingress[0].ip}')
    echo "through the Service IP:  $(ask "$cluster_ip:80")"
    echo "through the LoadBalancer $load_balancer_ip: $(ask "$load_balancer_ip:80")"
else
    echo "port 80 of a Service IP needs privilege; the Service says so:"
    show kubectl get events --field-selector involvedObject.name=my-web-server
fi

bold "5. How 300 requests spread over the Pods"
for _ in $(seq 300); do ask "$app"; done | sort | uniq -c
answers=$(for _ in $(seq 60); do ask "$app"; done | sort -u | wc -l)
[ "$answers" = 3 ] || fail "60 requests reached $answers Pods instead of 3"

bold "6. A Pod goes while requests go on"
(
    failures=0 requests=0
    while [ ! -e "$state/stop" ]; do
        requests=$((requests + 1))
        ask "$app" >/dev/null || failures=$((failures + 1))
    done
    echo "$requests $failures" >"$state/result"
) &
load=$!
victim=$(get pods -l app=my-app -o jsonpath='{.items[0].metadata.name}')
show kubectl delete pod "$victim"
until_true 20 "the endpoint's end" bash -c "! kubectl get endpointslices -o yaml | grep -q 'name: $victim'"
until_true 30 "a new Pod in its place" ready_pods my-nodeport-service 3
touch "$state/stop"
wait $load
read -r requests failures <"$state/result"
echo "$requests requests meanwhile, $failures failed; the endpoint of $victim is gone, a new Pod has taken its place"
[ "$failures" = 0 ] || fail "$failures requests failed"

bold "7. Session affinity: one client, one Pod"
if [ $privileged = yes ]; then
    session_ip=$(get service my-session-service -o jsonpath='{.spec.clusterIP}')
    for _ in $(seq 20); do ask "$session_ip:80"; done | sort | uniq -c
    pods=$(for _ in $(seq 20); do ask "$session_ip:80"; done | sort -u | wc -l)
    [ "$pods" = 1 ] || fail "20 requests reached $pods Pods instead of 1"
else
    kubectl patch service my-nodeport-service -p '{"spec":{"sessionAffinity":"ClientIP"}}'
    sleep 0.5
    for _ in $(seq 20); do ask "$app"; done | sort | uniq -c
fi

bold "8. DNS"
dns=$(sed -n 's/.*DNS \([0-9.]*\):\([0-9]*\).*/\1 \2/p' "$state/up.log" | head -1)
[ -n "$dns" ] || fail "pointsman up did not say where DNS is"
dig_at() { dig +noall +answer +time=2 +tries=2 "@${dns% *}" -p "${dns#* }" "$@"; }
for name in my-database my-nodeport-service; do echo "\$ dig $name"; dig_at "$name.default.svc.cluster.local" A; done
echo "\$ dig my-external-service.default.svc.cluster.local CNAME"
dig_at my-external-service.default.svc.cluster.local CNAME
dig_at my-external-service.default.svc.cluster.local CNAME | grep -q 'CNAME.my-external-service.example.com.' ||
    fail "no CNAME"

bold "9. The database by its Service"
database=$(get service my-database -o jsonpath='{.spec.clusterIP}')
exec 3<>"/dev/tcp/$database/3306"
printf 'SET greeting hello from the demo\nGET greeting\nQUIT\n' >&3
cat <&3
exec 3>&-

bold "Done: everything answered as it should."
