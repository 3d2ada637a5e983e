#!/usr/bin/env bash
# debhelper 13.11.4 (Debian 12)
#
# dh_installchangelogs installs debian/changelog as usr/share/doc/PACKAGE/changelog. In a native package whose build has put a file
# CHANGELOG.md into that folder, it takes this for the list of changes upstream, and moves it to the same name: the package then has
# no Debian changelog, and CHANGELOG.md is gone from its pages. No message says so; only lintian finds that the file "is not a Debian
# changelog". -XCHANGELOG.md keeps both.
#
# Output seen:
#     without -X: changelog begins with "# All notable changes", CHANGELOG.md is there: no
#     with -XCHANGELOG.md: changelog begins with "aa (1) unstable; urgency=low", CHANGELOG.md is there: yes
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
[[ $(dpkg-query -W -f '${Version}' debhelper) == 13.11.4* ]]

try() {
  local doc=debian/aa/usr/share/doc/aa
  rm -rf debian
  mkdir -p debian/source $doc
  echo '3.0 (native)' >debian/source/format
  printf 'Source: aa\nBuild-Depends: debhelper-compat (= 13)\n\nPackage: aa\nArchitecture: all\n' >debian/control
  printf 'aa (1) unstable; urgency=low\n\n  * First.\n\n -- A <a@a.invalid>  Sun, 29 Nov 2026 12:00:00 +0000\n' >debian/changelog
  echo '# All notable changes' >$doc/CHANGELOG.md
  dh_installchangelogs "$@"
  printf 'changelog begins with "%s", CHANGELOG.md is there: %s\n' "$(head -1 $doc/changelog)" \
    "$([[ -e $doc/CHANGELOG.md ]] && echo yes || echo no)"
}
got=$(printf 'without -X: %s\nwith -XCHANGELOG.md: %s' "$(try)" "$(try -XCHANGELOG.md)")
printf '%s\n' "$got"
[[ $got == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
