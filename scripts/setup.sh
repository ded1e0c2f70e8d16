#!/usr/bin/env bash
# Installs with apt what building, the demo and the tests need and this machine lacks. Says what it does; does nothing
# where nothing is missing. Usage: scripts/setup.sh [bench]
set -euo pipefail
cd "$(dirname "$0")/.."

tools=.build-tools

if ! command -v swift >/dev/null; then
    echo "setup: no Swift toolchain on the PATH; install Swift 6.2 or newer from https://www.swift.org/install/linux/" >&2
    exit 1
fi

missing=()
need() { # need PACKAGE COMMAND-OR-FILE
    command -v "$2" >/dev/null || [ -e "$2" ] || missing+=("$1")
}
need libsqlite3-dev /usr/include/sqlite3.h
need zlib1g-dev /usr/include/zlib.h
need iproute2 ip
need bind9-dnsutils dig
need curl curl
need python3 /usr/bin/python3
need util-linux setpriv
command -v kubectl >/dev/null || missing+=(kubernetes-client)
if [ "${1:-}" = test ]; then
    need python3-kubernetes /usr/lib/python3/dist-packages/kubernetes/__init__.py
    need nftables /usr/sbin/nft
fi
if [ "${1:-}" = bench ]; then
    need haproxy haproxy
fi

apt() {
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive apt-get "$@"
    elif command -v sudo >/dev/null; then
        sudo DEBIAN_FRONTEND=noninteractive apt-get "$@"
    else
        echo "setup: run as root, or install sudo: apt-get $*" >&2
        exit 1
    fi
}

if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}"
    apt update -qq
    # Nothing that is installed here is to be started as a system service.
    apt install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The tests run every kubectl there is: the one on the PATH, and Debian 12's 1.20 unpacked beside it.
if [ "${1:-}" = test ] && [ ! -x $tools/kubectl-debian/usr/bin/kubectl ]; then
    echo "setup: unpacking Debian's kubectl into $tools"
    mkdir -p $tools/kubectl-debian
    if (cd $tools && { apt-get download -qq kubernetes-client 2>/dev/null ||
        { apt update -qq && apt-get download -qq kubernetes-client; }; }); then
        dpkg -x $tools/kubernetes-client_*.deb $tools/kubectl-debian
    else
        echo "setup: Debian's kubernetes-client cannot be had; only the kubectl on the PATH is tested"
    fi
fi
