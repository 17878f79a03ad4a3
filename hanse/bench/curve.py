"""The load curve of the whole system: `hanse bench load`. Orders a second offered, against how long placing, the order page and a scan take.

A real `hanse serve` (web, stream and worker) on the bench's private server, under `arrivals` that do not wait for it. Rates rise until one is
not carried any more; then twice the last one that was, to see what happens beyond: what is shed or not answered is sent again with its key when
it is quiet, and in the end every order that was wanted is there once.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from . import cpu
from .arrivals import ANSWERED, Answer, Arrival, carried, knee, row, schedule
from .company import HOUSE, Databases, Wish, made, wishes
from .in_batches import hanse_environment, season
from .load import Line, _told, order_of
from .over_http import free_port, served

RATES = (5, 10, 15, 20, 30, 40, 60, 80, 110, 150, 200)
SECONDS, QUICK_SECONDS = 20.0, 4.0
PATIENCE = 30.0
"""Seconds after which a client gives a request up, from the instant it was due."""
MOST_LINES = 500
OPENING = 300
"""Orders that are there before, released, to be looked at and scanned."""
AGAIN = 120.0
"""Seconds in which all that was shed or not answered must be taken when it is sent again."""
ENTER = """
import django; django.setup()
import json, secrets
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from hanse.edge import keys, users
name = "bench-" + secrets.token_hex(4)
users.create(name, ["order desk", "warehouse"])
user, session = User.objects.get(username=name), SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend", user.get_session_auth_hash()
session.save()
print(json.dumps([keys.make(name, ["all"]), session.session_key]))
"""
PLACED = "SELECT key, count(*) FROM journal_event WHERE kind = 'OrderPlaced' AND key = ANY(%s) GROUP BY key"
BEHIND = "SELECT EXISTS (SELECT 1 FROM journal_follower f WHERE EXISTS (SELECT 1 FROM journal_event e WHERE (e.xact, e.id) > (f.xact, f.event)))"


@dataclass(slots=True)
class Door:
    """How to reach the served company, and what of it is looked at."""

    port: int
    key: str
    session: str
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    orders: list[str] = field(default_factory=list)
    tasks: list[tuple[int, str]] = field(default_factory=list)

    def request(self, arrival: Arrival, stage: int, wanted: Sequence[Wish]) -> bytes:
        """An arrival as the bytes of its request."""
        if arrival.what == "page":
            number = self.orders[arrival.number * 7 % len(self.orders)]
            return f"GET /orders/{number} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: sessionid={self.session}\r\n\r\n".encode()
        if arrival.what == "scan":
            task, sku = self.tasks[arrival.number % len(self.tasks)]
            return self._post("/api/v1/scans/batch", [{"task": task, "what": "item", "read": sku}], f"{self.run}-{stage}-scan-{arrival.number}")
        return self._post("/api/v1/orders", order_of(wanted[arrival.number]), self.key_of(stage, arrival.number))

    def key_of(self, stage: int, number: int) -> str:
        """The key under which an order is asked for."""
        return f"{self.run}-{stage}-{number}"

    def _post(self, path: str, body: Any, key: str) -> bytes:
        sent = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer {self.key}\r\nIdempotency-Key: {key}\r\n"
        return head.encode() + f"Content-Length: {len(sent)}\r\n\r\n".encode() + sent


class Lines:
    """Kept connections; another is opened when none is free, up to a bound."""

    def __init__(self, port: int):
        self.port, self.free, self.room = port, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]](), asyncio.Semaphore(MOST_LINES)

    async def ask(self, request: bytes) -> int:
        """Send a request; the status of its answer, 0 where the line was cut."""
        async with self.room:
            writer = None
            try:
                reader, writer = self.free.pop() if self.free else await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
                await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                if writer is not None:
                    writer.close()
                return 0
            except asyncio.CancelledError:
                if writer is not None:
                    writer.close()
                raise
            self.free.append((reader, writer))
            return int(head.split()[1])

    def close(self) -> None:
        """Close what is free."""
        while self.free:
            self.free.pop()[1].close()


async def offered(door: Door, arrivals: Sequence[Arrival], stage: int, wanted: Sequence[Wish]) -> list[Answer]:
    """Send every request when it is due, whatever became of those before."""
    lines, began = Lines(door.port), time.monotonic()

    async def one(arrival: Arrival) -> Answer:
        late, status = time.monotonic() - began - arrival.due, 0
        with suppress(TimeoutError):
            status = await asyncio.wait_for(lines.ask(door.request(arrival, stage, wanted)), PATIENCE - late)
        return Answer(arrival, status, time.monotonic() - began - arrival.due, late)

    sent = []
    for arrival in arrivals:
        if (early := began + arrival.due - time.monotonic()) > 0:
            await asyncio.sleep(early)
        sent.append(asyncio.create_task(one(arrival)))
    answers = await asyncio.gather(*sent)
    lines.close()
    return answers


def enter(environment: dict[str, str], port: int) -> Door:
    """A key and a session, and orders that are released: what the pages show and the scans are of."""
    told = subprocess.run([sys.executable, "-c", ENTER], env=os.environ | environment, cwd=HOUSE, check=True, capture_output=True, text=True).stdout
    door = Door(port, *json.loads(told.splitlines()[-1]))
    line = Line(port, door.key)
    for start in range(0, OPENING, 100):
        placed = _told(line.post("/api/v1/orders/batch", [order_of(w) for w in wishes(100, 40 + start)]))
        door.orders += [it["order"] for it in placed]
        for released in _told(line.post("/api/v1/releases/batch", [{"order": it["order"]} for it in placed])):
            door.tasks += [(t["task"], t["sku"]) for t in released["tasks"]]
    return door


def settled(door: Door, owner: str, stage: int, answers: Sequence[Answer], wanted: Sequence[Wish]) -> dict[str, int]:
    """When it is quiet, send what has no good answer again with its key; then count: every order that was wanted is there once."""
    orders = {a.arrival.number: a.status for a in answers if a.arrival.what == "place"}
    keys = {door.key_of(stage, n): n for n in orders}
    with psycopg.connect(owner, autocommit=True) as connection:
        before: dict[str, int] = dict(connection.execute(PLACED, [list(keys)]).fetchall())
        lost = sum(before.get(door.key_of(stage, n), 0) != 1 for n, status in orders.items() if status in ANSWERED)
        again = [Arrival(0.0, "place", n) for n, status in orders.items() if status not in ANSWERED]
        asyncio.run(_until_taken(door, again, stage, wanted))
        after: dict[str, int] = dict(connection.execute(PLACED, [list(keys)]).fetchall())
    return {"again": len(again), "lost": lost + sum(key not in after for key in keys), "doubled": sum(n > 1 for n in after.values())}


async def _until_taken(door: Door, todo: Sequence[Arrival], stage: int, wanted: Sequence[Wish]) -> None:
    """One after the other, each until it is answered well."""
    lines, end = Lines(door.port), time.monotonic() + AGAIN
    for arrival in todo:
        while time.monotonic() < end and await lines.ask(door.request(arrival, stage, wanted)) not in ANSWERED:
            await asyncio.sleep(0.2)
    lines.close()


def caught_up(owner: str, seconds: float = 120.0) -> float:
    """Wait until the worker has read on; how long that took."""
    began = time.monotonic()
    with psycopg.connect(owner, autocommit=True) as connection:
        while time.monotonic() - began < seconds and connection.execute(BEHIND).fetchone() != (False,):
            time.sleep(0.2)
    return time.monotonic() - began


def measured(databases: Databases, quick: bool, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """A row for each rate, rising until one is not carried, and one beyond."""
    seconds = QUICK_SECONDS if quick else SECONDS
    season(databases)
    with tempfile.TemporaryDirectory(prefix="hanse-bench-home-") as home:
        environment = hanse_environment(databases) | {"HANSE_HOME": home, "HANSE_POOL": "1", "HANSE_PROCESS": "hanse", "HANSE_EMBEDDED": ""}
        with served(["hanse.edge", "serve", "--port", "{port}", "--stream-port", str(free_port())], environment) as company:
            door, rows = enter(environment, company.port), list[dict[str, Any]]()
            say("warming up")
            _stage(door, databases, company.pid, 99, 5.0, seconds)
            for stage, rate in enumerate(RATES[:4] if quick else RATES):
                told = _stage(door, databases, company.pid, stage, float(rate), seconds)
                if not carried(told):  # a machine that others use stumbles: once more
                    told = _stage(door, databases, company.pid, stage + len(RATES), float(rate), seconds)
                rows.append(told)
                yield rows[-1]
                if not carried(rows[-1]):
                    break
            if last := knee(rows):
                yield _stage(door, databases, company.pid, 98, 2 * last, seconds) | {"beyond": True}


def _stage(door: Door, databases: Databases, pid: int, stage: int, rate: float, seconds: float) -> dict[str, Any]:
    arrivals = schedule(rate, seconds, stage)
    wanted = wishes(1 + max((a.number for a in arrivals if a.what == "place"), default=0), 10_000 + stage)
    postmaster = databases.postmaster()
    database, own = cpu.of_server(postmaster), sum(map(cpu.of, cpu.family(pid)))
    answers = asyncio.run(offered(door, arrivals, stage, wanted))
    spent = {"hanse_cores": (sum(map(cpu.of, cpu.family(pid))) - own) / seconds, "database_cores": cpu.used(database, cpu.of_server(postmaster)) / seconds}
    told = row(rate, seconds, answers) | {name: round(cores, 2) for name, cores in spent.items()}
    told |= settled(door, databases.hanse_owner, stage, answers, wanted)
    return {"name": "load"} | told | {"caught_up_s": round(caught_up(databases.hanse_owner), 1), "machine_load": round(os.getloadavg()[0], 1)}


def run(quick: bool, home: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure on the bench's private server; it is stopped again if it did not run before."""
    from hanse.edge import postgres

    started = postgres.status(home) is None
    try:
        rows = []
        for told in measured(made(home), quick, say):
            rows.append(told)
            say(f"{told['offered_per_s']} orders/s offered, {told['placed_per_s']} placed, p99 {told['place_p99_ms']} ms")
        return rows
    finally:
        if started:
            postgres.stop(home)
