# SPDX-License-Identifier: MIT
"""The documents of the repository that people read, for the tests that hold them against the program."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = (".github", "app", "core", "scripts", "tests", "traces")


def documents() -> list[pathlib.Path]:
    """README.md first, then every Markdown file of every room."""
    inside = [path for room in ROOMS for path in (ROOT / room).rglob("*.md") if "node_modules" not in path.parts]
    return [ROOT / "README.md", *sorted(inside)]
