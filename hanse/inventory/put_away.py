"""Put away: units go from where they arrived into a bin. hanse suggests one and says why (`suggesting`); another needs a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import StockPutAway
from .holdings import Holdings, Spot, accounts, holdings
from .ledger import Account, Movement, post
from .move import elsewhere, wrong_bin
from .named import Named, Unit, named, units, wrong_names, wrong_tracking
from .receive import Serials
from .rooms import suggestions
from .scanned import names
from .suggesting import Suggestion


@ask
class PutAway:
    """Put so many units from `from_bin` (the dock unless said) into `to_bin`; `reason`: why not into the one suggested."""

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
    """What each ask names and which bin is suggested for it, the accounts of its bins, and what lies there."""

    named: Sequence[Named]
    suggested: Sequence[Suggestion]
    places: Mapping[tuple[str, int, str], int]
    holdings: Holdings
    units: Mapping[tuple[int, str], Unit]


def decide(asks: Sequence[PutAway], known: Known) -> list[StockPutAway | Refused]:
    """Answer each ask; later ones see what earlier ones took."""
    answers: list[StockPutAway | Refused] = []
    lies = {key: unit.account for key, unit in known.units.items()}
    held = known.holdings.taken_from()
    for ask, it, suggested in zip(asks, known.named, known.suggested, strict=True):
        wrong = [*wrong_names(ask, it, "from_bin", "to_bin"), *wrong_tracking(ask, it, ask.quantity)]
        if it.bin and it.bin == it.other:
            wrong.append(refuse("values-refused", at="to_bin", why="The units are in that bin already."))
        if suggested.bin and it.other and not names(it.other, suggested.bin) and not ask.reason.strip():
            wrong.append(refuse("other-bin", at="reason", bin=suggested.bin, why=suggested.why))
        if not wrong:
            source, target = (Spot(it.item, it.site, known.places[("bin", it.site, b)], ask.lot) for b in (it.bin, it.other))
            wrong = [*wrong_bin(ask, source, held, it.bin), *elsewhere(ask, it, source, lies, it.bin)]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        held.book(source, -ask.quantity)
        held.book(target, ask.quantity)
        lies |= {(it.item, s): target.account for s in ask.serials}
        answers.append(StockPutAway(
            ask.sku, it.item, ask.site, it.site, it.bin, it.other, ask.quantity, suggested.bin, suggested.why, ask.lot, tuple(ask.serials),
            ask.reason, ask.document, ask.at, it.zone))
    return answers


@operation
def put_away(run: Run, asks: Sequence[PutAway]) -> list[StockPutAway | Refused]:
    """Put units away into bins."""
    known = _known(run, asks)
    answers = decide(asks, known)
    post(run, [m for a in answers if isinstance(a, StockPutAway) for m in _movements(a, known.places)])
    return answers


def _known(run: Run, asks: Sequence[PutAway]) -> Known:
    found = named(run, asks, "from_bin", "to_bin")
    clear = [(a, it) for a, it in zip(asks, found, strict=True) if it.item and it.site and it.bin and it.other]
    suggested = suggestions(run.rows, [(it.site, it.item, a.lot, a.quantity) for a, it in zip(asks, found, strict=True)])
    places = accounts(run, [("bin", it.site, b) for _, it in clear for b in (it.bin, it.other)])
    lies = units(run, sorted({(it.item, s) for a, it in clear for s in a.serials}))
    spots = [Spot(it.item, it.site, places[("bin", it.site, b)], a.lot) for a, it in clear for b in (it.bin, it.other)]
    return Known(found, suggested, places, holdings(run, spots), lies)


def _movements(it: StockPutAway, places: Mapping[tuple[str, int, str], int]) -> list[Movement]:
    source, target = (Account(places["bin", it.site_id, bin], "bin", it.site_id) for bin in (it.from_bin, it.to_bin))
    each = [(1, s) for s in it.serials] or [(it.quantity, "")]
    return [Movement(it.item_id, source, target, n, "StockPutAway", it.document, it.reason, it.lot, s, at=it.at) for n, s in each]
