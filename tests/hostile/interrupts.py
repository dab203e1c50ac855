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


def expect(what: str, actual: tuple[str, str, int], out: str, err: str = "") -> None:
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
        for number in SIGNALS:
            expect(f"{number.name}: a FIFO without a writer",
                   interrupted(replay + ["fifo"], number, subprocess.DEVNULL, lambda _: True),
                   "unreadable  fifo\n  interrupted before anything was replayed\n")
            expect(f"{number.name}: two FIFOs at a time",
                   interrupted(replay + ["-j", "2", "fifo", "fifo"], number, subprocess.DEVNULL, lambda _: True),
                   "unreadable  fifo\n  interrupted before anything was replayed\n")
            for packing in (None, "gzip", "zstd"):
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
            _, _, code = interrupted([evmmem, "stats", "-"], number, reader,
                                     lambda _, reader=reader: unread(reader) == 0)
            os.close(writer)
            os.close(reader)
            assert code == 130, f"stats: exit {code}"
            print(f"{number.name}: stats of a pipe")


if __name__ == "__main__":
    main()
