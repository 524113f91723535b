# `make help` lists what there is. Packages that are missing are installed by scripts/install-packages.

PREFIX ?= /usr/local
DESTDIR ?=
# For how long `make soak` kills processes.
SECONDS ?= 600

binary := .build/release/tandem
release := swift build -c release --static-swift-stdlib

.DEFAULT_GOAL := help
.PHONY: help run test soak build install bench format clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build, then show a session with the MCP server on a store that is gone afterwards
	@scripts/install-packages run
	@$(release) --product tandem -Xlinker --strip-all >&2
	@scripts/demo $(binary)

# The test runner comes last, so that its closing line is the last one. Everything runs beside a MongoDB server.
test: ## build and run every test
	@scripts/install-packages test
	swift build --build-tests
	@scripts/mongodb run -- bash -euxc \
		'scripts/interop; scripts/readme-session --check .build/debug/tandem; SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 swift test'

soak: ## kill processes at random for SECONDS, 600 by default, and look for what was lost
	@scripts/install-packages test
	swift build
	@TANDEM_SOAK_SECONDS=$(SECONDS) Tests/Interop/run.sh .build/debug/tandem processes_killed

build: ## build the release binary, .build/release/tandem
	@scripts/install-packages build
	$(release) --product tandem -Xlinker --strip-all

install: build ## install the binary below PREFIX, which is /usr/local
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(binary) "$(DESTDIR)$(PREFIX)/bin/tandem"

bench: build ## measure the release binary
	TANDEM_BENCHMARKS=1 $(release) --product tandem-bench
	@scripts/install-packages bench
	@scripts/interop-venv
	@TANDEM_BENCH_PYTHON=.venv/bin/python scripts/mongodb run -- .build/release/tandem-bench "$(CURDIR)/$(binary)"

format: ## format the sources
	swift format --in-place --parallel --recursive Package.swift Sources Tests $(wildcard Benchmarks)

clean: ## remove what builds leave behind
	rm -rf .build
