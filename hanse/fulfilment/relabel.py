"""Relabel: a carton gets a new label with the address and carrier its order has now.

Handing over a carton whose label shows an old one is refused; this is the way on. With the last such carton of an order
its site has done what it was asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.orders.requests import Answer, settle

from .cartons import label
from .events import CartonRelabelled, ChangeAccepted


@ask
class Relabel:
    """Label a carton anew."""

    carton: Code


@dataclass(frozen=True, slots=True)
class Labelled:
    """A carton with the address on its label, and the address and carrier its order has now."""

    id: int
    sscc: str
    order: int
    shows: int
    now: int
    carrier: str
    gone: bool
    opened: bool


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
SELECT c.id, c.sscc, c.order_id, c.address_id, o.ship_to_id, o.carrier, c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id WHERE c.sscc = ANY(%(carton)s::text[])
"""
ASKED = """
SELECT r.id, 'H-' || r.order_id, s.code, r.kind, r.units FROM orders_changerequest r JOIN network_site s ON s.id = r.site_id
 WHERE r.outcome = '' AND r.kind IN ('address', 'carrier')
   AND (r.order_id, r.site_id) IN (SELECT c.order_id, c.site_id FROM fulfilment_carton c WHERE c.sscc = ANY(%(carton)s::text[]))
   AND NOT EXISTS (SELECT 1 FROM fulfilment_carton k JOIN orders_order o ON o.id = k.order_id
                    WHERE k.order_id = r.order_id AND k.site_id = r.site_id AND k.handed_over_at IS NULL AND k.opened_at IS NULL
                      AND k.sscc <> ALL(%(carton)s::text[]) AND (k.address_id, k.carrier) IS DISTINCT FROM (o.ship_to_id, o.carrier)) ORDER BY r.id
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for other labels that no carton waits for any more."""

    request: int
    order: str
    site: str
    kind: str
    units: int


@operation
def relabel(run: Run, asks: Sequence[Relabel]) -> list[CartonRelabelled | Refused]:
    """Print the label again with the order's present address and carrier."""
    run.lock(LOCK, asks)
    cartons = {c.sscc: c for c in run.rows(Labelled, LABELLED, asks)}
    answers = decide(asks, cartons)
    told = [a for a in answers if isinstance(a, CartonRelabelled)]
    if told:
        label(run, [cartons[t.carton].id for t in told], [t.address for t in told], [cartons[t.carton].carrier for t in told])
        asked = run.rows(Asked, ASKED, told)
        settle(run, [Answer(a.request, "accepted", "done", run.actor) for a in asked])
        run.tell([ChangeAccepted(a.order, a.request, a.site, a.kind, a.units) for a in asked])
    return answers
