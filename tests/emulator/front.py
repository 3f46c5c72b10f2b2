#!/usr/bin/env python3
"""AWS on one port: moto behind a front that speaks every protocol and can be made to fail.

Prints `LISTENING http://127.0.0.1:PORT` when ready. Ends on SIGTERM, when its standard input (a pipe) closes,
and when its parent process ends (not with --stay).

  POST /_load     {"answers": [..], "patches": [..], "metrics": [..]}   adds to the account
  POST /_control  {"deny": ["ec2:DescribeVolumes"], "throttle_rate": 0.3, ...}   see faults.py
  POST /_network  {"rates": {"cut": 0.02}, "operations": {"ec2:DescribeVolumes": "html"}, "seed": 7}   see network.py
  GET  /_counts   calls by service:Operation;  /_answered: those of them whose answer left as it should
  POST /_reset    counts to zero, no faults;  /_reset?world=1 also empties the account
"""
import argparse
import asyncio
import collections
import json
import os
import signal
import stat
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import httptools

import wire
from faults import Faults
from models import IAM_PREFIX
from network import Network, in_place, send
from routing import Request
from upstream import Moto
from world import World


class Front:
    """The account, its faults and its counters."""

    def __init__(self, moto, keep_all=False):
        self.moto, self.world, self.faults, self.network = moto, World(moto, keep_all), Faults(), Network()
        self.counts, self.answered = collections.Counter(), collections.Counter()
        # moto is one Python process: more threads than this only wait for each other
        self.threads = ThreadPoolExecutor(4)

    async def answer(self, method, target, headers, body):
        """The answer to one HTTP request, and what the network does to it."""
        if target.startswith("/_"):
            return await self._control(method, target, body), None
        request = Request(method, target, headers, body)
        request.account = self.world.sessions.get(request.access_key, request.account)
        name = f"{IAM_PREFIX.get(request.service, '?')}:{request.operation}"
        self.counts[name] += 1
        answer, kind = await self._true_answer(request), self.network.fault(request)
        if kind in (None, "trickle"):
            self.answered[name] += 1
        return in_place(kind, request, answer), kind

    async def _true_answer(self, request):
        if self.faults.latency_ms:
            await asyncio.sleep(self.faults.latency_ms / 1000)
        answer = self.faults.answer(request) or self.world.local_answer(request)
        if answer is None:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.threads, self.world.moto_answer, request)
        return answer

    async def _control(self, method, target, body):
        try:
            return wire.plain_json(await self._command(f"{method} {target}", body))
        except (ValueError, KeyError, TypeError) as cause:
            return wire.plain_json({"error": f"{type(cause).__name__}: {cause}"}, 400)

    async def _command(self, command, body):
        if command == "GET /_counts":
            return dict(sorted(self.counts.items()))
        if command == "GET /_answered":
            return dict(sorted(self.answered.items()))
        if command == "POST /_load":
            self.world.load(json.loads(body))
        elif command == "POST /_control":
            self.faults.control(json.loads(body))
        elif command == "POST /_network":
            self.network.control(json.loads(body))
        elif command.startswith("POST /_reset"):
            self.counts.clear()
            self.answered.clear()
            self.faults.clear()
            self.network.control({})
            if command.endswith("?world=1"):
                await asyncio.get_running_loop().run_in_executor(self.threads, self.moto.reset)
                self.world.clear()
        else:
            raise ValueError(f"unknown command {command}")
        return {"ok": True}


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection; requests are answered in the order they came."""

    def __init__(self, front):
        self.front = front

    def connection_made(self, transport):
        """Start reading."""
        self.transport, self.parser = transport, httptools.HttpRequestParser(self)
        self.last = None
        self.on_message_begin()

    def connection_lost(self, _cause):
        """Answers still under way are dropped."""
        self.transport = None
        if self.last:
            self.last.cancel()

    def data_received(self, data):
        """Feed the parser."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self):
        """A new request."""
        self.target, self.headers, self.body = b"", {}, bytearray()

    def on_url(self, target):
        """A piece of the request's target."""
        self.target += target

    def on_header(self, name, value):
        """One header."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self):
        """A client that waits for leave to send the body gets it."""
        if self.headers.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data):
        """A piece of the body."""
        self.body += data

    def on_message_complete(self):
        """Answer, after the answers before."""
        method, keep_alive = self.parser.get_method().decode(), self.parser.should_keep_alive()
        work = self._serve(self.last, method, self.target.decode("latin-1"), self.headers, bytes(self.body), keep_alive)
        self.last = asyncio.get_running_loop().create_task(work)

    async def _serve(self, before, method, target, headers, body, keep_alive):
        if before:
            await before
        try:
            answer, kind = await self.front.answer(method, target, headers, body)
        except Exception as cause:  # a fault of the emulator's own must be seen, and not look like AWS
            traceback.print_exc()
            answer = wire.plain_json({"emulator": f"{method} {target}: {type(cause).__name__}: {cause}"}, 500)
            kind = None
        transport = self.transport
        if transport is None:
            return
        if method == "HEAD":
            transport.write(answer.head(keep_alive))
        elif not await send(kind, answer, transport, keep_alive):
            keep_alive = False
        if not keep_alive:
            transport.close()


async def watch_owner(stop, parent):
    """Stop when the parent process ends or the pipe on standard input closes."""
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        loop = asyncio.get_running_loop()
        loop.add_reader(0, lambda: None if os.read(0, 4096) else (loop.remove_reader(0), stop.set()))
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    stop.set()


async def serve(front, port, parent):
    """Listen until told to stop; `parent` None: do not watch who started us."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Connection(front), "127.0.0.1", port)
    watch = asyncio.create_task(watch_owner(stop, parent)) if parent else None
    print(f"LISTENING http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()
    server.close()
    if watch:
        watch.cancel()


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--stay", action="store_true", help="do not end with the parent process or standard input")
    parser.add_argument("--keep-all", action="store_true", help="answer every repeated read from memory, errors too")
    parser.add_argument("--moto-log", default=os.devnull, metavar="FILE", help="what moto's server prints")
    for kind in ("deny", "deny-scp", "deny-boundary"):
        parser.add_argument(f"--{kind}", action="append", default=[], metavar="SERVICE:OPERATION")
    for name in ("throttle-rate", "fault-rate", "latency-ms"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    return vars(parser.parse_args())


def main():
    """Start moto, serve, and end moto."""
    parent = os.getppid()
    given = arguments()
    port, stay = given.pop("port"), given.pop("stay")
    moto = Moto(given.pop("moto_log"))
    try:
        moto.wait_until_ready()
        moto.reset()
        front = Front(moto, given.pop("keep_all"))
        front.faults.control(given)
        asyncio.run(serve(front, port, None if stay else parent))
    finally:
        moto.stop()


if __name__ == "__main__":
    sys.exit(main())
