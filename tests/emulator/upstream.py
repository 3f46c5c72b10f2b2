"""moto's server as a child process: started on a free port, asked, and ended with its parent."""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

import urllib3

from routing import as_json
from wire import CBOR, Answer

DROPPED = {"connection", "transfer-encoding", "content-length", "date", "server", "content-encoding"}
PR_SET_PDEATHSIG = 1


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Moto:
    """The child process and the connections to it."""

    def __init__(self, log=os.devnull):
        self.port = free_port()
        # Must run in the main thread: the child ends when the thread that started it does.
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=_end_with_parent)
        self.pool = urllib3.HTTPConnectionPool("127.0.0.1", self.port, maxsize=8, retries=False, timeout=120)

    def wait_until_ready(self, seconds=60):
        """Wait for the first answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("moto ended while starting")
            try:
                self.pool.request("GET", "/moto-api/data.json")
                return
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        raise RuntimeError("moto did not start in time")

    def stop(self):
        """End the child."""
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def reset(self):
        """An empty account again, with the same sequence of random identifiers."""
        self.pool.request("POST", "/moto-api/reset")
        self.pool.request("POST", "/moto-api/seed?a=42")

    def ask(self, request):
        """moto's answer to a request; a CBOR request is asked, and answered, as JSON. None: moto has no answer."""
        method, target, headers, body = request.method, request.target, request.headers, request.body
        if request.protocol == CBOR:
            method, target, headers, body = as_json(request)
        headers = {k: v for k, v in headers.items() if k not in DROPPED and k not in ("host", "accept-encoding")}
        headers["host"] = f"127.0.0.1:{self.port}"
        reply = self.pool.urlopen(method, target, body=body, headers=headers, redirect=False, decode_content=True)
        page = "text/html" in reply.headers.get("Content-Type", "") and request.operation != "GetObject"
        if reply.status in (404, 405, 500, 501) and (page or reply.data == b"Not Found" or not reply.data.strip()):
            if method != "HEAD":
                return None
        return Answer(reply.status, {k: v for k, v in reply.headers.items() if k.lower() not in DROPPED}, reply.data)
