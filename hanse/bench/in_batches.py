"""(a) Batches: placing alone and the full cycle, in batches of 1, 100 and 1,000, by one process and by two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from . import cpu
from .company import Databases
from .hands import Hand, hired

SIZES = {1: 60, 100: 20, 1000: 4}
"""Batches that each process takes per measurement, by their size."""
QUICK = {1: 15, 100: 3}
PROCESSES = (1, 2)
STEPS = ("place", "cycle")


@dataclass(slots=True)
class Cost:
    """What some orders cost: CPU of the clients and of the server's processes, statements sent, and the time it took."""

    orders: int = 0
    cpu: float = 0.0
    statements: int = 0
    seconds: float = 0.0

    def add(self, other: "Cost") -> None:
        self.orders += other.orders
        self.cpu += other.cpu
        self.statements += other.statements
        self.seconds += other.seconds

    @property
    def ms(self) -> float:
        """CPU per order in milliseconds."""
        return 1000 * self.cpu / self.orders


def measured(
    databases: Databases, sizes: dict[int, int], processes: Sequence[int] = PROCESSES, rounds: int = 2, steps: Sequence[str] = STEPS, seed: int = 1
) -> Iterator[dict[str, Any]]:
    """One row for each step, size and number of processes. hanse and floor take turns, so that both meet the same weather."""
    with _both(databases, max(processes)) as (hanse, floor):
        _season(databases, hanse[0], floor[0])
        for what in steps:
            for size, count in sizes.items():
                for together in processes:
                    ours, plain = Cost(), Cost()
                    for _ in range(rounds):
                        seed += 10
                        job = {"what": what, "size": size, "count": count, "warm": 4 if size == 1 else 1, "seed": seed}
                        plain.add(cost(databases, floor[:together], job))
                        ours.add(cost(databases, hanse[:together], job))
                    yield row(what, size, together, ours, plain)


class _both:
    """Processes of both kinds, for as long as the block lasts."""

    def __init__(self, databases: Databases, count: int):
        self._hanse = hired("hands", ["hanse"], count, hanse_environment(databases))
        self._floor = hired("hands", ["floor"], count, {"DATABASE_URL": databases.floor})

    def __enter__(self) -> tuple[list[Hand], list[Hand]]:
        return self._hanse.__enter__(), self._floor.__enter__()

    def __exit__(self, *trouble: Any) -> None:
        self._floor.__exit__(*trouble)
        self._hanse.__exit__(*trouble)


def hanse_environment(databases: Databases) -> dict[str, str]:
    """What a process of hanse needs to know."""
    return {
        "DATABASE_URL": databases.hanse, "DATABASE_OWNER_URL": databases.hanse_owner, "DJANGO_SETTINGS_MODULE": "hanse.edge.settings",
        "HANSE_POOL": "0", "HANSE_PROCESS": "bench",
    }


def season(databases: Databases) -> None:
    """Some orders of the past and fresh statistics on both sides, by processes of their own."""
    with _both(databases, 1) as (hanse, floor):
        _season(databases, hanse[0], floor[0])


def _season(databases: Databases, hanse: Hand, floor: Hand) -> None:
    """Some orders of the past and fresh statistics, as in a company that has run for a while."""
    for hand in (hanse, floor):
        cost(databases, [hand], {"what": "cycle", "size": 100, "count": 5, "warm": 0, "seed": 0})
    for url in (databases.hanse_owner, databases.floor):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def cost(databases: Databases, hands: Sequence[Hand], job: dict[str, Any]) -> Cost:
    """Let the processes do a job at once, each with orders of its own."""
    for nr, hand in enumerate(hands):
        hand.say(job | {"seed": job["seed"] + 100_000 * nr})
    for hand in hands:
        hand.hear()
    server = databases.postmaster()
    before = cpu.of_server(server)
    for hand in hands:
        hand.say("go")
    told = [hand.hear() for hand in hands]
    spent = cpu.used(before, cpu.of_server(server))
    return Cost(
        orders=len(hands) * job["size"] * job["count"], cpu=spent + sum(t["cpu"] for t in told),
        statements=sum(t["statements"] for t in told), seconds=max(t["seconds"] for t in told),
    )


def row(name: str, batch: int, processes: int, ours: Cost, plain: Cost) -> dict[str, Any]:
    """A row of the figures."""
    return {
        "name": name, "batch": batch, "processes": processes, "orders_per_s": round(ours.orders / ours.seconds, 1),
        "floor_orders_per_s": round(plain.orders / plain.seconds, 1), "cpu_ms_per_order": round(ours.ms, 3),
        "floor_cpu_ms_per_order": round(plain.ms, 3), "ratio": round(ours.ms / plain.ms, 2),
        "statements_per_order": round(ours.statements / ours.orders, 3), "floor_statements_per_order": round(plain.statements / plain.orders, 3),
    }
