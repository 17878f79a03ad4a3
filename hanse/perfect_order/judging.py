"""Judging: from evidence to the verdict of each commitment. Pure.

A commitment is the units of an order that were promised for one day: lines with different days count as orders of their own.
Place, customer and documents are of the commitment; product, time and invoice of each line; a commitment holds where all
its lines do. A no may be said early, a yes only with evidence for all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hanse.fulfilment.batching import Pace
from hanse.fulfilment.slack import departs_of, way_of

from . import conditions
from .conditions import ALL, CONDITIONS, Delivery, Due, Finding, Matched, Window, arrived_at, window
from .evidence import Billed, Head, Owed, Sent, Way, exported
from .lateness import Milestone, Part, lateness, primary
from .truth import Truth, every

RULES = 3
"""The version of these rules; verdicts keep the one they were judged by."""
CLAIM_DAYS = 30
"""How long a customer may claim after the last delivery where nothing else is agreed."""
BY_STAGE: Mapping[str, str] = {
    "order desk": "held or without stock", "release": "released late", "pick": "picked late", "pack": "packed late",
    "hand-over": "missed cut-off", "carrier": "transit delay", "consignee": "not received when tried",
}
"""The cause of a late delivery by the stage that answers first."""
ORDER = ("documents", "product", "time", "place", "customer", "invoice")
"""Which condition fails first, as an order goes its way."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What was found of a line: product, time and invoice."""

    position: int
    sku: str
    found: Mapping[str, Finding]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a commitment now."""

    order: int
    due_on: date | None
    state: str
    truths: Mapping[str, Truth]
    lines: tuple[LineVerdict, ...]
    header: Mapping[str, Finding]
    net: Decimal
    currency: str
    hours_late: Decimal | None
    late: tuple[Part, ...]
    customer: int
    customer_code: str
    site: str
    carrier: str
    country: str
    channel: str
    final_on: date | None
    waits_at: tuple[str, str] | None = None

    @property
    def perfect(self) -> Truth:
        """Whether all five conditions hold."""
        return every(self.truths[name] for name in CONDITIONS)

    @property
    def failed(self) -> list[str]:
        """The conditions that do not hold, the first to fail first."""
        return [name for name in ORDER if self.truths[name] is False]

    def line_truths(self) -> list[Truth]:
        """For each line whether it is perfect: its own conditions and those of the commitment."""
        shared = [self.truths[name] for name in ("place", "customer")]
        return [every([*shared, *(f.truth for f in line.found.values())]) for line in self.lines]

    def causes(self) -> dict[str, tuple[str, str]]:
        """Of each failed condition the one primary cause, and who answers."""
        return {name: self._cause(name) for name in self.failed}

    def _cause(self, name: str) -> tuple[str, str]:
        if name == "time" and (first := primary(self.late)):
            return BY_STAGE.get(first.stages[-1], "late"), first.owner
        if name == "time" and self.waits_at:
            return self.waits_at
        found = self.header[name] if name in self.header else next(x.found[name] for x in self.lines if x.found[name].truth is False)
        return found.cause, found.owner or "not known"

    def as_found(self) -> dict[str, Any]:
        """All findings with their evidence, as they are kept."""
        return {
            "of": {name: _kept(f) for name, f in self.header.items()},
            "lines": [{"line": x.position, "sku": x.sku} | {name: _kept(f) for name, f in x.found.items()} for x in self.lines],
            "late": [{"stages": list(p.stages), "owner": p.owner, "hours": round(p.hours, 3)} for p in self.late],
        }


def _kept(f: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"truth": f.truth, "why": f.why, "shows": list(f.evidence)}
    return told | ({"cause": f.cause, "owner": f.owner} if f.truth is False else {}) | ({} if f.sure else {"sure": False})


def commitments(lines: Iterable[Owed]) -> dict[date | None, list[Owed]]:
    """An order's lines by the day they were promised for."""
    found: dict[date | None, list[Owed]] = {}
    for line in lines:
        found.setdefault(line.due_on, []).append(line)
    return found


def late_parcels(head: Head, lines: Sequence[Owed], sent: Sequence[Sent], now: datetime) -> list[int]:
    """The parcels that came, or are still on their way, after the day one of their lines was promised for: only their ways are looked at."""
    due = {x.id: window(x.due_on, head.zone).end_at for x in lines if x.due_on}
    late = []
    for parcel in sent:
        at = arrived_at(parcel.delivery(), head.delivery_term) or now
        if any(at >= due[line] for line in parcel.lines if line in due):
            late.append(parcel.id)
    return late


def judge(head: Head, due_on: date | None, lines: Sequence[Owed], sent: Sequence[Sent], billed: Mapping[int, Billed], ways: Mapping[int, Way], now: datetime) -> Verdict:
    """The verdict of one commitment, from all that is known of it now."""
    owed = [x for x in lines if x.ordered - x.cancelled + x.dropped > 0]
    mine = {x.id for x in owed}
    parcels = [s for s in sent if mine & set(s.lines)]
    deliveries = [p.delivery() for p in parcels]
    due = window(due_on, head.zone) if due_on else None
    of_line = {x.id: _due(x) for x in owed}
    complete = bool(owed) and all(d.closed for d in of_line.values())
    abroad = any(exported(p.site_country, head.country) for p in parcels)
    header = {
        "place": conditions.place(head.ship_to, head.spot, deliveries, complete, head.delivery_term),
        "customer": conditions.customer(head.allowed, deliveries, complete),
        "documents": conditions.documents(bool(parcels), abroad, [x.sku for x in owed if x.lacks_customs_data]),
    }
    found = tuple(LineVerdict(x.position, x.sku, _of_line(x, of_line[x.id], deliveries, due, head, billed.get(x.id), now)) for x in owed)
    truths: dict[str, Truth] = {name: header[name].truth for name in header}
    truths |= {name: every(x.found[name].truth for x in found) for name in ("product", "time", "invoice")}
    last = max(parcels, key=lambda p: (p.delivered_at or p.handed_over_at, p.id), default=None)
    late, waits_at = _late(last, ways, due, now) if truths["time"] is False else [], None
    if truths["time"] is False and not complete:
        late, waits_at = [], _waits_at(owed, last, late)
    hours = _hours(parcels, head, due) if truths["time"] is False else None
    judged = every(truths[n] for n in CONDITIONS) is not None
    final_on = _claims_end(deliveries, due, now) if judged and complete else None
    state = "void" if not owed else "provisional" if judged else "open"
    return Verdict(
        head.id, due_on, state, truths, found, header, sum((x.net * (x.ordered - x.cancelled + x.dropped) / x.ordered for x in owed), Decimal(0)).quantize(Decimal("0.0001")),
        head.currency, hours, tuple(late), head.customer, head.customer_code, last.site if last else "", last.carrier if last else "", head.country, head.channel, final_on, waits_at,
    )


