#!/bin/sh
# SPDX-License-Identifier: MIT
# Formats every source file; with --check, only says which would change and fails if any would. Versions of
# clang-format differ in what they do, so the one that the sources are written with is installed.
set -eu
cd "$(dirname "$0")/.."
packages=clang-format-19
. scripts/setup.sh
case ${1-} in
    --check) arguments="--dry-run --Werror" ;;
    '') arguments=-i ;;
    *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac
install_missing
# shellcheck disable=SC2086
git ls-files -z '*.hpp' '*.cpp' '*.h' '*.c' | xargs -0 clang-format-19 $arguments
