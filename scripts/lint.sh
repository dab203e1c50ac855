#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs clang-tidy (.clang-tidy says which checks) over all sources of core, traces and app, or over the files given.
#
#   scripts/lint.sh [--fast] [FILE...]
#
# Reading the headers takes most of the time, so the sources of core, of app, and of each folder of traces are read together.
# Of app, performance-unnecessary-value-param is left out then: it looks through all that is included once for each parameter
# that it suspects, which takes minutes. Files given are read one by one, with every check.
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
printf '%s\n' -std=c++23 "-I$PWD" '-DEVMMEM_VERSION=""' '-DEVMMEM_FLAGS=""' -DSPDLOG_COMPILED_LIB \
    -DSPDLOG_FMT_EXTERNAL -Wno-unknown-warning-option >"$work/compile_flags.txt"

# Writes which checks clang-tidy is to make of which source, a line each, to $work/inputs.
if [ $# -gt 0 ]; then
    for source in "$@"; do echo "$checks $source"; done >"$work/inputs"
else
    # Folders of traces use the same short names for things of their own, so they are read apart.
    { echo app && git ls-files 'traces/*.cpp' | xargs -n 1 dirname | sort -u && echo core; } >"$work/groups"
    while read -r group; do
        case $group in
        traces*) sources=$(git ls-files ":(glob)$group/*.cpp") ;;
        *) sources=$(git ls-files "$group/*.cpp") ;;
        esac
        together=$work/$(echo "$group" | tr / _).cpp
        for source in $sources; do echo "#include \"$PWD/$source\""; done >"$together"
        [ "$group" = app ] && left_out=,-performance-unnecessary-value-param || left_out=
        # shellcheck disable=SC2046
        if clang++-19 $(cat "$work/compile_flags.txt") -w -fsyntax-only "$together" 2>"$work/errors"; then
            echo "$checks$left_out $together"
        else
            say "the sources of $group do not compile together, so each is read alone, which takes minutes:"
            grep -m 1 'error:' "$work/errors" >&2
            for source in $sources; do echo "$checks $source"; done
        fi
    done <"$work/groups" >"$work/inputs"
fi
xargs -P "$(nproc)" -L 1 sh -c 'clang-tidy-19 -p "$0" --quiet --config-file=.clang-tidy --warnings-as-errors="*" \
    --checks="$1" "$2"' "$work" <"$work/inputs" 2>"$work/errors" || {
    grep -vE '^[0-9]+ warnings? generated|^Suppressed|^Use -header-filter' "$work/errors" >&2 || true
    exit 1
}
echo "lint: $(wc -l <"$work/inputs") readings of $(git ls-files 'core/*.cpp' 'traces/*.cpp' 'app/*.cpp' | wc -l) sources, nothing to mend"
