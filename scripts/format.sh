#!/bin/sh
# SPDX-License-Identifier: MIT
# Formats every source file; with --check, only says which would change and fails if any would.
set -eu
cd "$(dirname "$0")/.."
case ${1-} in
    --check) arguments="--dry-run --Werror" ;;
    '') arguments=-i ;;
    *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086
git ls-files -z '*.hpp' '*.cpp' '*.h' '*.c' | xargs -0 clang-format $arguments
