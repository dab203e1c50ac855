# SPDX-License-Identifier: MIT
"""A node on the loopback interface: started, asked by JSON-RPC, ended."""

import contextlib
import http.client
import json
import subprocess
import time

import processes

HOST = "127.0.0.1"
START_SECONDS = 60


class Refused(Exception):
    """The node answered with an error, too much, or nothing; the text says which."""


class TooLarge(Refused):
    """The answer is longer than was asked for."""


class Node:
    """`command` starts it; `port_of(log)` finds in what it printed which port it listens on, or None yet."""

    def __init__(self, command, log, port_of, cwd=None):
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen(processes.bounded(command), stdin=subprocess.DEVNULL, stdout=file,
                                            stderr=subprocess.STDOUT, cwd=cwd, start_new_session=True)
        self.cpu_before = 0.0
        self.is_lost = False  # it died, or hangs: it must be started anew
        end = time.monotonic() + START_SECONDS
        while (port := port_of(log.read_text(errors="replace"))) is None:
            if processes.stopping.is_set():
                self.close()
                raise processes.Stopped
            if self.process.poll() is not None or time.monotonic() > end:
                self.close()
                said = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
                raise Refused(f"the node did not start: {said[0][:100]}")
            time.sleep(0.05)
        self.port = port

    def ask(self, method, *parameters):
        """The result of a call."""
        answer = json.loads(self.raw(method, parameters, 1 << 26))
        if "error" in answer:
            raise Refused(f"{method}: {answer['error'].get('message', '')[:100]}")
        return answer["result"]

    def raw(self, method, parameters, size_max, seconds_max=15):
        """The answer's body as the node sent it."""
        if processes.stopping.is_set():
            raise processes.Stopped
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds_max)
        try:
            connection.request("POST", "/", json.dumps(request), {"Content-Type": "application/json"})
            body = connection.getresponse().read(size_max + 1)
        except (OSError, http.client.HTTPException) as error:
            self.is_lost = True
            raise Refused(f"{method}: {type(error).__name__}") from None
        finally:
            connection.close()
        if len(body) > size_max:
            raise TooLarge("too large a trace")
        return body

    def cpu(self):
        """CPU seconds since the last time of asking."""
        now = processes.cpu_of(self.process.pid)
        spent, self.cpu_before = now - self.cpu_before, now
        return spent

    def close(self):
        processes.kill(self.process)
        self.process.wait()


@contextlib.contextmanager
def open_session(session):
    """What asks of the session, which is closed when it is left."""
    try:
        yield session.ask
    finally:
        session.close()
