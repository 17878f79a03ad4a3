"""Release lot: a lot that was held may be sold again. Its units go back into their bins and to who waits for them.

A recall is for good: its units leave quarantine by hand only, to scrap or back to the supplier.
"""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .events import LotReleased
from .ledger import QUARANTINE, post
from .lots import LotFact, back, lock_lots, lock_stock, lying, set_status, units_of


@ask
class ReleaseLot:
    """Release a lot of an item that is held, and say why."""

    sku: Code
    lot: Code
    reason: Short = ""


def decide(asks: Sequence[ReleaseLot], lots: Mapping[tuple[str, str], LotFact]) -> list[LotFact | Refused]:
    """Release each lot that is held, once."""
    answers: list[LotFact | Refused] = []
    waiting = dict(lots)
    for ask in asks:
        lot = waiting.get((ask.sku, ask.lot))
        if lot is None and (ask.sku, ask.lot) not in lots:
            answers.append(refuse("lot-unknown", at="lot", lot=ask.lot, sku=ask.sku))
        elif lot is None or lot.status == "released":
            answers.append(refuse("lot-released", at="lot", lot=ask.lot, sku=ask.sku))
        elif lot.status == "recalled":
            answers.append(refuse("lot-recalled", at="lot", lot=ask.lot, sku=ask.sku))
        elif not ask.reason.strip():
            answers.append(refuse("reason-missing", at="reason"))
        else:
            answers.append(waiting.pop((ask.sku, ask.lot)))
    return answers


@operation
def release_lot(run: Run, asks: Sequence[ReleaseLot]) -> list[LotReleased | Refused]:
    """Lots that were held are sold again: their units leave quarantine for their bins."""
    decided = decide(asks, lock_lots(run, asks))
    lots = [d for d in decided if isinstance(d, LotFact)]
    reasons = {(d.item, d.code): a.reason for a, d in zip(asks, decided, strict=True) if isinstance(d, LotFact)}
    lock_stock(run, lots)
    units = units_of(run, lots, QUARANTINE) if lots else []
    set_status(run, lots, "released", list(reasons.values()))
    post(run, back(run, units, lots, "LotReleased", reasons))
    return [d if isinstance(d, Refused) else LotReleased(d.sku, d.code, a.reason, lying(units, d)) for a, d in zip(asks, decided, strict=True)]
