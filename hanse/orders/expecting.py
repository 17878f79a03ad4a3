"""Expecting: what was promised for an order before it was placed, and what of it is otherwise once it is.

A promise gives a mark: its day, its total and a fingerprint of where the units come from. Whoever places the order with that mark
hears what has become later or dearer, or comes from elsewhere. Pure but for `arrivals`.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING

from hanse.journal.run import Run

from .events import OrderPlaced, UnitsAllocated
from .promising import settled
from .reserving import NAMED, SITES, OpenLine, SiteFact, expected

if TYPE_CHECKING:
    from .place import Place

MARK = re.compile(r"(open|\d{4}-\d\d-\d\d)_(\d{1,15}(?:\.\d{1,4})?)_([0-9a-f]{16})")
Arrivals = Mapping[int, Sequence[date | None]]
"""By line, the days on which its units arrive; none where a day is not known."""
Sources = Mapping[int, Sequence[tuple[str, int]]]
"""By line, from which sites or inbound supplies how many of its units come; nothing is the source of those that have none."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a mark says: the day (none: it was open), the total, and the fingerprint of the sources."""

    promised_on: date | None
    total: Decimal
    sources: str


def mark(promised_on: date | None, placed: OrderPlaced, sources: Sources) -> str:
    """The mark of a promise."""
    return f"{promised_on or 'open'}_{placed.total:f}_{_fingerprint(placed, sources)}"


def expected_by(mark: str) -> Expected | None:
    """What a mark says; nothing where it is none."""
    found = MARK.fullmatch(mark)
    if found is None:
        return None
    on, total, sources = found.groups()
    try:
        return Expected(None if on == "open" else date.fromisoformat(on), Decimal(total), sources)
    except ValueError:
        return None


def changed(mark: str, promised_on: date | None, placed: OrderPlaced, sources: Sources) -> str:
    """What of an order is later or dearer than its mark says, or comes from elsewhere; nothing where all is as promised."""
    was = expected_by(mark)
    assert was is not None
    said = []
    if was.promised_on and (promised_on is None or promised_on > was.promised_on):
        said.append(f"{f'there on {promised_on}' if promised_on else 'no date yet'} instead of {was.promised_on}")
    if placed.total > was.total:
        said.append(f"{placed.total:.2f} {placed.currency} instead of {was.total:.2f}")
    if not said and was.sources != _fingerprint(placed, sources):
        said.append("units come from elsewhere, no later")
    return ", ".join(said)


def _fingerprint(placed: OrderPlaced, sources: Sources) -> str:
    """Sixteen digits that differ where the units of a line come from elsewhere."""
    told = json.dumps([(line.position, sorted(sources.get(line.line, ()))) for line in placed.lines])
    return blake2b(told.encode(), digest_size=8).hexdigest()


def sources_of(reserved: Sequence[UnitsAllocated]) -> dict[int, list[tuple[str, int]]]:
    """Where the units of lines come from."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for fact in reserved:
        for u in fact.units:
            found[u.line].append((f"site {u.site}", u.quantity))
        for w in fact.waiting:
            found[w.line].append((f"supply {w.inbound}" if w.inbound else "", w.quantity))
    return found


def line_day(asked: date | None, arrivals: Sequence[date | None], today: date) -> date | None:
    """The day a line is promised for: when the last of its units arrives, or as asked where that can be kept; none while a unit has no day."""
    days = [day for day in arrivals if day]
    return settled(asked, max(days), today) if days and len(days) == len(arrivals) else None


def order_day(ask: "Place", placed: OrderPlaced, arrivals: Arrivals, today: date) -> date | None:
    """The day an order is promised for: that of its latest line; none while a line has none."""
    asked = [ask.lines[(line.kit or line.position) - 1].promised_on or ask.promised_on for line in placed.lines]
    days = [line_day(day, arrivals.get(line.line, ()), today) for day, line in zip(asked, placed.lines, strict=True)]
    return None if None in days else max(day for day in days if day)


def arrivals(run: Run, reserved: Sequence[UnitsAllocated]) -> Arrivals:
    """When what was just reserved arrives, and what waits for dated supply."""
    found: dict[int, list[date | None]] = defaultdict(list)
    for fact in reserved:
        for u in fact.units:
            found[u.line].append(u.promised_on)
    waiting = [w for fact in reserved for w in fact.waiting]
    dated = {w.line for w in waiting if w.inbound}
    lines = {x.line: x for x in run.rows(OpenLine, NAMED, line=sorted(dated))} if dated else {}
    sites = run.rows(SiteFact, SITES, countries=sorted({x.country for x in lines.values()})) if dated else []
    known = expected(run, dated, lines, sites)
    for w in waiting:
        found[w.line].append(known.get(w.line) if w.inbound else None)
    return found
