"""Relabel: a carton gets a new label with the address its order has now.

Handing over a carton whose label shows an old address is refused; this is the way on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse

from .cartons import label
from .events import CartonRelabelled


@ask
class Relabel:
    """Label a carton anew."""

    carton: Code


@dataclass(frozen=True, slots=True)
class Labelled:
    """A carton with the address on its label and the one its order has now."""

    id: int
    sscc: str
    order: int
    shows: int
    now: int
    gone: bool
    opened: bool = False


def decide(asks: Sequence[Relabel], cartons: Mapping[str, Labelled]) -> list[CartonRelabelled | Refused]:
    """Label what is still here."""
    answers: list[CartonRelabelled | Refused] = []
    for ask in asks:
        carton = cartons.get(ask.carton)
        if carton is None:
            answers.append(refuse("carton-unknown", at="carton", carton=ask.carton))
        elif carton.gone:
            answers.append(refuse("handed-over", at="carton", carton=ask.carton, carrier="its carrier"))
        elif carton.opened:
            answers.append(refuse("carton-opened", at="carton", carton=ask.carton))
        else:
            answers.append(CartonRelabelled(order_number(carton.order), carton.sscc, carton.shows, carton.now))
    return answers


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
LABELLED = """
SELECT c.id, c.sscc, c.order_id, c.address_id, o.ship_to_id, c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id WHERE c.sscc = ANY(%(carton)s::text[])
"""


@operation
def relabel(run: Run, asks: Sequence[Relabel]) -> list[CartonRelabelled | Refused]:
    """Print the label again with the order's present address."""
    run.lock(LOCK, asks)
    cartons = {c.sscc: c for c in run.rows(Labelled, LABELLED, asks)}
    answers = decide(asks, cartons)
    told = [a for a in answers if isinstance(a, CartonRelabelled)]
    if told:
        label(run, [cartons[t.carton].id for t in told], [t.address for t in told])
    return answers
