"""Deconsolidate: a carton is taken out of the one it lies in, and leaves as a parcel of its own again."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .cartons import take_outside
from .events import CartonDeconsolidated


@ask
class Deconsolidate:
    """Take a carton out of the one it lies in: the SSCC of the carton that comes out."""

    carton: Code


@row
class Lying:
    """A carton with the one it lies in, if it does."""

    id: int
    sscc: str
    order: int
    site: str
    gone: bool
    opened: bool
    outer: str
    outer_order: int


def decide(asks: Sequence[Deconsolidate], cartons: Mapping[str, Lying]) -> list[CartonDeconsolidated | Refused]:
    """Take out what lies in another; once in a batch."""
    answers: list[CartonDeconsolidated | Refused] = []
    out: set[str] = set()
    for ask in asks:
        carton = cartons.get(ask.carton)
        if carton is None:
            answers.append(refuse("carton-unknown", at="carton", carton=ask.carton))
        elif carton.gone:
            answers.append(refuse("handed-over", at="carton", carton=ask.carton, carrier="its carrier"))
        elif carton.opened:
            answers.append(refuse("carton-opened", at="carton", carton=ask.carton))
        elif not carton.outer or ask.carton in out:
            answers.append(refuse("carton-not-inside", at="carton", carton=ask.carton))
        else:
            out.add(ask.carton)
            answers.append(CartonDeconsolidated(order_number(carton.order), carton.sscc, carton.outer, carton.site, order_number(carton.outer_order)))
    return answers


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
LYING = """
SELECT c.id, c.sscc, c.order_id, s.code, c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL, coalesce(u.sscc, ''), coalesce(u.order_id, 0)
  FROM fulfilment_carton c JOIN network_site s ON s.id = c.site_id LEFT JOIN fulfilment_carton u ON u.id = c.inside_id WHERE c.sscc = ANY(%(carton)s::text[])
"""


@operation
def deconsolidate(run: Run, asks: Sequence[Deconsolidate]) -> list[CartonDeconsolidated | Refused]:
    """Cartons come out of others. Told for both orders."""
    run.lock(LOCK, asks)
    cartons = {c.sscc: c for c in run.rows(Lying, LYING, asks)}
    answers = decide(asks, cartons)
    told = [(a, owner) for a, owner in zip(answers, run.owners, strict=True) if isinstance(a, CartonDeconsolidated)]
    take_outside(run, [cartons[a.carton].id for a, _ in told])
    for a, owner in told:
        if a.order != a.apart_from:
            run.tell([CartonDeconsolidated(a.apart_from, a.carton, a.out_of, a.site, a.order)], owner)
    return answers
