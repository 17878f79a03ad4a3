"""Replenishing: raise tasks that carry units to pick faces. The set function behind `replenish` and a release that finds a face short.

Each task claims its units in their bin, so nothing else takes them. The reserves are locked first, in key order; whoever
replenishes the same item at the same time then sees the tasks raised before.
"""

from collections.abc import Sequence

from hanse.journal.run import Run
from hanse.kernel.rows import row

from .events import RaisedMove, ReplenishmentRaised
from .ledger import Claim, claim
from .refilling import FaceNow, Reserve, refills


@row
class ShortFace:
    """Faces of an item at a site to be looked at; `missing` units are what `order` waits for there."""

    site: int
    item: int
    missing: int = 0
    order: str = ""


@row
class NewMove:
    """A row of a task that is being raised."""

    id: int
    site: int
    item: int
    lot: str
    source: int
    target: int
    quantity: int
    urgent: bool


RESERVES = """
SELECT a.site_id, b.account_id, a.code, b.item_id, b.lot, b.on_hand - b.reserved, l.expires_on
  FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin'
  JOIN network_bin n ON n.site_id = a.site_id AND n.code = a.code AND n.role IN ('reserve', 'bulk')
  LEFT JOIN inventory_lot l ON l.item_id = b.item_id AND l.code = b.lot
 WHERE (b.item_id, a.site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[])) AND b.on_hand > b.reserved AND NOT b.in_doubt
   AND (l.status IS NULL OR l.status = 'released')
 ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE OF b
"""
FACES = """
SELECT f.site_id, f.bin_id, a.code, f.item_id, i.sku, f.least, f.most, coalesce(b.free, 0), coalesce(t.coming, 0),
       coalesce((SELECT min(p.factor) FROM catalogue_pack p WHERE p.item_id = f.item_id), 0)
  FROM inventory_face f JOIN inventory_account a ON a.id = f.bin_id JOIN catalogue_item i ON i.id = f.item_id
  LEFT JOIN LATERAL (SELECT sum(b.on_hand - b.reserved)::bigint AS free, bool_or(b.in_doubt) AS in_doubt FROM inventory_balance b
                      WHERE b.account_id = f.bin_id AND b.item_id = f.item_id) b ON true
  LEFT JOIN LATERAL (SELECT sum(t.quantity)::bigint AS coming FROM inventory_movetask t
                      WHERE t.target_id = f.bin_id AND t.item_id = f.item_id AND t.closed_at IS NULL) t ON true
 WHERE (f.item_id, f.site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[])) AND b.in_doubt IS NOT TRUE
 ORDER BY f.id
"""
RAISE = """
INSERT INTO inventory_movetask (id, site_id, item_id, lot, source_id, target_id, quantity, urgent, raised_at)
SELECT t.*, %(now)s::timestamptz
  FROM unnest(%(id)s::bigint[], %(site)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(source)s::bigint[], %(target)s::bigint[],
              %(quantity)s::bigint[], %(urgent)s::boolean[]) AS t
"""
WAIT_FOR = """
UPDATE inventory_movetask t SET urgent = true, orders = ARRAY(SELECT DISTINCT o FROM unnest(t.orders || w.orders) AS o ORDER BY o)
  FROM (SELECT item, site, array_agg(DISTINCT ord) AS orders FROM unnest(%(item)s::bigint[], %(site)s::bigint[], %(order)s::text[]) AS w(item, site, ord) GROUP BY 1, 2) w
 WHERE t.item_id = w.item AND t.site_id = w.site AND t.closed_at IS NULL AND NOT t.orders @> w.orders RETURNING t.item_id, t.site_id
"""
CODES = "SELECT id, code FROM network_site WHERE id = ANY(%(site)s::bigint[])"


@row
class Brought:
    """What was raised, a fact per site, and the items (with their site) that orders wait for from now on."""

    facts: list[ReplenishmentRaised]
    awaited: frozenset[tuple[int, int]] = frozenset()


def raise_moves(run: Run, wanted: Sequence[ShortFace]) -> Brought:
    """Raise what fills the faces of these items; orders that wait make all that comes for them urgent. The caller tells the facts."""
    if not wanted:
        return Brought([])
    pairs = sorted({(w.item, w.site) for w in wanted})
    where = {"item": [i for i, _ in pairs], "site": [s for _, s in pairs]}
    reserves = run.rows(Reserve, RESERVES, **where)
    missing: dict[tuple[int, int], int] = {}
    for w in wanted:
        missing[w.item, w.site] = missing.get((w.item, w.site), 0) + w.missing
    found = refills(run.rows(FaceNow, FACES, **where), reserves, missing) if reserves else []
    ids = run.draw("inventory_movetask_id_seq", len(found)) if found else []
    new = [NewMove(id, f.face.site, f.face.item, f.reserve.lot, f.reserve.bin, f.face.bin, f.quantity, missing[f.face.item, f.face.site] > 0)
           for id, f in zip(ids, found, strict=True)]
    run.write(RAISE, new)
    claim(run, [Claim(n.source, n.item, n.lot, n.quantity) for n in new])
    waiting = [w for w in wanted if w.order]
    awaited = frozenset(run.rows(lambda item, site: (item, site), WAIT_FOR, waiting) if waiting else ())
    if not new:
        return Brought([], awaited)
    codes = dict(run.rows(lambda id, code: (id, code), CODES, site=sorted({n.site for n in new})))
    return Brought([
        ReplenishmentRaised(
            code, tuple(RaisedMove(n.id, f.face.sku, n.lot, f.reserve.bin_code, f.face.bin_code, n.quantity) for n, f in zip(new, found, strict=True) if n.site == site),
            tuple(dict.fromkeys(w.order for w in waiting if w.site == site)))
        for site, code in sorted(codes.items(), key=lambda pair: pair[1])], awaited)
