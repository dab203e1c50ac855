#!/bin/sh
# SPDX-License-Identifier: MIT
# What the action beside it does, by the environment that it sets. Traces are replayed once; the summary and the JUnit
# file are made from what was written down.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
evmmem=${EVMMEM_PROGRAM:-$here/../../../scripts/evmmem}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
printf '%s\n' "$EVMMEM_FILES" | sed 's/^[[:blank:]]*//; s/[[:blank:]\r]*$//; /^$/d' >"$list"

status=0
set -f # the options are words, and none of them is a pattern
# shellcheck disable=SC2086
"$evmmem" replay --results "$EVMMEM_RESULTS" --format github $EVMMEM_OPTIONS --files-from "$list" || status=$?
set +f
echo "exit-code=$status" >>"$GITHUB_OUTPUT"

# 2: nothing was replayed.
if [ "$status" -ne 2 ]; then
    for report in "junit $EVMMEM_JUNIT" "markdown $GITHUB_STEP_SUMMARY"; do
        merged=0
        "$evmmem" merge --format "${report%% *}" "$EVMMEM_RESULTS" >>"${report#* }" 2>/dev/null || merged=$?
        # The verdict is the same, unless the report could not be written.
        if [ "$merged" -ne "$status" ]; then
            echo "::error title=evmmem::the ${report%% *} report could not be made (exit code $merged)"
            [ "$status" -ne 0 ] || status=$merged
        fi
    done
fi
exit "$status"
