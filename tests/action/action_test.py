#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the shell of the GitHub action as a workflow does, by its environment, and looks at what a workflow gets: annotations,
the step summary, the JUnit file, the output and the exit code."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hostile"))

import inputs  # noqa: E402

ACTION = pathlib.Path(__file__).resolve().parents[2] / ".github" / "actions" / "replay"
WRONG = inputs.altered(5, stack='["0x20"]')


def declared() -> tuple[dict[str, str], dict[str, str]]:
    """The environment that the action sets, and the defaults of its inputs."""
    text = (ACTION / "action.yml").read_text(encoding="utf-8")
    environment = dict(re.findall(r"^ {8}(EVMMEM_\w+): \$\{\{ inputs\.([\w-]+) \}\}$", text, re.MULTILINE))
    names = re.findall(r"^  ([\w-]+):$", text[text.index("\ninputs:"):text.index("\noutputs:")], re.MULTILINE)
    defaults = dict(re.findall(r"^  ([\w-]+):\n {4}description: .*\n {4}default: (.*)$", text, re.MULTILINE))
    assert sorted(environment.values()) == sorted(names), f"{environment} and {names}"
    used = set(re.findall(r"EVMMEM_[A-Z]+", (ACTION / "replay.sh").read_text(encoding="utf-8")))
    assert used == set(environment), f"{used} and {set(environment)}"
    assert '"$GITHUB_ACTION_PATH/replay.sh"' in text and os.access(ACTION / "replay.sh", os.X_OK)
    return environment, {name: value.strip('"') for name, value in defaults.items()}


class Step:
    def __init__(self, evmmem: pathlib.Path, **with_inputs: str):
        environment, defaults = declared()
        values = defaults | {"evmmem": str(evmmem)} | with_inputs
        for name in ("summary", "output", values["junit"], values["results"]):
            pathlib.Path(name).unlink(missing_ok=True)
        pathlib.Path("summary").write_text("of an earlier step\n", encoding="utf-8")
        run = subprocess.run([ACTION / "replay.sh"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=False, timeout=60,
                             env={"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "output",
                                  "TMPDIR": os.environ["TMPDIR"]} |
                                 {key: values[name] for key, name in environment.items()})
        self.code, self.printed, self.said = run.returncode, run.stdout, run.stderr
        self.summary = pathlib.Path("summary").read_text(encoding="utf-8").removeprefix("of an earlier step\n")
        self.output = pathlib.Path("output").read_text(encoding="utf-8")
        self.junit = pathlib.Path(values["junit"])


def expect(what: str, actual, expected) -> None:
    if actual != expected:
        sys.exit(f"{what}:\n  {actual!r}\nis not\n  {expected!r}")
    print(what)


def main() -> None:
    evmmem = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("tmp")
        os.environ["TMPDIR"] = f"{folder}/tmp"
        os.mkdir("some traces")
        for i in range(15):
            pathlib.Path(f"some traces/wrong {i}.jsonl").write_bytes(WRONG)
        pathlib.Path("good.jsonl").write_bytes(inputs.good())

        step = Step(evmmem, files="  good.jsonl\n\n")
        expect("what agrees passes", (step.code, step.output, "::error" in step.printed), (0, "exit-code=0\n", False))
        expect("and has a JUnit case", len(list(xml.etree.ElementTree.parse(step.junit).iter("testcase"))), 1)

        step = Step(evmmem, files="some traces\r\ngood.jsonl\n", junit="other.xml", options="--no-blame --strict-warnings")
        expect("findings fail the step", (step.code, step.output), (1, "exit-code=1\n"))
        annotations = re.findall(r"^::error file=some traces/wrong \d+\.jsonl,line=5,title=memory\.load::", step.printed,
                                 re.MULTILINE)
        expect("ten annotations at their lines", len(annotations), 10)
        cases = list(xml.etree.ElementTree.parse("other.xml").iter("testcase"))
        expect("a JUnit case for each file, with its failure",
               (len(cases), sum(case.find("failure") is not None for case in cases)), (16, 15))
        expect("a summary after that of an earlier step", "memory.load" in step.summary and "16 files" in step.summary, True)

        step = Step(evmmem, files="missing.jsonl")
        expect("what is missing fails the step", (step.code, step.output), (11, "exit-code=11\n"))
        expect("and is in the JUnit file", "no such file" in step.junit.read_text(encoding="utf-8"), True)

        step = Step(evmmem, files="good.jsonl", options="--no-such-option *")
        expect("a wrong option fails the step", (step.code, step.output, step.junit.exists(), step.summary),
               (2, "exit-code=2\n", False, ""))
        expect("and is said", "there is no option '--no-such-option'" in step.said, True)

        step = Step(evmmem, files="good.jsonl", junit="nowhere/evmmem.xml")
        expect("a report that cannot be written fails the step", (step.code != 0, "::error title=evmmem::" in step.printed),
               (True, True))
        expect("no list is left behind", os.listdir("tmp"), [])


if __name__ == "__main__":
    main()
