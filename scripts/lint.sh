#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs clang-tidy (.clang-tidy says which checks) over all sources, or over the files given. Wants
# clang-tidy-19 and a configured build directory.
set -eu
cd "$(dirname "$0")/.."
tidy=${CLANG_TIDY:-clang-tidy-19}
command -v "$tidy" >/dev/null || { echo "lint: there is no $tidy; apt-get install $tidy" >&2; exit 2; }
[ -f build/compile_commands.json ] || { echo "lint: run scripts/test first" >&2; exit 2; }
[ $# -gt 0 ] || set -- $(git ls-files 'core/*.cpp' 'traces/*.cpp' 'app/*.cpp')
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$tidy" -p build --quiet --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*'
