#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Interrupts the program where it waits, and where it works: it says what it has, and ends with 130."""
import array
import fcntl
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import termios
import time

import inputs

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def wait_until(condition) -> None:
    """Fails only where something hangs: how long it takes does not matter."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def notices(process: subprocess.Popen, number: signal.Signals) -> bool:
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16) >> (number - 1) & 1 == 1


def unread(descriptor: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]


def interrupted(command: list[str], number: signal.Signals, stdin, ready) -> tuple[str, str, int]:
    with subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: notices(process, number) and ready(process))
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    return out, err, process.returncode


def much_work(kind: str) -> bytes:
    """Steps that hash, or copy, 64 MiB each: minutes of work, when the limits allow it."""
    size, gas, pc = 2**26, 2**60, 0
    lines = []

    def step(op: int, cost: int, stack: list[int]) -> None:
        nonlocal gas, pc
        items = ",".join(f'"{item:#x}"' for item in stack)
        lines.append(f'{{"pc":{pc},"op":{op},"gas":"{gas:#x}","gasCost":"{cost:#x}","stack":[{items}],'
                     f'"depth":1,"refund":0}}')
        gas -= cost
        pc += 33 if op == 0x7f else 1

    def run(op: int, cost: int, operands: list[int]) -> None:
        """PUSH32s of the operands, the last one to the top, and the instruction."""
        for count in range(len(operands)):
            step(0x7f, 3, operands[:count])
        step(op, cost, operands)

    run(0x52, 3 + inputs.expansion(size), [1, size - 32])
    for number in range(2000):
        run(0x53, 3, [number % 256, 0])
        if kind == "hash":  # SHA-256, of what no line claims
            run(0xf1, 700 + 60 + 12 * size // 32, [32, 0, size, 0, 0, 2, 2**40])
            step(0x50, 2, [1])
        else:
            run(0x5e, 3 + 3 * size // 32, [size - 32, 0, 32])
    return inputs.text(lines)


def has_worked(process: subprocess.Popen) -> bool:
    """For a fifth of a second of its own time, whatever else the machine does."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12]) >= os.sysconf("SC_CLK_TCK") / 5


# The signal may come before the first file's turn does.
UNBEGUN = re.compile(r"(\d+) files?: \1 not replayed\ninterrupted: these were not replayed to their end\n(  (fifo|other)\n)+")


def expect(what: str, actual: tuple[str, str, int], out: str, err: str = "") -> None:
    if UNBEGUN.fullmatch(actual[0]) and actual[1:] == ("", 130):
        print(what, "(before its turn)")
        return
    steps = re.search(r"^  steps .*\n", actual[0], re.MULTILINE)
    printed = actual[0][:steps.end()] if steps else actual[0]
    if (printed, actual[1], actual[2]) != (out, err, 130):
        sys.exit(f"{what}: exit {actual[2]}\n---- stdout\n{printed}---- stderr\n{actual[1]}---- expected\n{out}{err}")
    print(what)


def main() -> None:
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    replay = [evmmem, "replay", "--no-speed"]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkfifo("fifo")
        os.mkfifo("other")
        for number in SIGNALS:
            expect(f"{number.name}: a FIFO without a writer",
                   interrupted(replay + ["fifo"], number, subprocess.DEVNULL, lambda _: True),
                   "unreadable  fifo\n  interrupted before anything was replayed\n")
            expect(f"{number.name}: two FIFOs at a time",
                   interrupted(replay + ["-j", "2", "fifo", "other"], number, subprocess.DEVNULL, lambda _: True),
                   "unreadable  fifo\n  interrupted before anything was replayed\n"
                   "\n2 files: 1 unreadable, 1 not replayed\ninterrupted: these were not replayed to their end\n  other\n")
            # What a folder holds is not gone through any more: that may take long.
            night = pathlib.Path("night")
            night.mkdir(exist_ok=True)
            for n in range(3):
                (night / f"{n}.jsonl").write_bytes(inputs.good())
            out, _, _ = interrupted(replay + ["-j", "1", "fifo", "night"], number, subprocess.DEVNULL, lambda _: True)
            assert out.endswith("\n  night\n") and "night/" not in out, out
            print(f"{number.name}: a folder that was not begun")
            for packing in (None, "gzip", "zstd", "xz"):
                reader, writer = os.pipe()
                content = inputs.text(inputs.LINES[:4])
                os.write(writer, inputs.packed(content, packing) if packing else content)
                actual = interrupted(replay + ["-"], number, reader, lambda _, reader=reader: unread(reader) == 0)
                os.close(writer)
                os.close(reader)
                expect(f"{number.name}: a pipe that gave four steps, {packing or 'plain'}, and gives no more", actual,
                       "incomplete  -\n  interrupted: what follows was not replayed\n\n"
                       "  steps       4 in 1 frame, 1 transaction\n")
            reader, writer = os.pipe()
            os.write(writer, inputs.text(inputs.LINES[:4]))
            out, _, code = interrupted([evmmem, "stats", "-"], number, reader,
                                     lambda _, reader=reader: unread(reader) == 0)
            os.close(writer)
            os.close(reader)
            assert code == 130, f"stats: exit {code}"
            assert "partial" in out and "interrupted: what follows was not replayed" in out, out
            print(f"{number.name}: stats of a pipe")
            pathlib.Path("good").write_bytes(inputs.good())
            reader, writer = os.pipe()
            os.write(writer, inputs.text(inputs.LINES[:4]))
            actual = interrupted([evmmem, "diff", "good", "-"], number, reader,
                                 lambda _, reader=reader: unread(reader) == 0)
            os.close(writer)
            os.close(reader)
            assert actual == ("", "", 130), f"diff: {actual}"
            assert interrupted([evmmem, "diff", "fifo", "good"], number, subprocess.DEVNULL,
                               lambda _: True) == ("", "", 130), "diff: a FIFO without a writer"
            print(f"{number.name}: diff of a pipe")
            out, _, code = interrupted(replay + ["-j", "1", "--quiet", "good", "fifo", "good", "later"], number,
                                       subprocess.DEVNULL, lambda _: True)
            assert code == 130 and "files: " in out and "not replayed" in out and out.endswith("  later\n"), out
            print(f"{number.name}: several files")
        limits = ["--max-hash", "1000000G", "--max-copy", "1000000G"]
        for kind in ("hash", "copy"):
            pathlib.Path(kind).write_bytes(much_work(kind))
            for command in (["replay"], ["stats"], ["price"], ["show", "--step", "13000"], ["replay", "--report", "page"], ["diff", kind],
                            ["convert", "-o", "out"], ["fill", "-o", "out"], ["minimize", "--keep", "memory.hash", "-o", "out"]):
                words = [evmmem, command[0], kind, *command[1:], *limits]
                out, err, code = interrupted(words, signal.SIGINT, subprocess.DEVNULL, has_worked)
                assert code == 130, f"{words}: exit {code}\n{out}{err}"
                assert not pathlib.Path("out").exists(), f"{words}: half of a trace has its name"
                print(f"{' '.join(words[1:])}: interrupted at work")
        for words in (["bench", "--seconds", "60"],
                      ["bench", "--seconds", "60", "--pattern", "sparse", "--size", "64M"]):
            out, err, code = interrupted([evmmem, *words], signal.SIGINT, subprocess.DEVNULL, has_worked)
            assert (out, code) == ("", 130), f"{words}: exit {code}\n{out}{err}"
            print(f"{' '.join(words)}: interrupted at work")


if __name__ == "__main__":
    main()
