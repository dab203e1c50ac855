#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the results in Meson's test logs (JSON, one test a line) and prints them as one line."""
import json
import sys

# Meson's words for a result; what is in neither set counts as failed.
PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP", "IGNORED"}


def main() -> int:
    passed = failed = skipped = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as log:
            for line in log:
                result = json.loads(line)["result"]
                if result in PASSED:
                    passed += 1
                elif result in SKIPPED:
                    skipped += 1
                else:
                    failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
