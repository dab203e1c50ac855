#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs clang-tidy (.clang-tidy says which checks) over all sources of core, traces and app, or over the files given.
#
#   scripts/lint.sh [--fast] [FILE...]
#
# Reading the headers takes most of the time, so the sources of a folder are read together where they compile together.
# --fast leaves out the analyzer that follows paths through functions, which takes two thirds of the rest.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
packages="clang-19 clang-tidy-19 $tool_packages"
install_missing

# A source that another includes is what reading a folder together is about.
checks=-bugprone-suspicious-include
if [ "${1-}" = --fast ]; then
    checks=$checks,-clang-analyzer-*
    shift
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c++23 -I. -DEVMMEM_VERSION=\"\" -DEVMMEM_FLAGS=\"\" -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL"

# Writes what clang-tidy is to read, a line each, to $work/inputs.
if [ $# -gt 0 ]; then
    printf '%s\n' "$@" >"$work/inputs"
else
    git ls-files 'core/*.cpp' 'traces/*.cpp' 'app/*.cpp' | xargs -n 1 dirname | sort -u >"$work/folders"
    while read -r folder; do
        together=$work/$(echo "$folder" | tr / _).cpp
        for source in "$folder"/*.cpp; do echo "#include \"$PWD/$source\""; done >"$together"
        # shellcheck disable=SC2086
        if clang++-19 $flags -w -fsyntax-only "$together" 2>/dev/null; then
            echo "$together"
        else
            printf '%s\n' "$folder"/*.cpp
        fi
    done <"$work/folders" >"$work/inputs"
fi
# shellcheck disable=SC2086
xargs -P "$(nproc)" -n 1 -I {} clang-tidy-19 --quiet --checks="$checks" --config-file=.clang-tidy \
    --warnings-as-errors='*' {} -- $flags -Wno-unknown-warning-option <"$work/inputs" 2>"$work/errors" || {
    grep -vE '^[0-9]+ warnings? generated|^Suppressed|^Use -header-filter' "$work/errors" >&2 || true
    exit 1
}
echo "lint: $(git ls-files 'core/*.cpp' 'traces/*.cpp' 'app/*.cpp' | wc -l) sources, nothing to mend"
