"""Raise counts: have bins counted that were picked empty, so that the ledger is proven where it is cheapest: nothing is there to count."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .count_tasks import NewCount, raise_tasks
from .events import CountRaised
from .holdings import accounts
from .named import Named, named, wrong_names


@ask
class RaiseCount:
    """An item (and lot) was picked out of a bin to the last unit: count it."""

    site: Code
    sku: Code
    bin: Code
    lot: Short = ""


Spots = Mapping[tuple[int, int, str], int]


def decide(asks: Sequence[RaiseCount], known: Sequence[Named], bins: Mapping[tuple[str, int, str], int], on_hand: Spots, raised: Spots) -> list[CountRaised | Refused]:
    """Answer each ask: `on_hand` is what lies in each bin, `raised` the new tasks."""
    answers: list[CountRaised | Refused] = []
    left = dict(raised)
    for ask, it in zip(asks, known, strict=True):
        spot = (bins.get(("bin", it.site, it.bin), 0), it.item, ask.lot)
        if wrong := wrong_names(ask, it):
            answers.append(refuse_all(wrong))
        elif on_hand.get(spot):
            answers.append(refuse("bin-not-empty", bin=it.bin, sku=ask.sku, on_hand=on_hand[spot]))
        elif task := left.pop(spot, None):
            answers.append(CountRaised(ask.sku, it.item, ask.site, it.site, it.bin, task, ask.lot))
        else:
            answers.append(refuse("count-raised", bin=it.bin, sku=ask.sku))
    return answers


ON_HAND = """
SELECT account_id, item_id, lot, on_hand FROM inventory_balance
 WHERE (account_id, item_id, lot) IN (SELECT * FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[]))
"""


@operation
def raise_counts(run: Run, asks: Sequence[RaiseCount]) -> list[CountRaised | Refused]:
    """Raise count tasks for bins that were picked empty."""
    known = named(run, asks)
    clear = [(a, it) for a, it in zip(asks, known, strict=True) if it.item and it.site and it.bin]
    bins = accounts(run, [("bin", it.site, it.bin) for _, it in clear])
    spots = [NewCount(it.site, bins["bin", it.site, it.bin], it.item, a.lot, "zero") for a, it in clear]
    on_hand = dict(run.rows(lambda bin, item, lot, units: ((bin, item, lot), units), ON_HAND, spots)) if spots else {}
    raised = raise_tasks(run, list(dict.fromkeys(s for s in spots if not on_hand.get((s.bin, s.item, s.lot)))))
    return decide(asks, known, bins, on_hand, raised)
