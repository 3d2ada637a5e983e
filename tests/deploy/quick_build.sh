#!/usr/bin/env bash
# `make build` and the Debian package compile all files of a room in one piece (SSE_WORKER_QUICK). Names that clash only there are
# found here. Without optimising, which takes half of the time.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

configure() {
  cmake -S "$root" -B "$tmp/quick" -G Ninja -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS='-O0 -g0' -D CMAKE_CXX_FLAGS_DEBUG= \
    -D BUILD_TESTING=OFF -D SSE_WORKER_QUICK=ON
}

check 'it is configured' configure
check 'the rooms compile in one piece each' cmake --build "$tmp/quick" --target sse-worker
check 'the worker starts' "$tmp/quick/sse-worker" --version
finish
