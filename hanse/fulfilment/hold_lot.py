"""Hold lot: a lot is in doubt. Nobody sells, picks, packs or hands over its units until it is released or recalled.

The answer names every order hit and where its units are. What is not picked yet is served from other lots and sites at once.
"""

from collections.abc import Mapping, Sequence

from hanse.inventory.lots import LotFact
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .events import LotHeld
from .stopped_lots import stop_asked


@ask
class HoldLot:
    """Hold a lot of an item, and say why."""

    sku: Code
    lot: Code
    reason: Short = ""


def decide(asks: Sequence[HoldLot], lots: Mapping[tuple[str, str], LotFact]) -> list[LotFact | Refused]:
    """Hold each lot that is on sale, once."""
    answers: list[LotFact | Refused] = []
    waiting = dict(lots)
    for ask in asks:
        lot = waiting.get((ask.sku, ask.lot))
        if (ask.sku, ask.lot) not in lots:
            answers.append(refuse("lot-unknown", at="lot", lot=ask.lot, sku=ask.sku))
        elif lot is None or lot.status != "released":
            answers.append(refuse("lot-held", at="lot", lot=ask.lot, sku=ask.sku, status=lot.status if lot else "held"))
        elif not ask.reason.strip():
            answers.append(refuse("reason-missing", at="reason"))
        else:
            answers.append(waiting.pop((ask.sku, ask.lot)))
    return answers


@operation
def hold_lot(run: Run, asks: Sequence[HoldLot]) -> list[LotHeld | Refused]:
    """Lots are held: their units go to quarantine, tasks for them are closed, and the orders hit are named."""
    return stop_asked(run, asks, decide, "held", LotHeld)
