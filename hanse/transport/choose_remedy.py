"""Choose remedy: what is done about units that were lost, or came back undelivered.

They are sent again: a line with as many units is added to the order at what they cost there, without freight, and reserved like any other;
or nothing more is owed of them. Either way the units that never came are to be credited; billing is told which.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row
from hanse.orders.growing import Wish, add_lines
from hanse.orders.over import LINES, LineFact, priced
from hanse.orders.reserving import Want, reserve_lines
from hanse.orders.selling import Sold

from .events import RemediedLine, RemedyChosen
from .given_up import fitting, parcels_of
from .parcels import Parcel

Remedy = Literal["sent-again", "cancelled"]


@ask
class ChooseRemedy:
    """What is done about the units of a parcel that never came."""

    parcel: Code
    remedy: Remedy
    carrier: Code | None = None


@row
class Held:
    """Units of an allocation in a parcel that never came, with the position of their line, and what was done about them so far."""

    parcel: int
    allocation: int
    position: int
    quantity: int
    remedy: str


def decide(asks: Sequence[ChooseRemedy], parcels: Mapping[str, Sequence[Parcel]], held: Mapping[int, Sequence[Held]]) -> list[RemedyChosen | Refused]:
    """Decide once about each parcel that is lost or came back."""
    done: set[int] = set()
    answers: list[RemedyChosen | Refused] = []
    for ask in asks:
        fit = fitting(parcels, ask.parcel, ask.carrier)
        if isinstance(fit, Refused):
            answers.append(fit)
            continue
        units: dict[int, int] = defaultdict(int)
        for p in fit:
            for x in held.get(p.id, ()):
                units[x.position] += x.quantity if not x.remedy and p.id not in done else 0
        if not any(units.values()):
            answers.append(refuse("nothing-to-remedy", at="parcel", parcel=ask.parcel))
            continue
        done.update(p.id for p in fit)
        lines = tuple(RemediedLine(position, n) for position, n in sorted(units.items()))
        answers.append(RemedyChosen(order_number(fit[0].order), ask.parcel, ask.remedy, lines))
    return answers


HELD = """
SELECT p.id, c.allocation_id, l.position, sum(c.quantity)::bigint, p.remedy FROM transport_parcel p JOIN fulfilment_content c ON c.carton_id = p.carton_id
  JOIN orders_line l ON l.id = c.line_id
 WHERE p.id = ANY(%(parcel)s::bigint[]) AND (p.lost_at IS NOT NULL OR p.back_at IS NOT NULL) GROUP BY p.id, c.allocation_id, l.position ORDER BY p.id, l.position
"""
CHOOSE = "UPDATE transport_parcel p SET remedy = r.remedy FROM unnest(%(parcel)s::bigint[], %(remedy)s::text[]) AS r(id, remedy) WHERE p.id = r.id"


@operation
def choose_remedy(run: Run, asks: Sequence[ChooseRemedy]) -> list[RemedyChosen | Refused]:
    """Send units again that never came, or owe them no more."""
    parcels = parcels_of(run, [a.parcel for a in asks])
    held: dict[int, list[Held]] = defaultdict(list)
    ids = [p.id for found in parcels.values() for p in found]
    for x in run.rows(Held, HELD, parcel=ids) if ids else []:
        held[x.parcel].append(x)
    answers = decide(asks, parcels, held)
    chosen = [(ask, p) for ask, a in zip(asks, answers, strict=True) if isinstance(a, RemedyChosen) for p in fitting(parcels, ask.parcel, ask.carrier)]  # type: ignore[union-attr]
    if chosen:
        run.write(CHOOSE, parcel=[p.id for _, p in chosen], remedy=[ask.remedy for ask, _ in chosen])
        _send_again(run, [x for ask, p in chosen if ask.remedy == "sent-again" for x in held[p.id]])
    return answers


def _send_again(run: Run, units: Sequence[Held]) -> None:
    if not units:
        return
    lines = {x.allocation: x for x in run.rows(LineFact, LINES, allocation=sorted({x.allocation for x in units}))}
    wanted: dict[int, int] = defaultdict(int)
    for x in units:
        wanted[x.allocation] += x.quantity
    wants = add_lines(run, [_wish(lines[allocation], quantity) for allocation, quantity in wanted.items()])
    reserve_lines(run, [Want(w.line, w.quantity) for w in wants])


def _wish(line: LineFact, units: int) -> Wish:
    item = Sold(line.item, "", line.unit_price, line.currency, line.tax_category, line.tax_rate, False)
    return Wish(line.order, line.last, item, priced(replace(line, billed=True), units), line.currency, line.requested_on)
