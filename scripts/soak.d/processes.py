# SPDX-License-Identifier: MIT
"""Child processes with limits of time and output, whose CPU time is known, and which end when the soak does."""

import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

# Bytes of its own that a child may take. A random program may ask a client for gigabytes of EVM memory; one that tries
# to give them would take the machine along, so it is refused and counts as lost.
MEMORY_MAX = 4 << 30

stopping = threading.Event()  # set when the soak is over: what runs is ended


class Stopped(Exception):
    """The soak is over; what was asked for is not done."""


@dataclass
class Ended:
    code: int | None  # None: ended by us
    cpu: float  # seconds, of the user and the system
    cut: str  # why it was ended, if it was


def bounded(command):
    """The command so that it gets no more than MEMORY_MAX; as it is where there is no prlimit (util-linux)."""
    words = [str(part) for part in command]
    return [prlimit, f"--data={MEMORY_MAX}", *words] if (prlimit := shutil.which("prlimit")) else words


def run(command, stdout, stderr, *, size_max, seconds_max, cwd=None, env=None, stdin=None, watched=None):
    """Runs `command` with its output in two files (None: away). Ends it where the files, and
    those in the folder `watched`, outgrow `size_max` bytes together, or after `seconds_max`. Raises Stopped when the soak is over."""
    if stopping.is_set():
        raise Stopped
    files = [open(path, "wb") if path else open(os.devnull, "wb") for path in (stdout, stderr)]
    try:
        process = subprocess.Popen(bounded(command), stdin=stdin or subprocess.DEVNULL, stdout=files[0],
                                   stderr=files[1], cwd=cwd, env=env, start_new_session=True)
    finally:
        for file in files:
            file.close()
    def size():
        watched_files = watched.iterdir() if watched else ()
        return sum(pathlib.Path(path).stat().st_size for path in (stdout, stderr, *watched_files) if path)

    return _wait(process, size, size_max, time.monotonic() + seconds_max)


def _wait(process, size, size_max, end):
    pause, cut, stopped = 0.001, "", False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)  # so that subprocess does not wait again
            break
        if not cut and not stopped:
            if size() > size_max:
                cut = "too large a trace"
            elif time.monotonic() > end:
                cut = "too long a trace"
            stopped = stopping.is_set()
            if cut or stopped:
                kill(process)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    if stopped:
        raise Stopped
    return Ended(None if cut else process.returncode, usage.ru_utime + usage.ru_stime, cut)


def kill(process):
    """Ends a process and its children; it leads a session of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def cpu_of(pid):
    """The CPU seconds that a running process has used; 0 if it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
