"""Outside: the partners of a company under faults. A carrier that loses answers and kills who asks, and endpoints that hang, fail and lie.

Both keep what they were told, in the harness's own memory: whoever dies inside, the books outside stand.
"""

import http.server
import os
import pickle
import signal
import socket
import socketserver
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hanse.transport.ports.simulated import BOOKS, SimulatedPort

HEAR_ALL = ("good", "flaky")
"""Endpoints that every fact must reach; the others hear of orders alone."""
MOODS = ("good", "hangs", "fails", "redirects", "endless", "lies", "flaky")
"""Endpoints by what they do; a flaky one fails, cuts the line, or kills its caller before or after it has taken the message in."""


@dataclass(slots=True)
class Dice:
    """How often a partner does which harm, in percent; all zero when the faults are over."""

    loses: int = 0
    kills: int = 0


class Carriers:
    """The simulated carriers, asked over a socket. A lost answer may be lost before or after the carrier did what was asked."""

    def __init__(self, path: Path, random: Random, dice: Dice):
        self.random, self.dice, self.told, self.guard = random, dice, Counter[str](), threading.Lock()
        BOOKS.clear()
        path.unlink(missing_ok=True)
        carriers = self

        class Asked(socketserver.StreamRequestHandler):
            """One call of a carrier."""

            def handle(self) -> None:
                carriers.answer(self.rfile.read(), self.connection)

        self.server = socketserver.ThreadingUnixStreamServer(str(path), Asked)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, said: bytes, line: socket.socket) -> None:
        """Do what is asked, unless the dice fall otherwise."""
        pid, name, carrier, settings, asked = pickle.loads(said)
        with self.guard:
            lost, kill, before = self.random.random() * 100 < self.dice.loses, self.random.random() * 100 < self.dice.kills, self.random.random() < 0.5
            self.told[name] += 1
            if (lost or kill) and before:
                return self._harm(pid, kill)
            answer = getattr(SimulatedPort(carrier, settings), name)(*asked)
            if lost or kill:
                return self._harm(pid, kill)
        with suppress(OSError):
            line.sendall(pickle.dumps(answer))
        return None

    def _harm(self, pid: int, kill: bool) -> None:
        self.told["killed" if kill else "lost"] += 1
        if kill:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def sold(self) -> list[str]:
        """The numbers of all labels that were sold, each sale once."""
        return [number for books in BOOKS.values() for number in books.numbers]

    def stop(self) -> None:
        """Answer nobody any more."""
        self.server.shutdown()
        self.server.server_close()


class Endpoints:
    """An http server with an address for each mood. What the good and the flaky one took in is kept, in the order it came."""

    def __init__(self, random: Random, dice: Dice):
        self.random, self.dice, self.guard = random, dice, threading.Lock()
        self.taken: dict[str, list[tuple[str, str, bytes]]] = defaultdict(list)
        self.seen: dict[tuple[str, str], bytes] = {}
        self.secrets: dict[str, str] = {}
        self.wrong: list[str] = []
        self.calls, self.healed = Counter[str](), threading.Event()
        endpoints = self

        class Called(http.server.BaseHTTPRequestHandler):
            """One message."""

            def do_POST(self) -> None:
                endpoints.take(self, self.rfile.read(int(self.headers.get("content-length", "0"))))

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Called)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, mood: str) -> str:
        """The address of an endpoint of this mood."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/{mood}"

    def take(self, call: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        """Take a message in, in the endpoint's own way."""
        mood, message = call.path.strip("/"), call.headers.get("webhook-id", "")
        with self.guard:
            self.calls[mood] += 1
            self._proven(mood, message, body, dict(call.headers))
            fate = self.random.random() * 100 if mood == "flaky" else 100.0
        if mood in HEAR_ALL or self.healed.is_set():
            if fate < self.dice.kills / 2:
                return self._kill(call)
            if fate < self.dice.loses:
                return call.send_error(500)
            with self.guard:
                self.taken[mood].append((message, call.headers.get("webhook-id", ""), body))
            if fate < self.dice.loses + self.dice.kills / 2:
                return self._kill(call)
            call.send_response(204)
            call.end_headers()
            return None
        with suppress(OSError):
            getattr(self, f"_{mood}")(call)
        return None

    def _proven(self, mood: str, message: str, body: bytes, headers: dict[str, str]) -> None:
        """A message is signed, and says the same on every attempt."""
        if self.seen.setdefault((mood, message), body) != body:
            self.wrong.append(f"{message} to {mood} says something else than before")
        if secret := self.secrets.get(mood):
            try:
                # its time is the company's, whose clock is bent: what is signed is proven without it
                checked = {name.lower(): value for name, value in headers.items()}
                signed = Webhook(secret).sign(message, _at(checked["webhook-timestamp"]), body.decode())
                if signed not in checked["webhook-signature"].split():
                    raise WebhookVerificationError("another signature")
            except (WebhookVerificationError, KeyError) as no:
                self.wrong.append(f"{message} to {mood} is not signed: {no}")

    def _kill(self, call: http.server.BaseHTTPRequestHandler) -> None:
        """Kill who called, by the other end of its line."""
        port = call.client_address[1]
        for line in psutil.net_connections("tcp"):
            if line.laddr and line.laddr.port == port and line.pid and line.pid != os.getpid():
                self.calls["killed"] += 1
                with suppress(ProcessLookupError):
                    os.kill(line.pid, signal.SIGKILL)
        call.close_connection = True

    def _hangs(self, call: http.server.BaseHTTPRequestHandler) -> None:
        self.healed.wait(20)

    def _fails(self, call: http.server.BaseHTTPRequestHandler) -> None:
        call.send_error(500)

    def _redirects(self, call: http.server.BaseHTTPRequestHandler) -> None:
        call.send_response(302)
        call.send_header("location", self.url("stolen"))
        call.end_headers()

    def _endless(self, call: http.server.BaseHTTPRequestHandler) -> None:
        call.send_response(200)
        call.end_headers()
        end = time.monotonic() + 20
        while time.monotonic() < end:
            call.wfile.write(b"x" * 65536)
            time.sleep(0.05)

    def _lies(self, call: http.server.BaseHTTPRequestHandler) -> None:
        call.wfile.write(self.random.choice([b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nok", b"nonsense\r\n\r\n", b"HTTP/1.1 204 No", b"HTTP/9.9 200 OK\r\n\r\n"]))
        call.close_connection = True

    def stop(self) -> None:
        """Listen no more."""
        self.healed.set()
        self.server.shutdown()
        self.server.server_close()


def _at(seconds: str) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(seconds), UTC)
