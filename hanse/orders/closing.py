"""Closing: units that are lost on the floor and found nowhere else are cancelled instead of waiting, where the customer's terms let so few stay short.

It takes the way of any cancellation, with its reason. A line closes no more over its life than `under_percent` of it, and only
where something of it was shipped or will be. What was to go out over a line is never sought again. Components of kits and
substitutes wait as ever.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Protocol

from hanse.journal.run import Run

from .cancelling import cancel_units, cut, facts, take
from .counters import LineAdvance, advance_lines
from .events import UnitsCancelled

MAY_BE_SHORT = """CASE WHEN l.over_of_id IS NOT NULL THEN l.ordered - l.cancelled
       WHEN o.under_percent = 0 OR l.kit IS NOT NULL OR l.substitute_of_id IS NOT NULL THEN 0
       ELSE least(o.under_percent * (l.ordered - l.cancelled + l.under) / 100 - l.under, l.ordered - l.cancelled - 1) END"""
"""How many units of line `l` of order `o` may be closed when they are found nowhere: never all that stands of it."""
REASON = "within tolerance"
NOT_AGAIN = "over what was ordered, not sought again"


class Closable(Protocol):
    """What closing needs to know of a line."""

    @property
    def line(self) -> int: ...
    @property
    def order(self) -> int: ...
    @property
    def closes(self) -> int: ...
    @property
    def over(self) -> bool: ...


def close_rest(run: Run, rest: Mapping[int, int], lines: Mapping[int, Closable]) -> dict[int, int]:
    """Cancel what may be closed of the units that found no site; gives what waits instead. The orders are locked by the caller."""
    closed = {line: n for line, n in rest.items() if n <= lines[line].closes}
    if not closed:
        return dict(rest)
    known = facts(run, sorted({lines[line].order for line in closed}))
    taken = [take(x, closed[x.line], ()) for xs in known.lines.values() for x in xs if x.line in closed]
    cancel_units(run, cut(taken), [], known)
    advance_lines(run, [LineAdvance(line, under=n) for line, n in closed.items() if not lines[line].over])
    told: dict[tuple[int, bool], list] = defaultdict(list)
    for t in taken:
        told[t.line.order, lines[t.line.line].over].append(t)
    run.tell([UnitsCancelled(f"H-{order}", tuple(cut(of)), (), NOT_AGAIN if over else REASON, by_customer=False) for (order, over), of in told.items()])
    return {line: n for line, n in rest.items() if line not in closed}
