#!/usr/bin/env bash
# `make build` and the Debian package compile all files of a room in one piece (SSE_WORKER_QUICK). Names that clash only there are
# found here. Without optimising, which takes half of the time; and in a folder that stays, so that the next run compiles what has changed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

folder=${BUILD:-$root/build}/quick

configure() {
  cmake --fresh -S "$root" -B "$folder" -G Ninja -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS='-O0 -g0' -D CMAKE_CXX_FLAGS_DEBUG= \
    -D BUILD_TESTING=OFF -D SSE_WORKER_QUICK=ON
}

check 'it is configured' configure
check 'the rooms compile in one piece each' cmake --build "$folder" --target sse-worker
check 'the worker starts' "$folder/sse-worker" --version
finish
