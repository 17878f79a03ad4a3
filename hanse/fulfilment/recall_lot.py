"""Recall lot: a lot must not be used, for good. Nobody sells, picks, packs or hands over its units any more.

The answer names every order hit and where its units are, those on their way and with customers too. What is not picked yet is
served from other lots and sites at once. A lot that is held already can be recalled; a recall is never taken back.
"""

from collections.abc import Mapping, Sequence

from hanse.inventory.lots import LotFact
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .events import LotRecalled
from .stopped_lots import stop_asked


@ask
class RecallLot:
    """Recall a lot of an item, and say why."""

    sku: Code
    lot: Code
    reason: Short = ""


def decide(asks: Sequence[RecallLot], lots: Mapping[tuple[str, str], LotFact]) -> list[LotFact | Refused]:
    """Recall each lot once, whether it is on sale or held."""
    answers: list[LotFact | Refused] = []
    waiting = dict(lots)
    for ask in asks:
        lot = waiting.get((ask.sku, ask.lot))
        if (ask.sku, ask.lot) not in lots:
            answers.append(refuse("lot-unknown", at="lot", lot=ask.lot, sku=ask.sku))
        elif lot is None or lot.status == "recalled":
            answers.append(refuse("lot-recalled", at="lot", lot=ask.lot, sku=ask.sku))
        elif not ask.reason.strip():
            answers.append(refuse("reason-missing", at="reason"))
        else:
            answers.append(waiting.pop((ask.sku, ask.lot)))
    return answers


@operation
def recall_lot(run: Run, asks: Sequence[RecallLot]) -> list[LotRecalled | Refused]:
    """Lots are recalled: their units go to quarantine, tasks for them are closed, and the orders hit are named."""
    return stop_asked(run, asks, decide, "recalled", LotRecalled)
