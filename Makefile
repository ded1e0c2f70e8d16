# `make demo` and `make test` do all set-up themselves; the other targets expect it to be done (`make setup`).
SWIFT ?= swift
PREFIX ?= /usr/local
BINARY := .build/release/pointsman

.PHONY: help setup build demo test conformance lint bench soak failover install clean

help:
	@echo "make demo      build, apply the examples with kubectl, send real requests"
	@echo "make test      set up and run every test"
	@echo "make conformance [CASES=folder]"
	@echo "               only the cases of Tests/Conformance (or of another folder), against the real server"
	@echo "make build     a release build: $(BINARY)"
	@echo "make bench     the benchmarks, each beside a peer or the bare kernel"
	@echo "make soak      ten minutes of random clients, the server killed every few seconds"
	@echo "make failover  2,000 connections a second while endpoints change and the server is killed"
	@echo "make install   copy the binary to $(PREFIX)/bin"
	@echo "make lint      check the format"

setup:
	@scripts/setup.sh

build: setup
	@echo "building (the first time takes some minutes) …"
	@$(SWIFT) build -c release --product pointsman

demo: setup
	@echo "building (the first time takes some minutes) …"
	@$(SWIFT) build --product pointsman
	@scripts/demo.sh .build/debug/pointsman

test:
	@scripts/setup.sh test
	@scripts/test.sh

conformance:
	@scripts/setup.sh
	@scripts/conformance.sh $(if $(CASES),--cases "$(CASES)")

lint:
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

bench:
	@scripts/setup.sh bench
	@scripts/bench.sh

soak: setup
	@scripts/soak.sh

failover: setup
	@scripts/failover.sh

install: build
	install -D -m 0755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/pointsman

clean:
	rm -rf .build .build-*
