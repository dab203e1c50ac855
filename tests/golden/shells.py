#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completes words as a shell does, and renders the manual page: what `evmmem completion` and `evmmem manual` print is
tried where it is used. A shell that is not installed is named; bash is always there.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

# What is typed, the last word being completed: what must be proposed, nothing else.
COMPLETED = {
    ("re",): ["replay"],
    ("st",): ["stats"],
    ("--col",): ["--color"],
    ("--color", "n"): ["never"],
    ("replay", "--for"): ["--fork", "--format"],
    ("replay", "--format", ""): ["text", "json", "jsonl", "junit", "github", "markdown"],
    ("replay", "--format", "=", "j"): ["json", "jsonl", "junit"],
    ("replay", "--fork", "lon"): ["london"],
    ("replay", "--dialect", "rev"): ["revm"],
    ("replay", "tr"): ["trace one.jsonl"],
    ("replay", "--report", "pa"): ["page.html"],
    ("--quiet", "show", "--his"): ["--history"],
    ("completion", ""): ["bash", "zsh", "fish"],
    ("stats", "--top", ""): [],
}


def run(command: list, **options) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)
    assert result.returncode == 0 and not result.stderr, f"{command}: exit {result.returncode}\n{result.stderr}"
    return result.stdout


def bash_complaints(script: pathlib.Path, folder: str) -> list[str]:
    complaints = []
    for words, wanted in COMPLETED.items():
        typed = " ".join(f"'{word}'" for word in ("evmmem", *words))
        proposed = run(["bash", "-c", f"""
            source {script}
            COMP_WORDS=({typed}); COMP_CWORD={len(words)}
            _evmmem evmmem "${{COMP_WORDS[-1]}}" "${{COMP_WORDS[-2]}}"
            for word in "${{COMPREPLY[@]}}"; do echo "$word"; done"""], cwd=folder).splitlines()
        if sorted(proposed) != sorted(wanted):
            complaints.append(f"bash: '{' '.join(words)}' proposes {proposed}, not {wanted}")
    return complaints


def manual_complaints(page: str) -> list[str]:
    if not shutil.which("groff"):
        print("skipped: there is no groff to render the manual page")
        return []
    text = run(["groff", "-man", "-ww", "-Tascii", "-P-cbou"], input=page)
    wanted = ("NAME", "SYNOPSIS", "COMMANDS", "GENERAL OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES",
              "--max-findings N", "evmmem show trace.jsonl --step 120", "NO_COLOR")
    return [f"the manual page does not say '{words}'" for words in wanted if words not in text]


def main() -> int:
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    complaints = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        here = folder / "here"
        here.mkdir()
        for file in ("trace one.jsonl", "page.html"):
            (here / file).touch()
        for shell in ("bash", "zsh", "fish"):
            script = folder / shell
            script.write_text(run([evmmem, "completion", shell]), encoding="utf-8")
            if not shutil.which(shell):
                print(f"skipped: there is no {shell}")
                continue
            run([shell, "-n", str(script)])
            if shell == "bash":
                complaints += bash_complaints(script, str(here))
        complaints += manual_complaints(run([evmmem, "manual"]))
    print(*complaints, sep="\n")
    print(f"{len(COMPLETED)} words completed, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
