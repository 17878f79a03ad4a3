"""Requests: changes that sites are asked for, because they work on the units already.

A site answers until its cut-off, or until the time that was stated; then the fallback is taken. Only this file writes
requests. Whoever calls has locked their orders.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import row
from hanse.network.calendar import Calendar

from .events import AskedOfSite

Fallback = Literal["let-go", "intercept", "return"]
FALLBACKS = ("let-go", "intercept", "return")
"""What follows when a site cannot: it goes on as it is, the dock keeps it here until somebody decides, or it comes back on arrival."""
REQUESTED = ("stop", "address", "carrier", "redirect")
"""What a site is asked for: not to send units; another address or carrier on labels; another address for what is on its way."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one site shall be asked for. `stops` are the units to stop, by allocation."""

    order: int
    site: int
    kind: str
    what: str
    units: int
    fallback: str
    answer_by: datetime | None
    reason: str
    by_customer: bool
    by: str
    carrier: str = ""
    address: int | None = None
    stops: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A site's working days and cut-off."""

    site: int
    code: str
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time

    def next_ship_day(self, now: datetime) -> date:
        """The next day on which the site sends things off."""
        return Calendar(self.country, self.region, tuple(self.workdays), self.zone).ship_day(now, self.cut_off)

    def next_cut_off(self, now: datetime) -> datetime:
        """Until when the site still sends things off: its cut-off on the next day that it works."""
        return datetime.combine(self.next_ship_day(now), self.cut_off, ZoneInfo(self.zone))


@row
class Request:
    """A request as those who answer it see it."""

    id: int
    order: int
    site: int
    site_code: str
    kind: str
    units: int
    fallback: str
    answer_by: datetime
    state: str
    outcome: str
    reason: str
    by_customer: bool

    @property
    def number(self) -> str:
        return order_number(self.order)


@row
class Answer:
    """What became of a request: the answer, whose, and what came of it (nothing yet: the dock keeps it)."""

    request: int
    state: str
    outcome: str
    by: str
    reason: str = ""


SITES = "SELECT id, code, zone, country, region, workdays, cut_off FROM network_site WHERE id = ANY(%(site)s::bigint[])"
ASK = """
INSERT INTO orders_changerequest (id, order_id, site_id, kind, units, address_id, carrier, fallback, answer_by, reason, by_customer, asked_by, asked_at)
SELECT w.id, w.ord, w.site, w.kind, w.units, w.address, w.carrier, w.fallback, w.until, w.reason, w.by_customer, w.by, %(now)s
  FROM unnest(%(id)s::bigint[], %(order)s::bigint[], %(site)s::bigint[], %(kind)s::text[], %(units)s::bigint[], %(address)s::bigint[], %(carrier)s::text[],
              %(fallback)s::text[], %(until)s::timestamptz[], %(reason)s::text[], %(by_customer)s::boolean[], %(by)s::text[])
    AS w(id, ord, site, kind, units, address, carrier, fallback, until, reason, by_customer, by)
"""
STOP = """
INSERT INTO orders_requestedunits (request_id, allocation_id, quantity)
SELECT * FROM unnest(%(request)s::bigint[], %(allocation)s::bigint[], %(quantity)s::bigint[])
"""
LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM orders_changerequest WHERE id = ANY(%(request)s::bigint[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
FIND = """
SELECT r.id, r.order_id, r.site_id, s.code, r.kind, r.units, r.fallback, r.answer_by, r.state, r.outcome, r.reason, r.by_customer
  FROM orders_changerequest r JOIN network_site s ON s.id = r.site_id WHERE r.id = ANY(%(request)s::bigint[])
"""
ANSWER = """
UPDATE orders_changerequest r SET state = CASE WHEN r.state = 'requested' THEN a.state ELSE r.state END, outcome = a.outcome,
       answered_by = a.by, answer = a.reason, answered_at = coalesce(r.answered_at, %(now)s), settled_at = CASE WHEN a.outcome <> '' THEN %(now)s::timestamptz END
  FROM unnest(%(request)s::bigint[], %(state)s::text[], %(outcome)s::text[], %(by)s::text[], %(reason)s::text[]) AS a(id, state, outcome, by, reason)
 WHERE r.id = a.id
"""


def ask_sites(run: Run, wishes: Sequence[Wish]) -> list[AskedOfSite]:
    """Ask sites for changes; one request for each wish, in order. Without a time they answer until their next cut-off."""
    if not wishes:
        return []
    sites = {s.site: s for s in run.rows(SiteDay, SITES, site=sorted({w.site for w in wishes}))}
    ids = run.draw("orders_changerequest_id_seq", len(wishes))
    until = [w.answer_by or sites[w.site].next_cut_off(run.now) for w in wishes]
    run.write(ASK, wishes, id=ids, until=until)
    stops = [(id, *stop) for id, w in zip(ids, wishes, strict=True) for stop in w.stops]
    if stops:
        run.write(STOP, request=[s[0] for s in stops], allocation=[s[1] for s in stops], quantity=[s[2] for s in stops])
    return [
        AskedOfSite(id, sites[w.site].code, w.kind, w.what, w.units, at, sites[w.site].zone, w.fallback)
        for id, w, at in zip(ids, wishes, until, strict=True)
    ]  # fmt: skip


def locked(run: Run, requests: Collection[int]) -> dict[int, Request]:
    """These requests, their orders locked in key order."""
    run.lock(LOCK, request=sorted(requests))
    return {r.id: r for r in run.rows(Request, FIND, request=sorted(requests))}


def settle(run: Run, answers: Sequence[Answer]) -> None:
    """Keep answers. The first one stays the request's state; the last one says what came of it."""
    run.write(ANSWER, answers)


def falls_back(fallback: str) -> str:
    """What comes of a request when its fallback is taken; nothing yet where the dock keeps the parcel here."""
    return "" if fallback == "intercept" else fallback
