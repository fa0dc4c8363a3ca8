# Two commands do everything: `make serve` runs the service, `make test` passes the tests.
# Both install the Debian packages that are missing. One configuration is built, once: release.
SHELL := /bin/bash
HOST ?= 127.0.0.1
PORT ?= 8080
DATA ?=
# Tests that run at the same time. Left to itself, swift test starts all at once, and those that wait for a server or a
# child process then wait for minutes behind the rest.
TESTS_AT_ONCE ?= 4
# The commit, for the provenance of results; given from outside where there is no repository.
BUILD_REVISION ?= $(shell git rev-parse HEAD 2>/dev/null)$(shell git diff --quiet HEAD 2>/dev/null || echo -modified)
BUILD := BUILD_REVISION=$(BUILD_REVISION) swift build -c release --explicit-target-dependency-import-check error

PREFIX ?= /usr/local
DESTDIR ?=
ETC ?= /etc
UNITS ?= $(ETC)/systemd/system
SYSUSERS ?= $(ETC)/sysusers.d
BINARY ?= .build/release/cinegrad

.PHONY: help serve test build install install-files dependencies lint fuzz bench bench-peers clean

help:
	@echo "make serve         build cinegrad and serve it on http://$(HOST):$(PORT) (HOST=, PORT=, DATA=directory)"
	@echo "make test          build everything and pass every test"
	@echo "make install       build cinegrad and install it with its systemd unit (PREFIX=/usr/local, DESTDIR=)"
	@echo "make dependencies  install the Debian packages that a build needs"
	@echo "make bench         measure time and memory of forward passes, gradients, SmoothGrad and flow"
	@echo "make bench-peers   the same beside PyTorch, Captum, ONNX Runtime and OpenCV (installs them in .build)"
	@echo "make lint          check the formatting of the Swift sources"
	@echo "make fuzz          throw mutated bytes at the readers of checkpoints and requests (FUZZ_SECONDS=60 for each)"

serve: build
	@exec .build/release/cinegrad serve --host $(HOST) --port $(PORT) $(if $(DATA),--data-directory '$(DATA)')

build: dependencies
	@echo "==> Building cinegrad (the first build takes a few minutes)"
	@$(BUILD) --product cinegrad

test: dependencies
	@echo "==> Building cinegrad and its tests (the first build takes a few minutes)"
	@$(BUILD) --build-tests
	@echo "==> Running the tests"
	@set -o pipefail; .build/release/cinegradPackageTests.xctest --testing-library swift-testing \
	    --experimental-maximum-parallelization-width $(TESTS_AT_ONCE) 2>&1 | tee .build/tests.log \
	    || { echo "==> What failed (all of it: .build/tests.log)"; grep -aE 'recorded an issue' .build/tests.log | cut -c1-700; exit 1; }

# For systems that run it as a service; docs/operations.md goes on from here. The binary needs no Swift toolchain.
install: dependencies
	@echo "==> Building cinegrad (the first build takes a few minutes)"
	@$(BUILD) --product cinegrad --static-swift-stdlib
	@$(MAKE) --no-print-directory install-files

# What install puts in place, from a binary that is there. A configuration that is there stays as it is.
install-files:
	install -D -m 0755 '$(BINARY)' '$(DESTDIR)$(PREFIX)/bin/cinegrad'
	install -d -m 0755 '$(DESTDIR)$(UNITS)' '$(DESTDIR)$(SYSUSERS)' '$(DESTDIR)$(ETC)/cinegrad'
	sed 's|/usr/local|$(PREFIX)|g; s|\([ =]\)/etc/|\1$(ETC)/|g' Config/systemd/cinegrad.service > '$(DESTDIR)$(UNITS)/cinegrad.service'
	install -m 0644 Config/systemd/cinegrad.sysusers '$(DESTDIR)$(SYSUSERS)/cinegrad.conf'
	install -D -m 0644 -t '$(DESTDIR)$(PREFIX)/share/doc/cinegrad' README.md openapi.yaml Config/cinegrad.yaml docs/*.md
	test -e '$(DESTDIR)$(ETC)/cinegrad/cinegrad.yaml' || \
	    sed 's|^  # directory: /var/lib/cinegrad|  directory: /var/lib/cinegrad|' Config/cinegrad.yaml \
	    > '$(DESTDIR)$(ETC)/cinegrad/cinegrad.yaml'
	chmod 0644 '$(DESTDIR)$(UNITS)/cinegrad.service' '$(DESTDIR)$(ETC)/cinegrad/cinegrad.yaml'

dependencies:
	@bash Docker/check-toolchain.sh
	@bash Docker/install-dependencies.sh

lint:
	@bash Docker/check-toolchain.sh
	@echo "==> Checking the formatting"
	@swift format lint --strict --recursive Sources Tests Fuzz Package.swift

fuzz: dependencies
	@bash Fuzz/run.sh

bench: dependencies
	@$(BUILD) --product bench
	@python3 Benchmarks/compare.py --bench .build/release/bench

bench-peers: dependencies
	@$(BUILD) --product bench
	@test -d .build/bench-peers || { echo "==> Installing the peers"; python3 -m venv .build/bench-peers \
	    && .build/bench-peers/bin/pip install -q -r Benchmarks/requirements.txt; }
	@python3 Benchmarks/compare.py --bench .build/release/bench --python .build/bench-peers/bin/python
	@.build/bench-peers/bin/python Benchmarks/onnx_networks.py --bench .build/release/bench --only vit_tubelet x3d
	@python3 Benchmarks/scaling.py --bench .build/release/bench

clean:
	@swift package clean
