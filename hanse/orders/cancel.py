"""Cancel: cancel units of an order, at once or by asking the site that works on them.

Units without a site go first, then reserved ones that are not on the floor. What is released is not cancelled behind the
site's back: the site is asked to stop it, and what follows if it cannot is said beforehand. Kits are cancelled whole, at their
position. Units of a component alone break it: what is left of that kit is loose and billed by its share.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Gt, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Text, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all

from .cancelling import Known, Taken, cancel_units, cancellable, cut, everything, facts, kits_cut, stops, take
from .counters import lock_orders
from .events import AskedOfSite, CancelledKits, ChangeAsked, GivenBack, UnitsCancelled
from .requests import Fallback, ask_sites

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class CancelLine:
    """Cancel so many units of the line, or so many kits, at a position."""

    line: Position
    quantity: Quantity


@ask
class Cancel:
    """Cancel units of an order; without lines all that can still be cancelled.

    With a `fallback` sites are asked to stop what they work on, by `answer_by` or their next cut-off. If they cannot,
    it is let go, intercepted at the dock, or comes back on arrival (`return`). Without one nobody is asked.
    """

    order: Code
    lines: Annotated[tuple[CancelLine, ...], MaxLen(1000)] = ()
    reason: Text = ""
    by_customer: bool = True
    at: datetime | None = None
    fallback: Fallback | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What comes of an ask, line by line."""

    ask: Cancel
    taken: list[Taken]
    kits: list[CancelledKits]

    @property
    def freed(self) -> list[GivenBack]:
        return [g for t in self.taken for g in t.freed]


def decide(asks: Sequence[Cancel], known: Known, now: datetime) -> list[Decided | Refused]:
    """Cancel whole asks only: where less can be cancelled than asked, say how many can."""
    return [_decide(ask, known, now) for ask in asks]


def _decide(ask: Cancel, known: Known, now: datetime) -> Decided | Refused:
    lines = known.lines.get(ask.order)
    if lines is None:
        return refuse("order-unknown", order=ask.order)
    if ask.answer_by and ask.answer_by <= now:
        return refuse("values-refused", at="answer_by", why="A site cannot answer in the past.")
    once, most = cancellable(lines, known.parts)
    wanted: dict[int, int] = defaultdict(int)
    for position, units in [(c.line, c.quantity) for c in ask.lines] or everything(lines, most if ask.fallback else once).items():
        wanted[position] += units
    of_lines = {x.position: n for x in lines if (n := wanted.get(x.position, 0) + wanted.get(x.kit or 0, 0) * x.per_kit)}
    if findings := _wrong(ask, wanted, once, most) or _wrong(ask, of_lines, once, most):
        return refuse_all(findings)
    if not wanted:
        if not everything(lines, most):
            return refuse("order-closed", order=ask.order, status=lines[0].status)
        return refuse("ask-the-site", what=f"{sum(most[x.position] - once[x.position] for x in lines)} units of {ask.order} are released")
    taken = [take(x, of_lines[x.position], known.parts.get(x.line, ())) for x in lines if x.position in of_lines]
    return Decided(ask, taken, kits_cut(lines, taken))


def _wrong(ask: Cancel, wanted: Mapping[int, int], once: Mapping[int, int], most: Mapping[int, int]) -> list[Refused]:
    """What stands in the way of cancelling so many units of each line or kit."""
    findings = []
    for position, units in wanted.items():
        if position not in most:
            findings.append(refuse("line-unknown", at="lines", order=ask.order, line=position))
        elif units > most[position]:
            findings.append(refuse("units-bound", at="lines", free=most[position], wanted=units))
        elif units > once[position] and not ask.fallback:
            findings.append(refuse("ask-the-site", at="lines", what=f"{units - once[position]} of {units} units of line {position} are released"))
    return findings


@operation
def cancel(run: Run, asks: Sequence[Cancel]) -> list[UnitsCancelled | ChangeAsked | Refused]:
    """Cancel units: line, order, allocation and the site's stock move together; ask sites for the rest."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    known = facts(run, ids)
    decided = decide(asks, known, run.now)
    done = [d for d in decided if isinstance(d, Decided)]
    cancel_units(run, [x for d in done for x in cut(d.taken)], [g for d in done for g in d.freed], known)
    wishes = [(n, w) for n, d in enumerate(decided) if isinstance(d, Decided)
              for w in stops(d.taken, d.ask.fallback or "", d.ask.answer_by, d.ask.reason, d.ask.by_customer, run.owners[n][0])]
    asked: dict[int, list[AskedOfSite]] = defaultdict(list)
    for (n, _), told in zip(wishes, ask_sites(run, [w for _, w in wishes]), strict=True):
        asked[n].append(told)
    return [d if isinstance(d, Refused) else _told(run, n, d, tuple(asked[n])) for n, d in enumerate(decided)]


def _told(run: Run, n: int, d: Decided, asked: tuple[AskedOfSite, ...]) -> UnitsCancelled | ChangeAsked:
    """What was cancelled, with what sites are asked for beside it; the asking alone where nothing was cancelled at once."""
    asking = ChangeAsked(d.ask.order, asked, d.ask.reason, d.ask.by_customer)
    if not (lines := cut(d.taken)):
        return asking
    if asked:
        run.tell([asking], run.owners[n])
    return UnitsCancelled(d.ask.order, tuple(lines), tuple(d.freed), d.ask.reason, d.ask.by_customer, d.ask.at, asked, tuple(d.kits))
