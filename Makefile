# sse-worker. One line per verb; the work is in CMakeLists.txt and deploy/local/.
PRESET ?= release
PORT ?= 8080
PREFIX ?= /usr
BUILD := build$(addprefix /,$(filter-out release,$(PRESET)))
export PRESET PORT BUILD

# The kinds of tests are labels of ctest; tests/CMakeLists.txt says which programs a kind needs, deploy/local/packages which packages.
KINDS := unit integration clients front-ends deploy browser drill
NODE_MODULES := tests/node_modules/.package-lock.json

.NOTPARALLEL:
.PHONY: help build build-tests run run-check test $(KINDS:%=test-%) bench drill soak fuzz lint format install deb clean

help: ## this list
	@sed -n "s/^\([a-z-]*\):[^#]*## /  make \1\t/p" Makefile | expand -t 21
	@printf '  make test-KIND     tests of one kind: %s\n' '$(KINDS)'

build: packages-build ## the worker, build/sse-worker; PRESET=release, dev (build/dev), asan or tsan
	deploy/local/build sse-worker

build-tests: packages-build packages-build-tests ## the worker and everything that tests and measures it
	deploy/local/build all

run: packages-run run-check build ## nginx, the worker and a feed in the foreground; PORT=8080 FEED=off CONFIG=FILE SERVER=FILE
	@deploy/local/run

test: packages-test $(NODE_MODULES) build-tests ## every test; PRESET as above
	ctest --preset $(PRESET)

$(KINDS:%=test-%): test-%: packages-% packages-build packages-build-tests
	deploy/local/build tests-$*
	ctest --preset $(PRESET) -L '^$*$$'

test-integration test-clients test-browser: $(NODE_MODULES)

bench: packages-bench $(NODE_MODULES) build-tests ## beside Nchan, Node and others; tables and charts
	tests/bench/run

drill: packages-drill packages-build packages-build-tests ## kills, fills disks, cuts lines; a table of what was lost
	deploy/local/build tests-drill
	tests/drill/run

soak: packages-drill packages-build packages-build-tests ## half load for an hour: memory, descriptors and p99 stay flat; SECONDS=3600
	deploy/local/build tests-drill
	SOAK_SECONDS=$(or $(SECONDS),3600) tests/soak/run

fuzz: packages-build packages-fuzz ## hostile bytes for every parser, with libFuzzer; SECONDS=60 each, PARSER=fcgi for one, SANITIZERS=off
	FUZZ_SECONDS=$(or $(SECONDS),60) tests/fuzz/run

lint: packages-lint $(NODE_MODULES) build-tests ## clang-format, eslint, shellcheck, clang-tidy
	deploy/local/lint

format: packages-lint $(NODE_MODULES) ## rewrites C++ and JavaScript in the house style
	deploy/local/lint format

install: $(BUILD)/sse-worker ## PREFIX=/usr DESTDIR=
	DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix $(PREFIX) --strip

deb: packages-build packages-deb ## Debian packages, in build/deb; no root
	deploy/local/deb

clean: ## removes all that was made
	rm -rf build .run tests/node_modules

# What would stop `make run` only after it has compiled.
run-check:
	@deploy/local/run --check

packages-%:
	@deploy/local/packages $*

$(NODE_MODULES): tests/package-lock.json | packages-node
	cd tests && npm ci --no-audit --no-fund

$(BUILD)/sse-worker:
	$(MAKE) build
