"""Move: units go from one bin of a site to another: put-away, replenishment, tidying up.

What pick tasks have claimed in the bin stays there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import StockMoved
from .holdings import Holdings, Spot, accounts, holdings
from .ledger import Account, Movement, post
from .named import Named, Unit, named, units, wrong_names, wrong_tracking
from .receive import Serials


@ask
class Move:
    """Take so many units from `from_bin` (the dock unless said) to `to_bin`."""

    site: Code
    sku: Code
    quantity: Quantity
    to_bin: Code
    from_bin: Short = ""
    lot: Short = ""
    serials: Serials = ()
    reason: Short = ""
    document: Short = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What each ask names, the accounts of its bins, and what lies there."""

    named: Sequence[Named]
    places: Mapping[tuple[str, int, str], int]
    holdings: Holdings
    units: Mapping[tuple[int, str], Unit]


def decide(asks: Sequence[Move], known: Known) -> list[StockMoved | Refused]:
    """Answer each move; later ones see what earlier ones took and brought."""
    answers: list[StockMoved | Refused] = []
    lies = {key: unit.account for key, unit in known.units.items()}
    held = known.holdings.taken_from()
    for ask, it in zip(asks, known.named, strict=True):
        wrong = [*wrong_names(ask, it, "from_bin", "to_bin"), *wrong_tracking(ask, it, ask.quantity)]
        if it.bin and it.bin == it.other:
            wrong.append(refuse("values-refused", at="to_bin", why="The units are in that bin already."))
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        source, target = (Spot(it.item, it.site, known.places[("bin", it.site, b)], ask.lot) for b in (it.bin, it.other))
        wrong = [*wrong_bin(ask, source, held, it.bin), *elsewhere(ask, it, source, lies, it.bin)]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        held.book(source, -ask.quantity)
        held.book(target, ask.quantity)
        lies |= {(it.item, s): target.account for s in ask.serials}
        answers.append(StockMoved(
            item=ask.sku, item_id=it.item, site=ask.site, site_id=it.site, from_bin=it.bin, to_bin=it.other, quantity=ask.quantity,
            lot=ask.lot, serials=tuple(ask.serials), reason=ask.reason, document=ask.document, at=ask.at, zone=it.zone))
    return answers


def wrong_bin(ask: Any, source: Spot, held: Holdings, bin: str) -> list[Refused]:
    """Too little in the bin beside what pick tasks have claimed."""
    on_hand, claimed = held.spot(source)
    if on_hand - claimed >= ask.quantity:
        return []
    return [refuse("bin-short", at="quantity", bin=bin, on_hand=on_hand, sku=ask.sku, claimed=claimed, wanted=ask.quantity)]


def elsewhere(ask: Any, it: Named, source: Spot, lies: Mapping[tuple[int, str], int], place: str) -> list[Refused]:
    """Serials that are not where they are to be taken from."""
    return [refuse("serial-elsewhere", at="serials", serial=s, sku=ask.sku, place=place)
            for s in ask.serials if lies.get((it.item, s)) != source.account]


@operation
def move(run: Run, asks: Sequence[Move]) -> list[StockMoved | Refused]:
    """Take units from bin to bin."""
    known = _known(run, asks)
    answers = decide(asks, known)
    moved = [a for a in answers if isinstance(a, StockMoved)]
    post(run, [m for a in moved for m in _movements(a, known.places)])
    return answers


def _known(run: Run, asks: Sequence[Move]) -> Known:
    found = named(run, asks, "from_bin", "to_bin")
    clear = [(a, it) for a, it in zip(asks, found, strict=True) if it.item and it.site and it.bin and it.other]
    places = accounts(run, [("bin", it.site, b) for _, it in clear for b in (it.bin, it.other)])
    serials = sorted({(it.item, s) for a, it in clear for s in a.serials})
    locked = units(run, serials)
    spots = [Spot(it.item, it.site, places[("bin", it.site, b)], a.lot) for a, it in clear for b in (it.bin, it.other)]
    return Known(found, places, holdings(run, spots), locked)


def _movements(it: StockMoved, places: Mapping[tuple[str, int, str], int]) -> list[Movement]:
    source, target = (Account(places["bin", it.site_id, bin], "bin", it.site_id) for bin in (it.from_bin, it.to_bin))
    each = [(1, s) for s in it.serials] or [(it.quantity, "")]
    return [Movement(it.item_id, source, target, n, "StockMoved", it.document, it.reason, it.lot, s, at=it.at) for n, s in each]
