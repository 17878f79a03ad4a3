"""(b) One order for each request over HTTP, next to a raw handler on the same server; (d) one SKU that all clients want.

Both servers are granian with one worker and 16 threads; CPU is that of the server's processes and of PostgreSQL.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from . import cpu
from .company import HOUSE, ITEMS, Databases
from .hands import Hand, hired
from .in_batches import Cost, hanse_environment, season

CLIENTS = THREADS = 16
KEY = """
import django; django.setup()
from hanse.edge import keys
print(keys.make("bench " + __import__("secrets").token_hex(4), ["all"]))
"""


@dataclass(slots=True)
class Served:
    """A web server that runs: its port, its processes and the key that opens it."""

    port: int
    pid: int
    key: str = ""


def measured(databases: Databases, quick: bool, named: Collection[str]) -> Iterator[dict[str, Any]]:
    """The rows of both servers, and of one hot SKU."""
    season(databases)
    scale, rounds = (1, 1) if quick else (4, 2)
    environment = hanse_environment(databases) | {"HANSE_POOL": "1", "HANSE_PROCESS": "web"}
    with (
        served(["hanse.edge.web", "127.0.0.1", "{port}", str(THREADS)], environment) as hanse,
        served(["hanse.bench.raw", "{port}", str(THREADS)], {"DATABASE_URL": databases.floor}) as raw,
        hired("load", [], 1, {}) as [load],
    ):
        hanse.key = subprocess.run([sys.executable, "-c", KEY], env=os.environ | environment, cwd=HOUSE, check=True, capture_output=True, text=True).stdout.strip()
        for name, what, clients, count in (("http_place", "order", CLIENTS, 200 * scale), ("http_cycle", "cycle", 1, 15 * scale), ("http_cycle", "cycle", CLIENTS, 60 * scale)):
            if name not in named:
                continue
            ours, plain = Cost(), Cost()
            for seed in range(rounds):
                job = {"clients": clients, "count": count, "warm": max(count // 5, 2 * clients, 8), "seed": 1000 + 10 * seed}
                plain.add(cost(databases, raw, load, job | {"what": f"raw_{what}"}))
                ours.add(cost(databases, hanse, load, job | {"what": f"hanse_{what}"}))
            yield row(name, clients, ours, plain)
        if "hot_sku" in named:
            yield hot_sku(databases, hanse, load, 200 * scale, rounds)


def row(name: str, clients: int, ours: Cost, plain: Cost) -> dict[str, Any]:
    """A row of the figures; `processes` are clients at once."""
    return {
        "name": name, "batch": 1, "processes": clients, "orders_per_s": round(ours.orders / ours.seconds, 1),
        "floor_orders_per_s": round(plain.orders / plain.seconds, 1), "cpu_ms_per_order": round(ours.ms, 3),
        "floor_cpu_ms_per_order": round(plain.ms, 3), "ratio": round(ours.ms / plain.ms, 2), "statements_per_order": None,
    }


def hot_sku(databases: Databases, hanse: Served, load: Hand, count: int, rounds: int) -> dict[str, Any]:
    """All clients on one SKU, next to all clients on any; the ratio is that of the rates."""
    hot, many = Cost(), Cost()
    for seed in range(rounds):
        job = {"what": "hanse_order", "clients": CLIENTS, "count": count, "warm": count // 5, "seed": 5000 + 10 * seed}
        many.add(cost(databases, hanse, load, job | {"items": ITEMS}))
        hot.add(cost(databases, hanse, load, job | {"items": 1}))
    rate, usual = hot.orders / hot.seconds, many.orders / many.seconds
    return {
        "name": "hot_sku", "batch": 1, "processes": CLIENTS, "orders_per_s": round(rate, 1), "floor_orders_per_s": round(usual, 1),
        "cpu_ms_per_order": round(hot.ms, 3), "floor_cpu_ms_per_order": round(many.ms, 3), "ratio": round(rate / usual, 2),
        "statements_per_order": None,
    }


def cost(databases: Databases, server: Served, load: Hand, job: dict[str, Any]) -> Cost:
    """Let the clients do a job; what it cost the web server and the database."""
    load.say(job | {"port": server.port, "key": server.key})
    load.hear()
    postmaster, processes = databases.postmaster(), cpu.family(server.pid)
    database, web = cpu.of_server(postmaster), sum(map(cpu.of, processes))
    load.say("go")
    told = load.hear()
    spent = cpu.used(database, cpu.of_server(postmaster)) + sum(map(cpu.of, processes)) - web
    return Cost(orders=job["count"], cpu=spent, seconds=told["seconds"])


@contextmanager
def served(words: Sequence[str], environment: dict[str, str]) -> Iterator[Served]:
    """A web server in a process of its own; ended afterwards with all that it started."""
    port = free_port()
    command = [sys.executable, "-m", *(word.format(port=port) for word in words)]
    process = subprocess.Popen(command, env=os.environ | environment, cwd=HOUSE, start_new_session=True, stdout=sys.stderr)
    try:
        _wait_for(port, process)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the port answers; a server that ended is an error."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the web server ended with {process.returncode}")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the web server did not answer within a minute")
