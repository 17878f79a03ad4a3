"""The stock ledger: the only writer of movements, balances and stock.

Stock moves, it never changes: a posting leaves one account and enters another. Balances are kept for the
places we answer for (bins, totes, cartons, transit, quarantine); a CHECK keeps them from going below
zero. Totes and cartons come and go with an order: an empty one keeps no balance. What lies in a site's bins is its stock, and reservations stand against that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hanse.journal.run import Run
from hanse.kernel.rows import row


@row
class Movement:
    """`quantity` units of `item` from account `source` to account `target`.

    `claimed` units use up the source's claim by pick tasks, `reserved` units the site's reservation;
    a pick uses both. `act` is what was done in the journal's words, `document` the order, inbound or count.
    """

    item: int
    source: int
    target: int
    quantity: int
    act: str
    document: str = ""
    reason: str = ""
    lot: str = ""
    serial: str = ""
    claimed: int = 0
    reserved: int = 0
    at: datetime | None = None


@row
class Reserve:
    """Reserve (negative: give back) units of an item at a site."""

    item: int
    site: int
    quantity: int


@row
class Claim:
    """Claim (negative: give back) units of an item and lot in a bin for pick tasks."""

    account: int
    item: int
    lot: str
    quantity: int


@row
class Place:
    """An account by what it is: kind, site and code (a bin's, tote's or carton's; empty for virtual ones)."""

    kind: str
    site: int
    code: str = ""


POST = """
WITH posted AS (
  INSERT INTO inventory_movement
         (item_id, source_id, target_id, quantity, act, document, reason, lot, serial, actor, happened_at, recorded_at)
  SELECT m.item, m.source, m.target, m.quantity, m.act, m.document, m.reason, m.lot, m.serial, %(actor)s,
         coalesce(m.at, %(now)s), %(now)s
    FROM unnest(%(item)s::bigint[], %(source)s::bigint[], %(target)s::bigint[], %(quantity)s::bigint[], %(act)s::text[],
                %(document)s::text[], %(reason)s::text[], %(lot)s::text[], %(serial)s::text[], %(at)s::timestamptz[])
      AS m(item, source, target, quantity, act, document, reason, lot, serial, at)
), side AS (
  SELECT m.source AS account, m.item, m.lot, -m.quantity AS moved, -m.claimed AS claimed, -m.reserved AS reserved
    FROM unnest(%(source)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(quantity)s::bigint[],
                %(claimed)s::bigint[], %(reserved)s::bigint[]) AS m(source, item, lot, quantity, claimed, reserved)
  UNION ALL
  SELECT m.target, m.item, m.lot, m.quantity, 0, 0
    FROM unnest(%(target)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(quantity)s::bigint[])
      AS m(target, item, lot, quantity)
), net AS MATERIALIZED (
  SELECT a.id AS account, a.kind, a.site_id AS site, s.item, s.lot, sum(s.moved)::bigint AS moved,
         sum(s.claimed)::bigint AS claimed, sum(s.reserved)::bigint AS reserved
    FROM side s JOIN inventory_account a ON a.id = s.account
   WHERE a.kind IN ('bin', 'tote', 'carton', 'transit', 'quarantine') GROUP BY a.id, s.item, s.lot
), stock_held AS MATERIALIZED (
  SELECT 1 FROM inventory_stock s WHERE (s.item_id, s.site_id) IN (SELECT item, site FROM net WHERE kind = 'bin')
   ORDER BY s.item_id, s.site_id FOR UPDATE
), held AS MATERIALIZED (
  SELECT 1 FROM inventory_balance b JOIN net n ON b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot
   WHERE n.kind IN ('bin', 'transit', 'quarantine') AND (SELECT count(*) FROM stock_held) >= 0
   ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE OF b
), due AS MATERIALIZED (
  SELECT * FROM net WHERE (SELECT count(*) FROM held) >= 0
), gained AS (
  INSERT INTO inventory_balance AS b (account_id, item_id, lot, on_hand)
  SELECT account, item, lot, moved FROM due WHERE moved > 0 ORDER BY item, account, lot
      ON CONFLICT (account_id, item_id, lot) DO UPDATE SET on_hand = b.on_hand + excluded.on_hand
), cleared AS (
  DELETE FROM inventory_balance b USING due n
   WHERE n.kind IN ('tote', 'carton') AND b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot
     AND b.on_hand = -n.moved AND b.reserved = -n.claimed RETURNING 1
), lost AS (
  UPDATE inventory_balance b SET on_hand = b.on_hand + n.moved, reserved = b.reserved + n.claimed
    FROM due n WHERE n.moved < 0 AND b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot
     AND NOT (n.kind IN ('tote', 'carton') AND b.on_hand = -n.moved AND b.reserved = -n.claimed) RETURNING 1
), site AS MATERIALIZED (
  SELECT item, site, sum(moved)::bigint AS moved, sum(reserved)::bigint AS reserved
    FROM due WHERE kind = 'bin' GROUP BY item, site
), stock_gained AS (
  INSERT INTO inventory_stock AS s (item_id, site_id, on_hand)
  SELECT item, site, moved FROM site WHERE moved > 0 ORDER BY item, site
      ON CONFLICT (item_id, site_id) DO UPDATE SET on_hand = s.on_hand + excluded.on_hand
), stock_lost AS (
  UPDATE inventory_stock s SET on_hand = s.on_hand + n.moved, reserved = s.reserved + n.reserved
    FROM site n WHERE (n.moved < 0 OR n.reserved < 0) AND n.moved <= 0 AND s.item_id = n.item AND s.site_id = n.site RETURNING 1
)
SELECT (SELECT count(*) FROM net WHERE moved < 0) - (SELECT count(*) FROM cleared) - (SELECT count(*) FROM lost)
     + (SELECT count(*) FROM net WHERE moved >= 0 AND claimed < 0) + (SELECT count(*) FROM site WHERE moved > 0 AND reserved < 0)
"""
"""Rows that others want too are locked first, stock before balances, each in key order. Totes and cartons are an
order's own, and its lock is held: their rows wait for nobody. The answer counts postings that leave a place which
has nothing of this, and gains that would use up claims or reservations: none.
"""
MOVE_SERIALS = """
WITH found AS (
  UPDATE inventory_serial s SET account_id = m.target
    FROM unnest(%(item)s::bigint[], %(serial)s::text[], %(source)s::bigint[], %(target)s::bigint[])
      AS m(item, serial, source, target)
   WHERE s.item_id = m.item AND s.code = m.serial AND s.account_id = m.source RETURNING 1
)
SELECT cardinality(%(serial)s::text[]) - (SELECT count(*) FROM found)
"""
RESERVE = """
WITH wanted AS MATERIALIZED (
  SELECT item, site, sum(quantity)::bigint AS quantity
    FROM unnest(%(item)s::bigint[], %(site)s::bigint[], %(quantity)s::bigint[]) AS r(item, site, quantity) GROUP BY item, site
), kept AS (
  UPDATE inventory_stock s SET reserved = s.reserved + r.quantity
    FROM wanted r WHERE s.item_id = r.item AND s.site_id = r.site RETURNING 1
)
SELECT (SELECT count(*) FROM wanted) - (SELECT count(*) FROM kept)
"""
CLAIM = """
UPDATE inventory_balance b SET reserved = b.reserved + c.quantity
  FROM (SELECT account, item, lot, sum(quantity)::bigint AS quantity
          FROM unnest(%(account)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(quantity)s::bigint[])
            AS c(account, item, lot, quantity) GROUP BY account, item, lot) c
 WHERE b.account_id = c.account AND b.item_id = c.item AND b.lot = c.lot
"""
FIND_PLACES = """
SELECT a.kind, a.site_id, a.code, a.id FROM inventory_account a
 WHERE (a.site_id, a.kind, a.code) IN
       (SELECT * FROM unnest(%(site)s::bigint[], %(kind)s::text[], %(code)s::text[]))
"""
OPEN_PLACES = """
INSERT INTO inventory_account (kind, site_id, code)
SELECT p.kind, p.site, p.code FROM unnest(%(kind)s::text[], %(site)s::bigint[], %(code)s::text[]) AS p(kind, site, code)
 ORDER BY p.site, p.kind, p.code ON CONFLICT (site_id, kind, code) DO NOTHING
RETURNING kind, site_id, code, id
"""
OPEN_FRESH = """
INSERT INTO inventory_account (id, kind, site_id, code)
SELECT * FROM unnest(%(id)s::bigint[], %(kind)s::text[], %(site)s::bigint[], %(code)s::text[])
"""
PLACES = "inventory_account_id_seq"
QUARANTINE = "quarantine"
"""Off sale. Units of a stopped lot lie in the quarantine of the bin they were taken from, all others in the site's one without a code."""


class LedgerBroken(Exception):
    """A posting would leave an account that has nothing of this: a bug in the caller, never a refusal."""


def post(run: Run, movements: Sequence[Movement]) -> None:
    """Post movements: rows, balances and stock in one statement, under locks in key order.

    The caller has decided that there is enough; the CHECKs make it certain. Raises `LedgerBroken` when a
    movement leaves an account that never held the item.
    """
    run.prove(POST, movements, LedgerBroken("postings leave empty accounts, or mix gains with reservations"))
    run.prove(MOVE_SERIALS, [m for m in movements if m.serial], LedgerBroken("a serial is not where it was moved from"))


def reserve(run: Run, reserves: Iterable[Reserve]) -> None:
    """Reserve or give back units at sites. Rows are locked before (`lock_stock`); the CHECK refuses too much."""
    run.prove(RESERVE, [r for r in reserves if r.quantity], LedgerBroken("reserved where there never was stock"))


def claim(run: Run, claims: Iterable[Claim]) -> None:
    """Claim or give back units in bins for pick tasks."""
    run.write(CLAIM, [c for c in claims if c.quantity])


def places(run: Run, wanted: Iterable[Place]) -> Mapping[Place, int]:
    """The accounts for these places, opened where they do not exist yet."""
    missing = found = list(dict.fromkeys(wanted))
    known: dict[Place, int] = {}
    for sql in (FIND_PLACES, OPEN_PLACES, FIND_PLACES):
        if missing:
            known.update(run.rows(_placed, sql, missing))
            missing = [p for p in found if p not in known]
    return known


def open_fresh(run: Run, numbered: Mapping[Place, int]) -> None:
    """Open places that nobody else can know yet, such as the tote of an order that is locked; ids are drawn beforehand (`PLACES`)."""
    run.write(OPEN_FRESH, list(numbered), id=list(numbered.values()))


def _placed(kind: str, site: int, code: str, id: int) -> tuple[Place, int]:
    return Place(kind, site, code), id
