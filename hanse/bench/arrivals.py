"""Arrivals: an open-loop load, pure. Requests come when they come, whether or not earlier ones were answered.

A closed loop, where each client waits for its answer before it asks again, slows down with the server and hides how long
people wait. Here every request has an instant at which it is due, and its latency counts from then: who stands in a queue
waits, whosever queue it is.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

MIX: Mapping[str, float] = {"place": 1.0, "page": 1.0, "scan": 3.0}
"""Requests for each order that is offered: it is placed, one order page is opened, and a scan is made for each of three lines."""
ANSWERED, SHED = range(200, 300), (429, 503)
STILL_WELL_MS, STILL_ALL = 1_000.0, 0.95
"""A rate is carried while 99 of 100 orders are answered within this time, nearly all that was offered is answered in time, and none is shed."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that is due at an instant, in seconds from the beginning."""

    due: float
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an arrival: its status (0 where no answer came), the seconds since it was due, and those it was sent late."""

    arrival: Arrival
    status: int
    took: float
    late: float


def schedule(rate: float, seconds: float, seed: int, mix: Mapping[str, float] = MIX) -> list[Arrival]:
    """Arrivals at so many orders a second, each kind at random like independent people (Poisson)."""
    arrivals = []
    for what, share in mix.items():
        random, due, number = Random(f"{seed}/{what}"), 0.0, 0
        while (due := due + random.expovariate(rate * share)) < seconds:
            arrivals.append(Arrival(due, what, number))
            number += 1
    return sorted(arrivals, key=lambda a: (a.due, a.what))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed; infinite where there is none."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else math.inf


def row(rate: float, seconds: float, answers: Sequence[Answer]) -> dict[str, Any]:
    """One rate: what was offered, what was carried, and how long each kind took from the instant it was due.

    A request that was not answered well counts with the time at which that was known, so that shedding makes no figure look better.
    """
    orders = [a for a in answers if a.arrival.what == "place"]
    well = [a for a in orders if a.status in ANSWERED]
    in_time = [a for a in well if a.arrival.due + a.took <= seconds + STILL_WELL_MS / 1000]
    told: dict[str, Any] = {"offered_per_s": round(len(orders) / seconds, 1), "placed_per_s": round(len(in_time) / seconds, 1), "requests_per_s": round(len(answers) / seconds, 1)}
    for what in MIX:
        took = [1000 * a.took for a in answers if a.arrival.what == what]
        told |= {f"{what}_p{p}_ms": round(percentile(took, p), 1) for p in (50, 99) if took}
    return {"rate": rate} | told | {
        "shed": sum(a.status in SHED for a in answers), "unanswered": sum(a.status == 0 for a in answers),
        "wrong": sum(a.status not in ANSWERED and a.status not in SHED and a.status != 0 for a in answers),
        "sent_late_ms": round(1000 * max((a.late for a in answers), default=0.0), 1),
    }  # fmt: skip


def carried(told: Mapping[str, Any]) -> bool:
    """Whether a rate is still carried: in time, and whole."""
    whole = told["placed_per_s"] >= STILL_ALL * told["offered_per_s"]
    return whole and told["place_p99_ms"] <= STILL_WELL_MS and not (told["shed"] or told["unanswered"] or told["wrong"])


def knee(rows: Sequence[Mapping[str, Any]]) -> float:
    """The last rate that is carried before the first that is not; 0 where none is."""
    last = 0.0
    for told in rows:
        if not carried(told):
            break
        last = told["rate"]
    return last
