"""Quarantine: units leave a bin and are off sale until somebody releases them again.

What pick tasks have claimed in the bin, and what the site has reserved for orders, cannot be taken: it is
freed first, so that no promise breaks without anybody noticing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import StockQuarantined, StockReleased
from .holdings import Holdings, Spot, accounts, holdings
from .ledger import Account, Movement, post
from .named import Named, Unit, named, units, wrong_names, wrong_tracking
from .receive import Serials

QUARANTINE = "quarantine"


@ask
class Quarantine:
    """Take units of a bin (the dock unless said) off sale, or with `release` back into it."""

    site: Code
    sku: Code
    quantity: Quantity
    bin: Short = ""
    reason: Short = ""
    release: bool = False
    lot: Short = ""
    serials: Serials = ()
    document: Short = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What each ask names, the accounts of bins and quarantine, and what lies there."""

    named: Sequence[Named]
    places: Mapping[tuple[str, int, str], int]
    holdings: Holdings
    units: Mapping[tuple[int, str], Unit]


def decide(asks: Sequence[Quarantine], known: Known) -> list[StockQuarantined | StockReleased | Refused]:
    """Answer each ask; later ones see what earlier ones took."""
    answers: list[StockQuarantined | StockReleased | Refused] = []
    lies = {key: unit.account for key, unit in known.units.items()}
    held = known.holdings.taken_from()
    for ask, it in zip(asks, known.named, strict=True):
        wrong = [*wrong_names(ask, it), *wrong_tracking(ask, it, ask.quantity)]
        if not ask.release and not ask.reason:
            wrong.append(refuse("reason-missing", at="reason"))
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        bin = Spot(it.item, it.site, known.places[("bin", it.site, it.bin)], ask.lot)
        apart = Spot(it.item, it.site, known.places[(QUARANTINE, it.site, "")], ask.lot)
        source, target = (apart, bin) if ask.release else (bin, apart)
        if wrong := _wrong_take(ask, it, source, held, lies):
            answers.append(refuse_all(wrong))
            continue
        held.book(source, -ask.quantity, sellable=source is bin)
        held.book(target, ask.quantity, sellable=target is bin)
        lies |= {(it.item, s): target.account for s in ask.serials}
        told = StockReleased if ask.release else StockQuarantined
        answers.append(told(
            item=ask.sku, item_id=it.item, site=ask.site, site_id=it.site, bin=it.bin, quantity=ask.quantity, reason=ask.reason,
            lot=ask.lot, serials=tuple(ask.serials), document=ask.document, at=ask.at, zone=it.zone))
    return answers


def _wrong_take(ask: Quarantine, it: Named, source: Spot, held: Holdings, lies: Mapping[tuple[int, str], int]) -> list[Refused]:
    place = QUARANTINE if ask.release else it.bin
    wrong = [refuse("serial-elsewhere", at="serials", serial=s, sku=ask.sku, place=place)
             for s in ask.serials if lies.get((source.item, s)) != source.account]
    on_hand, claimed = held.spot(source)
    if on_hand - claimed < ask.quantity:
        wrong.append(refuse("bin-short", at="quantity", bin=place, on_hand=on_hand, sku=ask.sku, claimed=claimed, wanted=ask.quantity))
    at_site, reserved = held.site(source)
    if not wrong and not ask.release and at_site - reserved < ask.quantity:
        wrong.append(refuse("stock-reserved", at="quantity", reserved=reserved, sku=ask.sku, site=ask.site))
    return wrong


@operation
def quarantine(run: Run, asks: Sequence[Quarantine]) -> list[StockQuarantined | StockReleased | Refused]:
    """Take units off sale, or bring them back."""
    known = _known(run, asks)
    answers = decide(asks, known)
    told = [a for a in answers if isinstance(a, StockQuarantined | StockReleased)]
    post(run, [m for a in told for m in _movements(a, known.places)])
    return answers


def _known(run: Run, asks: Sequence[Quarantine]) -> Known:
    found = named(run, asks)
    clear = [(a, it) for a, it in zip(asks, found, strict=True) if it.item and it.site and it.bin]
    ends = [(a, it, p) for a, it in clear for p in (("bin", it.site, it.bin), (QUARANTINE, it.site, ""))]
    places = accounts(run, [p for _, _, p in ends])
    locked = units(run, sorted({(it.item, s) for a, it in clear for s in a.serials}))
    return Known(found, places, holdings(run, [Spot(it.item, it.site, places[p], a.lot) for a, it, p in ends]), locked)


def _movements(it: StockQuarantined | StockReleased, places: Mapping[tuple[str, int, str], int]) -> list[Movement]:
    bin, apart = (Account(places[kind, it.site_id, code], kind, it.site_id) for kind, code in (("bin", it.bin), (QUARANTINE, "")))
    source, target = (apart, bin) if isinstance(it, StockReleased) else (bin, apart)
    each = [(1, s) for s in it.serials] or [(it.quantity, "")]
    return [Movement(it.item_id, source, target, n, type(it).__name__, it.document, it.reason, it.lot, s, at=it.at) for n, s in each]
