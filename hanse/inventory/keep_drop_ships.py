"""Keep drop-ships: which items a supplier ships for us from his own site, in how many working days, and how many he has.

What he told last is what can be sold from there: it lies on his shelf, an account of his site, so a reservation is guarded as
everywhere. His number does not count what was ordered from him already. Without a number he ships as many as are wanted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel import asks as given
from hanse.kernel.asks import MOST_UNITS, Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import DropShipKept
from .holdings import Holdings, Spot, accounts, holdings
from .ledger import Account, Movement, post

SHELF = "SHELF"
"""The account at a supplier's site that holds what he told us he has."""


@ask
class KeepDropShip:
    """An item that the supplier of a site ships for us. Without a day it is as it holds now, else from today on.

    `has` is how many more he can ship; unsaid, as many as are wanted.
    """

    site: Code
    sku: Code
    lead_days: Annotated[int, Ge(0), Le(365)]
    has: given.Count | None = None
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An ask's site and item as the database knows them (0 where it does not), its supplier, and the day of the version that holds."""

    site: int
    supplier: str
    party: bool
    item: int
    today: date
    holds_from: date | None
    shelf: int = 0


def decide(asks: Sequence[KeepDropShip], listed: Sequence[Listed], there: Holdings) -> list[DropShipKept | Refused]:
    """Answer each ask; later ones see what earlier ones told. What was reserved of his units stays reserved."""
    answers: list[DropShipKept | Refused] = []
    held = there.taken_from()
    for ask, it in zip(asks, listed, strict=True):
        from_on = ask.from_on or it.holds_from or it.today
        if wrong := _wrong(ask, it, from_on):
            answers.append(refuse_all(wrong))
            continue
        spot = Spot(it.item, it.site, it.shelf)
        on_hand, ordered = held.spot(spot)
        _, reserved = held.site(spot)
        wanted = (MOST_UNITS if ask.has is None else ask.has) + ordered
        if wanted < reserved:
            answers.append(refuse("stock-reserved", at="has", reserved=reserved - ordered, sku=ask.sku, site=ask.site))
            continue
        held.book(spot, wanted - on_hand)
        answers.append(DropShipKept(ask.sku, ask.site, it.supplier, ask.lead_days, ask.has, from_on, ask.until_on, wanted - on_hand))
    return answers


def _wrong(ask: KeepDropShip, it: Listed, from_on: date) -> list[Refused]:
    found = []
    if not it.item:
        found.append(refuse("sku-unknown", at="sku", sku=ask.sku))
    if not it.site:
        found.append(refuse("site-unknown", at="site", site=ask.site))
    elif not it.supplier:
        found.append(refuse("not-a-suppliers-site", at="site", site=ask.site))
    elif not it.party:
        found.append(refuse("party-unknown", at="site", party=it.supplier))
    if ask.until_on and ask.until_on < from_on:
        found.append(refuse("values-refused", at="until_on", why="It cannot end before it begins."))
    return found


LISTED = """
SELECT coalesce(s.id, 0), coalesce(s.supplier, ''), p.id IS NOT NULL, coalesce(i.id, 0),
       (%(now)s::timestamptz AT TIME ZONE coalesce(s.zone, 'UTC'))::date, d.from_on
  FROM unnest(%(site)s::text[], %(sku)s::text[]) WITH ORDINALITY AS g(site, sku, nr)
  LEFT JOIN network_site s ON s.code = g.site LEFT JOIN catalogue_item i ON i.sku = g.sku
  LEFT JOIN partners_party p ON p.code = s.supplier AND 'supplier' = ANY(p.roles)
  LEFT JOIN LATERAL (SELECT d.from_on FROM inventory_dropship d
                      WHERE d.item_id = i.id AND d.site_id = s.id AND d.from_on <= (%(now)s::timestamptz AT TIME ZONE s.zone)::date
                      ORDER BY d.from_on DESC LIMIT 1) d ON true
 ORDER BY g.nr
"""
KEEP = """
INSERT INTO inventory_dropship (site_id, item_id, lead_days, told, told_at, from_on, until_on)
SELECT DISTINCT ON (k.item, k.site, k.from_on) k.site, k.item, k.lead_days, k.told, %(now)s, k.from_on, k.until_on
  FROM unnest(%(site_id)s::bigint[], %(item_id)s::bigint[], %(lead_days)s::smallint[], %(has)s::bigint[], %(from_on)s::date[], %(until_on)s::date[])
       WITH ORDINALITY AS k(site, item, lead_days, told, from_on, until_on, nr)
 ORDER BY k.item, k.site, k.from_on, k.nr DESC
    ON CONFLICT (item_id, site_id, from_on) DO UPDATE
       SET lead_days = excluded.lead_days, told = excluded.told, told_at = excluded.told_at, until_on = excluded.until_on
"""


@operation
def keep_drop_ships(run: Run, asks: Sequence[KeepDropShip]) -> list[DropShipKept | Refused]:
    """Keep what suppliers ship for us; what they have moves onto their shelf or off it."""
    listed = [Listed(*row) for row in run.rows(as_tuple, LISTED, asks)]
    wanted = [("bin", it.site, SHELF) for it in listed if it.item and it.site and it.supplier]
    at = accounts(run, [*wanted, *(("supplier", site, "") for _, site, _ in wanted)])
    listed = [replace(it, shelf=at.get(("bin", it.site, SHELF), 0)) for it in listed]
    answers = decide(asks, listed, holdings(run, [Spot(it.item, it.site, it.shelf) for it in listed if it.shelf]))
    kept = [(a, it) for a, it in zip(answers, listed, strict=True) if isinstance(a, DropShipKept)]
    if kept:
        run.write(KEEP, [a for a, _ in kept], site_id=[it.site for _, it in kept], item_id=[it.item for _, it in kept])
    post(run, _movements(kept, at))
    return answers


def _movements(kept: Sequence[tuple[DropShipKept, Listed]], at: Mapping[tuple[str, int, str], int]) -> list[Movement]:
    """What he has more goes from him onto his shelf, what he has less back to him."""
    moved: dict[tuple[int, int], int] = {}
    for told, it in kept:
        moved[it.item, it.site] = moved.get((it.item, it.site), 0) + told.more
    ends = {site: (Account(at["supplier", site, ""], "supplier", site), Account(at["bin", site, SHELF], "bin", site)) for _, site in moved}
    return [
        Movement(item, *(ends[site] if units > 0 else ends[site][::-1]), abs(units), "DropShipKept", reason="as he told")
        for (item, site), units in moved.items() if units]
