"""Take back: a parcel that nobody received came back to us, refused or undeliverable.

Its units, and only these, lie in quarantine, or in a bin if they were found good; they count as sent back and are never delivered by what a
carrier tells later. What comes back after it was delivered is a return and no business of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.inventory.ledger import Account, Place, places
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .events import ParcelTakenBack
from .given_up import ended, fitting, parcels_of
from .parcels import Parcel, come_back


@ask
class TakeBack:
    """A parcel is here again: into which bin its units go (unsaid: quarantine), and in what condition they are."""

    parcel: Code
    bin: Code | None = None
    condition: Short = ""
    carrier: Code | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: parcels by number, codes of sites, the bins that were named and exist, stopped lots in cartons."""

    parcels: Mapping[str, Sequence[Parcel]]
    sites: Mapping[int, str]
    bins: frozenset[tuple[int, str]]
    stopped: Mapping[int, tuple[str, str, str]]


def decide(asks: Sequence[TakeBack], known: Known) -> list[ParcelTakenBack | Refused]:
    """Take each parcel back once."""
    taken: set[int] = set()
    return [_decide(ask, known, taken) for ask in asks]


def _decide(ask: TakeBack, known: Known, taken: set[int]) -> ParcelTakenBack | Refused:
    fit = fitting(known.parcels, ask.parcel, ask.carrier)
    if isinstance(fit, Refused):
        return fit
    if refused := ended(fit):
        return refused
    if any(p.id in taken for p in fit):
        return refuse("came-back-already", at="parcel", parcel=ask.parcel)
    site = known.sites[fit[0].site]
    if ask.bin and (fit[0].site, ask.bin) not in known.bins:
        return refuse("bin-unknown", at="bin", site=site, bin=ask.bin)
    if ask.bin and (lot := next((known.stopped[p.carton] for p in fit if p.carton in known.stopped), None)):
        return refuse("lot-held", at="bin", sku=lot[0], lot=lot[1], status=lot[2])
    taken.update(p.id for p in fit)
    return ParcelTakenBack(order_number(fit[0].order), ask.parcel, fit[0].carrier_code, site, ask.bin or "", sum(p.units for p in fit), ask.condition)


SITES = "SELECT id, code FROM network_site WHERE id = ANY(%(site)s::bigint[])"
BINS = """
SELECT b.site_id, b.code FROM unnest(%(site)s::bigint[], %(bin)s::text[]) AS w(site, bin) JOIN network_bin b ON b.site_id = w.site AND b.code = w.bin
"""
STOPPED = """
SELECT DISTINCT ON (c.carton_id) c.carton_id, i.sku, c.lot, l.status FROM fulfilment_content c JOIN inventory_lot l ON l.item_id = c.item_id AND l.code = c.lot
  JOIN catalogue_item i ON i.id = c.item_id WHERE c.carton_id = ANY(%(carton)s::bigint[]) AND c.lot <> '' AND l.status <> 'released' ORDER BY c.carton_id, c.id
"""


@operation
def take_back(run: Run, asks: Sequence[TakeBack]) -> list[ParcelTakenBack | Refused]:
    """Take parcels back that nobody received; their units lie in quarantine or in a bin again."""
    parcels = parcels_of(run, [a.parcel for a in asks])
    known = _known(run, asks, parcels)
    answers = decide(asks, known)
    back = [(a, p) for a in answers if isinstance(a, ParcelTakenBack) for p in parcels[a.parcel] if p.carrier_code == a.carrier]
    if back:
        wanted = {p.id: Place("bin" if a.bin else "quarantine", p.site, a.bin) for a, p in back}
        opened = places(run, list(wanted.values()))
        come_back(run, [p for _, p in back], {id: Account(opened[place], place.kind, place.site) for id, place in wanted.items()})
    return answers


def _known(run: Run, asks: Sequence[TakeBack], parcels: Mapping[str, Sequence[Parcel]]) -> Known:
    every = [p for found in parcels.values() for p in found]
    if not every:
        return Known(parcels, {}, frozenset(), {})
    named = [(p.site, a.bin) for a in asks if a.bin for p in parcels.get(a.parcel, ())]
    bins = frozenset(run.rows(as_tuple, BINS, site=[s for s, _ in named], bin=[b for _, b in named])) if named else frozenset()
    stopped = {carton: tuple(rest) for carton, *rest in run.rows(as_tuple, STOPPED, carton=[p.carton for p in every])} if named else {}
    return Known(parcels, dict(run.rows(as_tuple, SITES, site=sorted({p.site for p in every}))), bins, stopped)
