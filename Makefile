# Two commands do everything: `make serve` runs the service, `make test` passes the tests.
SHELL := /bin/bash
CONFIGURATION := release
BUILD := swift build -c $(CONFIGURATION) --explicit-target-dependency-import-check error

.PHONY: serve test build dependencies lint
serve: build
	@exec .build/$(CONFIGURATION)/cinegrad serve

build: dependencies
	@echo "==> Building cinegrad ($(CONFIGURATION))"
	@$(BUILD) --product cinegrad

test: dependencies
	@echo "==> Building cinegrad and its tests ($(CONFIGURATION))"
	@$(BUILD) --build-tests
	@echo "==> Running the tests"
	@swift test -c $(CONFIGURATION) --skip-build

dependencies:
	@bash Docker/install-dependencies.sh

lint:
	@swift format lint --strict --recursive Sources Tests Package.swift
