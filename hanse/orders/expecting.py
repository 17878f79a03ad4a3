"""Expecting: when units that wait for inbound supply reach the customer."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple

from .reserving import OpenLine, SiteFact, candidates_for

Pegs = dict[int, list[tuple[int, date]]]
"""What lines wait for: by line, the sites that supply comes to and the days it is due."""

PEGS = """
SELECT p.line_id, i.site_id, i.due_on FROM orders_peg p JOIN inventory_inbound i ON i.id = p.inbound_id
 WHERE p.line_id = ANY(%(lines)s::bigint[]) AND p.quantity > 0
"""


def pegs_of(run: Run, lines: Sequence[int]) -> Pegs:
    """What these lines wait for."""
    found: Pegs = defaultdict(list)
    for line, site, due_on in run.rows(as_tuple, PEGS, lines=list(lines)) if lines else ():
        found[line].append((site, due_on))
    return found


def expected(line: OpenLine, sites: Sequence[SiteFact], site: int, due_on: date, now: datetime) -> date | None:
    """The day goods reach the customer that come to a site on their due day, or today where that has passed. Pure."""
    for at in sites:
        if at.site == site:
            ready = max(now, datetime.combine(due_on, time(0), ZoneInfo(at.zone)))
            return next((way.arrives_on for way in candidates_for(line, sites, ready) if way.site == site), None)
    return None
