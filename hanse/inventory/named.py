"""Named: asks name items, sites, bins and lots by their codes; here they become what the database knows.

One statement for the batch. What is not known is refused by `wrong_names`, all findings at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hanse.journal.run import Run
from hanse.kernel.refused import Refused, refuse

DOCK = "DOCK"
"""The bin that takes what arrives, unless an ask names another. Sites are made with it."""


@dataclass(frozen=True, slots=True)
class Named:
    """One ask's item, site, bins and the dates of its lot as the database knows them; 0 or empty where it does not."""

    item: int
    tracking: str
    shelf_life_days: int | None
    site: int
    zone: str
    bin: str
    other: str
    made_on: date | None
    expires_on: date | None


NAMED = """
WITH given AS (
  SELECT * FROM unnest(%(sku)s::text[], %(site)s::text[], %(bin)s::text[], %(other)s::text[], %(lot)s::text[]) WITH ORDINALITY
      AS g(sku, site, bin, other, lot, nr)
), dock AS (
  SELECT DISTINCT ON (b.site_id) b.site_id, b.code
    FROM network_bin b JOIN network_site s ON s.id = b.site_id
   WHERE s.code = ANY(SELECT site FROM given WHERE bin = '') ORDER BY b.site_id, (b.code = 'DOCK') DESC, b.walk, b.code
)
SELECT coalesce(i.id, 0), coalesce(i.tracking, 'none'), i.shelf_life_days, coalesce(s.id, 0), coalesce(s.zone, 'UTC'),
       coalesce(CASE WHEN g.bin = '' THEN d.code ELSE b.code END, ''), coalesce(o.code, ''), l.made_on, l.expires_on
  FROM given g
  LEFT JOIN catalogue_item i ON i.sku = g.sku
  LEFT JOIN network_site s ON s.code = g.site
  LEFT JOIN dock d ON d.site_id = s.id
  LEFT JOIN network_bin b ON b.site_id = s.id AND b.code = g.bin
  LEFT JOIN network_bin o ON o.site_id = s.id AND o.code = g.other
  LEFT JOIN inventory_lot l ON l.item_id = i.id AND l.code = g.lot
 ORDER BY g.nr
"""


def named(run: Run, asks: Sequence[Any], bin: str = "bin", other: str = "") -> list[Named]:
    """What each ask names; `bin` and `other` are the fields that name bins (an empty bin is the site's dock)."""
    return run.rows(
        Named, NAMED, asks, bin=[getattr(a, bin) for a in asks],
        other=[getattr(a, other) if other else "" for a in asks], lot=[getattr(a, "lot", "") for a in asks])


def wrong_names(ask: Any, it: Named, bin: str = "bin", other: str = "") -> list[Refused]:
    """Item, site and bins that are not known."""
    wrong = []
    if not it.item:
        wrong.append(refuse("sku-unknown", at="sku", sku=ask.sku))
    if not it.site:
        wrong.append(refuse("site-unknown", at="site", site=ask.site))
        return wrong
    for field, code in ((bin, it.bin), (other, it.other)):
        if field and not code:
            wrong.append(refuse("bin-unknown", at=field, site=ask.site, bin=getattr(ask, field) or DOCK))
    return wrong


def wrong_tracking(ask: Any, it: Named, quantity: int) -> list[Refused]:
    """A lot or serials missing where the item is tracked so, or given where it is not."""
    wrong: list[Refused] = []
    if not it.item:
        return wrong
    if it.tracking == "lot" and not ask.lot:
        wrong.append(refuse("lot-missing", at="lot", sku=ask.sku))
    if it.tracking == "none" and ask.lot:
        wrong.append(refuse("not-tracked", at="lot", sku=ask.sku, what="lots"))
    if it.tracking != "serial" and ask.serials:
        wrong.append(refuse("not-tracked", at="serials", sku=ask.sku, what="serials"))
    if it.tracking == "serial" and len(set(ask.serials or ())) != quantity:
        wrong.append(refuse("serials-missing", at="serials", sku=ask.sku, wanted=quantity, got=len(set(ask.serials or ()))))
    return wrong


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit known by its serial, and where it is."""

    item: int
    serial: str
    account: int
    kind: str
    site: int
    place: str
    lot: str


UNITS = """
SELECT u.item_id, u.code, a.id, a.kind, a.site_id, a.code, u.lot FROM inventory_serial u JOIN inventory_account a ON a.id = u.account_id
 WHERE (u.item_id, u.code) IN (SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[]))
 ORDER BY u.item_id, u.code FOR UPDATE OF u
"""


def units(run: Run, wanted: Sequence[tuple[int, str]]) -> Mapping[tuple[int, str], Unit]:
    """The units with these (item, serial), locked in key order."""
    if not wanted:
        return {}
    found = run.rows(Unit, UNITS, item=[item for item, _ in wanted], serial=[serial for _, serial in wanted])
    return {(u.item, u.serial): u for u in found}
