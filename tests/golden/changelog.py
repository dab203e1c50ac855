#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the newest section of app/CHANGELOG.md is about the version that the build has: changelog.py VERSION."""
import pathlib
import re
import sys

CHANGELOG = pathlib.Path(__file__).resolve().parents[2] / "app/CHANGELOG.md"
SECTION = re.compile(r"^## (\d+\.\d+\.\d+)(?:, not yet released| \(\d{4}-\d{2}-\d{2}\))$", re.MULTILINE)


def main() -> int:
    version = sys.argv[1]
    text = CHANGELOG.read_text(encoding="utf-8")
    versions = SECTION.findall(text)
    headings = text.count("\n## ")
    if len(versions) != headings:
        print(f"{headings} sections, but {len(versions)} headings of the form '## 1.2.3, not yet released' or "
              "'## 1.2.3 (2026-01-31)'")
        return 1
    if not versions or versions[0] != version:
        print(f"the newest section is about {versions[0] if versions else 'no version'}, meson.build says {version}")
        return 1
    numbers = [tuple(map(int, each.split("."))) for each in versions]
    if numbers != sorted(set(numbers), reverse=True):
        print("the sections are not in order, the newest first:", *versions)
        return 1
    print(f"{len(versions)} sections, the newest about {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