def _due(line: Owed) -> Due:
    return Due(line.id, line.position, line.ordered - line.cancelled + line.dropped, line.dropped, line.delivered, line.lost, line.sent_back, short=line.short, rejected=line.rejected, rejected_why=line.rejected_why)


def _of_line(line: Owed, due: Due, parcels: Sequence[Delivery], times: Window | None, head: Head, billed: Billed | None, now: datetime) -> dict[str, Finding]:
    kept = line.ordered - line.cancelled
    bills = kept if head.invoice_rule == "order" or not due.closed else line.shipped
    matched = Matched(bills, line.invoiced, *((billed.quantity_variance, billed.price_variance, tuple(billed.corrected), tuple(billed.invoices), tuple(billed.given_back)) if billed else ()))
    return {
        "product": conditions.product(due, parcels),
        "time": conditions.on_time(due, parcels, times, head.delivery_term, now),
        "invoice": conditions.invoice(matched),
    }


def _hours(parcels: Sequence[Sent], head: Head, due: Window | None) -> Decimal | None:
    """By how many hours the last unit came late; nothing is known of what has not come."""
    arrived = [at for p in parcels if (at := arrived_at(p.delivery(), head.delivery_term))]
    if due is None or not arrived:
        return None
    return Decimal(str(round(max(0.0, (max(arrived) - due.end_at).total_seconds() / 3600), 3)))


def _late(last: Sent | None, ways: Mapping[int, Way], due: Window | None, now: datetime) -> list[Part]:
    """Which stages made the last parcel late: planned backward from the promise by the calendar of its site and its lane; handed over by what was agreed with the site, where that is said."""
    way = ways.get(last.id) if last else None
    if way is None or due is None:
        return []
    pace = Pace()
    due_on = (due.end_at - timedelta(seconds=1)).date()
    departs = departs_of(way.zone, way.country, way.region, way.workdays, way.cut_off, way.opens, way.closes)
    to = way_of(way.days, way.transit_on, way.receives_on, way.to_country, way.to_region)
    planned = departs.steps(departs.last_cut_off(due_on, to), way.lines, way.units, pace)
    return lateness([
        Milestone("order desk", planned.release_by, way.ready_at), Milestone("release", planned.release_by, way.released_at), Milestone("pick", planned.picked_by, way.picked_at),
        Milestone("pack", planned.packed_by, way.packed_at), Milestone("hand-over", way.ship_by or planned.hand_over_by, way.handed_over_at),
        Milestone("carrier", due.end_at, way.tried_at or way.delivered_at or now), Milestone("consignee", due.end_at, way.delivered_at or now),
    ])


def _waits_at(owed: Sequence[Owed], last: Sent | None, late: Sequence[Part]) -> tuple[str, str]:
    """Where what has not come waits, and who answers: what was not sent has no hours yet, so it is no part of anybody's."""
    if any(x.waits for x in owed):
        return "stock-out", "inventory"
    if sum(x.shipped for x in owed) < sum(x.ordered - x.cancelled for x in owed):
        return "not sent yet", "warehouse"
    first = primary(late)
    return (BY_STAGE.get(first.stages[-1], "late"), first.owner) if first and first.owner != "consignee" else ("still on its way", "carrier")


def _claims_end(deliveries: Sequence[Delivery], due: Window | None, now: datetime) -> date:
    """The day from which nobody can claim any more: counted from the last delivery, else from the day it was due."""
    ended = max((d.delivered_at or d.handed_over_at for d in deliveries), default=due.end_at if due else now)
    return (ended.astimezone(UTC) + timedelta(days=CLAIM_DAYS)).date()


def settled(verdict: Verdict, before: str | None, changed: bool, today: date) -> str:
    """The state of a verdict in its life: final once the claim window is over, reopened by what became known after that."""
    if verdict.state in ("void", "open"):
        return verdict.state if before not in ("final", "reopened") or verdict.state == "void" else "reopened"
    if before in ("final", "reopened") and changed:
        return "reopened"
    return "final" if verdict.final_on and verdict.final_on <= today else "provisional"


def worth_keeping(verdict: Verdict, today: date) -> bool:
    """Whether a commitment that nothing is kept of needs a verdict: it is judged, all of it has come, or its day has."""
    if verdict.state == "void":
        return False
    return verdict.perfect is not None or verdict.truths["time"] is not None or (verdict.due_on is not None and verdict.due_on <= today)


TRUTHS = dict(zip(("place", "product", "time", "customer", "invoice", "documents"), ("right_place", "right_product", "in_time", "right_customer", "right_invoice", "right_documents"), strict=True))
"""The column of each condition."""
assert set(TRUTHS) == set(ALL)
