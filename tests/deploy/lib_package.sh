# shellcheck shell=bash disable=SC2154
# The Debian packages, made of the programs of the build that holds SSE_WORKER. Sourced after lib.sh or lib_machine.sh.

# build_packages: leaves them in $tmp/deb. The debugging symbols, which would take minutes, are left out.
build_packages() {
  DEB_BUILD_OPTIONS=noautodbgsym SSE_WORKER_BUILT=$(dirname "$(realpath "${SSE_WORKER:-$root/build/sse-worker}")") \
    "$root/deploy/local/deb" "$tmp/deb"
}

# next_version FILE VERSION FOLDER [COMMAND...]: the same package as VERSION, in FOLDER, with what the command changes in its tree.
next_version() {
  local tree=$tmp/next
  rm -rf "$tree"
  dpkg-deb --raw-extract "$1" "$tree"
  sed -i "s/^Version: .*/Version: $2/; s/(>= [^)]*)$/(>= 0)/" "$tree/DEBIAN/control"
  if (($# > 3)); then (cd "$tree" && "${@:4}"); fi
  mkdir -p "$3"
  dpkg-deb --root-owner-group -Znone --build "$tree" "$3" >/dev/null
}
