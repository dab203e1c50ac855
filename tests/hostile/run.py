#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Gives the program what strangers may send, and compares all that it says with what is written down.

cases.txt lists the cases. Each begins with "== " and what is wrong; then come
    input: EXPRESSION       by the functions of inputs.py: the bytes of the file `trace`
    run: COMMAND            instead of `evmmem replay --no-speed trace`
    resident: MEBIBYTES     that the process takes at most
and then what is printed, and the exit code. Of standard output all is compared up to the line that counts the
steps. A new case needs no output: run.py --update writes it down.
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import inputs

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases.txt"
DEFAULT = "evmmem replay --no-speed trace"
# A sanitizer says that it refused an allocation.
REFUSALS = re.compile(rb"^==\d+==WARNING: \w+ failed to allocate .*\n", re.MULTILINE)
STEPS = re.compile(rb"^  steps  .*\n", re.MULTILINE)


class Case:
    def __init__(self, text: str):
        name, _, rest = text.partition("\n")
        self.name = name
        self.header = {}
        while (field := re.match(r"(input|run|resident): (.*)\n", rest)):
            self.header[field[1]] = field[2]
            rest = rest[field.end():]
        self.expected = rest.strip("\n")
        self.actual = self.expected

    def written(self) -> str:
        header = "".join(f"{key}: {value}\n" for key, value in self.header.items())
        return f"== {self.name}\n{header}{self.actual}\n"


def is_sanitized(evmmem: pathlib.Path) -> bool:
    """Whether the program is one whose memory says nothing."""
    content = evmmem.read_bytes()
    return b"__asan_init" in content or b"__tsan_init" in content


def run(case: Case, evmmem: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if "input" in case.header:
            expression = case.header["input"]
            # In a process of its own: what it takes would be counted as the program's.
            maker = os.fork()
            if maker == 0:
                content = eval(expression, vars(inputs))  # pylint: disable=eval-used
                (pathlib.Path(folder) / "trace").write_bytes(content)
                os._exit(0)
            assert os.waitpid(maker, 0)[1] == 0, f"{case.name}: the input was not made"
        environment = {"PATH": f"{evmmem.parent}:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TERM": "dumb",
                       "HOME": folder, "TMPDIR": folder,
                       "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", ""),
                       # What no host has must be refused, as it is without a sanitizer.
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":allocator_may_return_null=1",
                       "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", "") + ":allocator_may_return_null=1"}
        out, err = pathlib.Path(folder) / ".out", pathlib.Path(folder) / ".err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            command = case.header.get("run", DEFAULT)
            if re.fullmatch(r"evmmem [^;|&]*", command):
                command = "exec " + command  # its memory is counted, and not the shell's
            with subprocess.Popen(["/bin/sh", "-c", command], cwd=folder, env=environment,
                                  stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
        printed = out.read_bytes()
        if (steps := STEPS.search(printed)):
            printed = printed[:steps.end()]
        text = ""
        said = REFUSALS.sub(b"", err.read_bytes())
        for name, stream in (("stdout", printed), ("stderr", said)):
            if stream:
                text += f"---- {name}\n" + stream.decode("utf-8", "backslashreplace")
        text += f"---- exit {process.returncode}"
        resident = usage.ru_maxrss / 1024
        if "resident" in case.header and not is_sanitized(evmmem) and resident > float(case.header["resident"]):
            text += f"\n---- {resident:.0f} MiB resident"
        case.actual = text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", type=pathlib.Path, help="the program")
    parser.add_argument("cases", nargs="*", help="parts of the names of cases; all when there is none")
    parser.add_argument("--update", action="store_true", help="write down what is printed now")
    arguments = parser.parse_args()
    evmmem = arguments.evmmem.resolve()

    head, *parts = re.split(r"^== ", CASES.read_text(encoding="utf-8"), flags=re.MULTILINE)
    cases = [Case(part) for part in parts]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have one name"
    wanted = [case for case in cases
              if not arguments.cases or any(part in case.name for part in arguments.cases)]
    different = 0
    for case in wanted:
        run(case, evmmem)
        if case.actual == case.expected:
            continue
        different += 1
        if not arguments.update:
            print(f"== {case.name}")
            sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
                case.expected.splitlines(), case.actual.splitlines(), "written down", "printed now", lineterm=""))
    if arguments.update:
        CASES.write_text(head + "\n".join(case.written() for case in cases), encoding="utf-8")
    print(f"{len(wanted)} cases, {different} of them {'updated' if arguments.update else 'print something else'}")
    return 1 if different and not arguments.update else 0


if __name__ == "__main__":
    sys.exit(main())
