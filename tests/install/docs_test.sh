#!/bin/sh
# SPDX-License-Identifier: MIT
# The pages of the public headers are made without a warning: docs_test.sh ROOT FOLDER. Skipped where Doxygen is not installed.
set -u
EVMMEM_INSTALL=no "$1/scripts/docs" "$2"
status=$?
if [ $status -eq 69 ]; then
    echo "skipped: Doxygen is not installed; \`scripts/docs\` installs it"
    exit 77
fi
exit $status
