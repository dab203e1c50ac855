#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kills evmmem while it writes a file: the old file is there, whole, or none; never half of the new one. Where
the file system has files without a name, nothing is left beside it, either.

usage: killed_test.py EVMMEM"""

import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import time

OLD = b"what was there before\n"


def wait_until(holds, seconds=30):
    """Waits for something that comes sooner or later; how soon does not matter."""
    for _ in range(int(seconds / 0.005)):
        if holds():
            return True
        time.sleep(0.005)
    return False


def written_bytes(process):
    """How much the process has written so far."""
    try:
        with open(f"/proc/{process.pid}/io", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("wchar"))
    except (OSError, StopIteration):
        return 0


def check(holds, what):
    if not holds:
        raise SystemExit(f"wrong: {what}")


def kill_while_writing(command, path, with_signal, had_file):
    """Ends the command when it has written some of its file."""
    if had_file:
        path.write_bytes(OLD)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The thread sanitizer writes half a megabyte before the program begins.
    check(wait_until(lambda: written_bytes(process) > 2_000_000 or process.poll() is not None), f"{command} writes nothing")
    check(process.poll() is None, f"{command} was over before it could be killed")
    process.send_signal(with_signal)
    process.wait(timeout=60)
    if had_file:
        check(path.read_bytes() == OLD, f"{command}, killed by {with_signal.name}, left half a file")
        path.unlink()
    check(not path.exists(), f"{command}, killed by {with_signal.name}, left a file that was not there")
    left = list(path.parent.glob(path.name + "*"))
    if with_signal != signal.SIGKILL or has_nameless_files(path.parent):
        check(not left, f"{command}, killed by {with_signal.name}, left {left}")
    for file in left:
        file.unlink()
    return process.returncode


def has_nameless_files(folder):
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
        return True
    except OSError:
        return False


def main():
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        trace = folder / "trace.jsonl"
        generate = [evmmem, "generate", "--steps", "20000000", "-o", str(trace)]
        for had_file in (False, True):
            check(kill_while_writing(generate, trace, signal.SIGKILL, had_file) == -signal.SIGKILL, "not killed")
            check(kill_while_writing(generate, trace, signal.SIGTERM, had_file) == 130, "an interrupt is exit code 130")

        # Written to its end, it replaces a file, keeps what may be done with it, and goes where a link leads.
        target = folder / "target.jsonl"
        target.write_bytes(OLD)
        target.chmod(0o640)
        link = folder / "link.jsonl"
        link.symlink_to(target)
        subprocess.run([evmmem, "generate", "--steps", "100", "-o", str(link)], check=True)
        check(link.is_symlink() and target.read_bytes().startswith(b"{"), "a link was not followed")
        check(stat.S_IMODE(target.stat().st_mode) == 0o640, "what may be done with a file has changed")
        new = folder / "new.jsonl"
        subprocess.run([evmmem, "generate", "--steps", "100", "-o", str(new)], check=True,
                       preexec_fn=lambda: os.umask(0o027))
        check(stat.S_IMODE(new.stat().st_mode) == 0o640, "a new file does not go by the umask")
        check(sorted(path.name for path in folder.iterdir()) == ["link.jsonl", "new.jsonl", "target.jsonl"],
              f"something else was left: {sorted(folder.iterdir())}")

        # Every other writer, with no room on the disk: the old file stays.
        check_full_disks(evmmem, folder, new)
    return 0


def check_full_disks(evmmem, folder, trace):
    """A file size limit stands for a full disk, and needs no rights."""
    import resource
    written = folder / "written"
    for command in (
            [evmmem, "replay", "--report", str(written), str(trace)],
            [evmmem, "stats", "--report", str(written), str(trace)],
            [evmmem, "generate", "--steps", "1000", "-o", str(written)],
            [evmmem, "bench", "--pattern", "copy", "--backend", "flat", "--size", "1K", "--plot", str(written)],
            # It counts: what it measures on a busy machine may take minutes to decide.
            [evmmem, "gate", "--base", evmmem, "--pattern", "copy", "--size", "1K", "--count", "--report", f"json={written}"],
    ):
        written.write_bytes(OLD)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        run = subprocess.run(command, capture_output=True, timeout=60, check=False, preexec_fn=limit)
        check(run.returncode == 11, f"{command} with a full disk: exit code {run.returncode}: {run.stderr!r}")
        check(b"cannot write" in run.stderr, f"{command} with a full disk says {run.stderr!r}")
        check(written.read_bytes() == OLD, f"{command} with a full disk left half a file")
        written.unlink()
        check(not list(folder.glob("written*")), f"{command} with a full disk left something")


sys.exit(main())
