# sse-worker. One line per verb; the work is in CMakeLists.txt and deploy/local/.
PRESET ?= release
PORT ?= 8080
PREFIX ?= /usr
BUILD := build$(addprefix /,$(filter-out release,$(PRESET)))
export PORT BUILD

.NOTPARALLEL:
.PHONY: help build run run-check test bench drill lint format install clean

help: ## this list
	@sed -n "s/^\([a-z]*\):[^#]*## /  make \1\t/p" Makefile | expand -t 17

build: packages-build ## the worker, build/sse-worker; PRESET=release, dev (build/dev), asan or tsan
	cmake --preset $(PRESET)
	cmake --build --preset $(PRESET)

run: packages-run run-check build ## nginx, the worker and a feed in the foreground; PORT=8080 FEED=off CONFIG=FILE
	@deploy/local/run

test: packages-test packages-front-ends packages-browser tests/node_modules/.package-lock.json build ## everything; PRESET as above
	ctest --preset $(PRESET)

bench: packages-bench tests/node_modules/.package-lock.json build ## beside Nchan, Node and others; tables and charts
	tests/bench/run

drill: packages-test build ## kills, fills disks, cuts lines; a table of what was lost
	tests/drill/run

lint: packages-lint build ## clang-format, shellcheck, clang-tidy
	deploy/local/lint

format: packages-lint ## rewrites the C++ sources in the house style
	deploy/local/lint format

install: $(BUILD)/sse-worker ## PREFIX=/usr DESTDIR=
	DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix $(PREFIX) --strip

clean: ## removes all that was made
	rm -rf build .run tests/node_modules

# What would stop `make run` only after it has compiled.
run-check:
	@deploy/local/run --check

packages-%:
	@deploy/local/packages $*

tests/node_modules/.package-lock.json: tests/package-lock.json
	cd tests && npm ci --no-audit --no-fund

$(BUILD)/sse-worker:
	$(MAKE) build
