"""Propose credit: what of an order's parcels was lost, came back, damaged or short is to be credited. hanse proposes it by itself; a person books it (`credit_goods`).

Looked at anew whenever something new is known of a parcel: what is found again is to be credited no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id

from .events import CreditProposed, NothingToPropose
from .goods import IN_PARCELS, KNOWN, InParcel, Wanting, propose, wanting


@ask
class ProposeCredit:
    """An order whose parcels something happened to."""

    order: Code


@dataclass(frozen=True, slots=True)
class Proposed:
    """What changed of an order's parcels."""

    told: CreditProposed
    changed: Sequence[Wanting]


def decide(asks: Sequence[ProposeCredit], found: Mapping[int, Sequence[InParcel]], known: Mapping[tuple[int, int], Wanting]) -> list[Proposed | NothingToPropose]:
    """Propose what is not known yet, or not so."""
    answers: list[Proposed | NothingToPropose] = []
    done: set[int] = set()
    for ask in asks:
        id = order_id(ask.order)
        now = [] if id in done else wanting(found.get(id, ()))
        done.add(id)
        changed = [w for w in now if known.get((w.parcel, w.line), None) != w and (w.wanting or (w.parcel, w.line) in known)]
        if not changed:
            answers.append(NothingToPropose(ask.order))
            continue
        causes = tuple(dict.fromkeys(w.cause for w in changed if w.wanting))
        answers.append(Proposed(CreditProposed(ask.order, sum(w.wanting for w in changed), causes), changed))
    return answers


@operation
def propose_credit(run: Run, asks: Sequence[ProposeCredit]) -> list[CreditProposed | NothingToPropose]:
    """Propose credits for what never came sound."""
    orders = sorted({order_id(a.order) for a in asks})
    known = {(w.parcel, w.line): w for w in run.rows(Wanting, KNOWN, orders=orders)}
    found: dict[int, list[InParcel]] = {}
    for x in run.rows(InParcel, IN_PARCELS, orders=orders):
        found.setdefault(x.order, []).append(x)
    decided = decide(asks, found, known)
    propose(run, [w for d in decided if isinstance(d, Proposed) for w in d.changed])
    return [d.told if isinstance(d, Proposed) else d for d in decided]
