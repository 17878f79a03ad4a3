"""The stock ledger: the only writer of movements, balances and stock.

Stock moves, it never changes: a posting leaves one account and enters another. Balances are kept for the
places we answer for (bins, totes, cartons, transit, quarantine, doubt); a CHECK keeps them from going below
zero. Totes and cartons come and go with an order: an empty one keeps no balance. What lies in a site's bins is its stock, and reservations stand against that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from hanse.journal.run import Run
from hanse.kernel.rows import row

GUARDED, OWN = frozenset({"bin", "tote", "carton", "transit", "quarantine", "doubt"}), frozenset({"tote", "carton"})
"""Places that keep a balance, and those of them that belong to one order."""


@row
class Account:
    """An account as a movement names it: its id, what kind of place it is, and at which site."""

    id: int
    kind: str
    site: int


@row
class Movement:
    """`quantity` units of `item` from account `source` to account `target`.

    `claimed` units use up the source's claim by pick tasks, `reserved` units the site's reservation;
    a pick uses both. `act` is what was done in the journal's words, `document` the order, inbound or count.
    """

    item: int
    source: Account
    target: Account
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


@row
class Doubt:
    """What lies in a bin of an item and lot is in doubt from now on, or (`in_doubt` false) no longer."""

    account: int
    item: int
    lot: str
    in_doubt: bool = True


MOVED = """
WITH posted AS (
  INSERT INTO inventory_movement
         (item_id, source_id, target_id, quantity, act, document, reason, lot, serial, actor, happened_at, recorded_at)
  SELECT m.item, m.source, m.target, m.quantity, m.act, m.document, m.reason, m.lot, m.serial, %(actor)s::text,
         coalesce(m.at, %(now)s::timestamptz), %(now)s::timestamptz
    FROM unnest(%(item)s::bigint[], %(source)s::bigint[], %(target)s::bigint[], %(quantity)s::bigint[], %(act)s::text[],
                %(document)s::text[], %(reason)s::text[], %(lot)s::text[], %(serial)s::text[], %(at)s::timestamptz[])
      AS m(item, source, target, quantity, act, document, reason, lot, serial, at)
)"""
STOCK_HELD = """, stock_held AS MATERIALIZED (
  SELECT 1 FROM unnest(%(stock_item)s::bigint[], %(stock_site)s::bigint[]) AS n(item, site)
    JOIN inventory_stock s ON s.item_id = n.item AND s.site_id = n.site
   ORDER BY s.item_id, s.site_id FOR UPDATE OF s
)"""
HELD = """, held AS MATERIALIZED (
  SELECT 1 FROM unnest(%(shared_account)s::bigint[], %(shared_item)s::bigint[], %(shared_lot)s::text[]) AS n(account, item, lot)
    JOIN inventory_balance b ON b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot WHERE {stock_held}
   ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE OF b
)"""
GAINED = """, gained AS (
  INSERT INTO inventory_balance AS b (account_id, item_id, lot, on_hand)
  SELECT n.* FROM unnest(%(gain_account)s::bigint[], %(gain_item)s::bigint[], %(gain_lot)s::text[], %(gain_moved)s::bigint[])
      AS n(account, item, lot, moved) WHERE {held} ORDER BY n.item, n.account, n.lot
      ON CONFLICT (account_id, item_id, lot) DO UPDATE SET on_hand = b.on_hand + excluded.on_hand
)"""
LOST = """, lost AS (
  UPDATE inventory_balance b SET on_hand = b.on_hand + n.moved, reserved = b.reserved + n.claimed
    FROM unnest(%(loss_account)s::bigint[], %(loss_item)s::bigint[], %(loss_lot)s::text[], %(loss_moved)s::bigint[], %(loss_claimed)s::bigint[])
      AS n(account, item, lot, moved, claimed)
   WHERE {held} AND b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot RETURNING 1
)"""
EMPTIED = """, cleared AS (
  DELETE FROM inventory_balance b USING unnest(%(own_account)s::bigint[], %(own_item)s::bigint[], %(own_lot)s::text[], %(own_moved)s::bigint[])
      AS n(account, item, lot, moved)
   WHERE b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot AND b.on_hand = -n.moved RETURNING 1
), lessened AS (
  UPDATE inventory_balance b SET on_hand = b.on_hand + n.moved
    FROM unnest(%(own_account)s::bigint[], %(own_item)s::bigint[], %(own_lot)s::text[], %(own_moved)s::bigint[]) AS n(account, item, lot, moved)
   WHERE b.account_id = n.account AND b.item_id = n.item AND b.lot = n.lot AND b.on_hand <> -n.moved RETURNING 1
)"""
STOCK_GAINED = """, stock_gained AS (
  INSERT INTO inventory_stock AS s (item_id, site_id, on_hand)
  SELECT n.* FROM unnest(%(more_item)s::bigint[], %(more_site)s::bigint[], %(more_moved)s::bigint[]) AS n(item, site, moved)
   WHERE {held} ORDER BY n.item, n.site
      ON CONFLICT (item_id, site_id) DO UPDATE SET on_hand = s.on_hand + excluded.on_hand
)"""
STOCK_LOST = """, stock_lost AS (
  UPDATE inventory_stock s SET on_hand = s.on_hand + n.moved, reserved = s.reserved + n.reserved
    FROM unnest(%(less_item)s::bigint[], %(less_site)s::bigint[], %(less_moved)s::bigint[], %(less_reserved)s::bigint[])
      AS n(item, site, moved, reserved)
   WHERE {held} AND s.item_id = n.item AND s.site_id = n.site RETURNING 1
)"""
"""A posting has the parts that its movements need. Rows that others want too are locked first, stock before balances, each in key
order. Totes and cartons are an order's own, and its lock is held: their rows wait for nobody. Places that only gain are locked by
their insert, in key order as well. The answer counts postings that leave a place which has nothing of this: none.
"""
PARTS = {"stock": STOCK_HELD, "shared": HELD, "gain": GAINED, "loss": LOST, "own": EMPTIED, "more": STOCK_GAINED, "less": STOCK_LOST}
FIELDS = {
    "stock": ("item", "site"), "shared": ("account", "item", "lot"), "gain": ("account", "item", "lot", "moved"),
    "loss": ("account", "item", "lot", "moved", "claimed"), "own": ("account", "item", "lot", "moved"),
    "more": ("item", "site", "moved"), "less": ("item", "site", "moved", "reserved"),
}
COUNTED = {"loss": ["lost"], "own": ["cleared", "lessened"], "less": ["stock_lost"]}
LOCK_TOTES = """
SELECT 1 FROM inventory_balance b WHERE b.account_id = ANY(%(tote)s::bigint[]) ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE
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


DOUBT = """
UPDATE inventory_balance b SET in_doubt = d.in_doubt
  FROM unnest(%(account)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(in_doubt)s::boolean[]) AS d(account, item, lot, in_doubt)
 WHERE b.account_id = d.account AND b.item_id = d.item AND b.lot = d.lot
"""


class LedgerBroken(Exception):
    """A posting would leave an account that has nothing of this: a bug in the caller, never a refusal."""


def post(run: Run, movements: Sequence[Movement]) -> None:
    """Post movements: rows, balances and stock in one statement, under locks in key order.

    The caller has decided that there is enough; the CHECKs make it certain. Raises `LedgerBroken` when a
    movement leaves an account that never held the item.
    """
    if not movements:
        return
    changed = changes(movements)
    parts = tuple(name for name, rows in changed.items() if rows)
    expected = sum(len(changed[name]) for name in ("loss", "own", "less"))
    columns = {f"{name}_{field}": [r[nr] for r in changed[name]] for name in parts for nr, field in enumerate(FIELDS[name])}
    run.prove(_post_sql(parts), movements, LedgerBroken("postings leave empty accounts"), **_ends(movements), **columns, expected=expected)
    units = [m for m in movements if m.serial]
    if units:
        run.prove(MOVE_SERIALS, units, LedgerBroken("a serial is not where it was moved from"), **_ends(units))


def changes(movements: Sequence[Movement]) -> dict[str, list[tuple[Any, ...]]]:
    """What movements change, each balance and each site's stock once and in key order, by the part that writes it. Pure.

    Raises `LedgerBroken` where a gain would use up claims or reservations.
    """
    balances: dict[tuple[int, int, str], list[Any]] = {}
    stock: dict[tuple[int, int], list[int]] = {}
    for m in movements:
        for account, moved, claimed, reserved in ((m.source, -m.quantity, -m.claimed, -m.reserved), (m.target, m.quantity, 0, 0)):
            if account.kind in GUARDED:
                balance = balances.setdefault((m.item, account.id, m.lot), [0, 0, account.kind])
                balance[0] += moved
                balance[1] += claimed
            if account.kind == "bin":
                held = stock.setdefault((m.item, account.site), [0, 0])
                held[0] += moved
                held[1] += reserved
    if any(claimed and moved >= 0 for moved, claimed, _ in balances.values()) or any(reserved and moved > 0 for moved, reserved in stock.values()):
        raise LedgerBroken("gains would use up claims or reservations")
    changed = [(account, item, lot, moved, claimed, kind) for (item, account, lot), (moved, claimed, kind) in sorted(balances.items())]
    sites = [(item, site, *more) for (item, site), more in sorted(stock.items())]
    loss = [c for c in changed if c[3] < 0 and c[5] not in OWN]
    return {
        "stock": sites, "shared": [c for c in changed if c[5] not in OWN] if loss or sites else [],
        "gain": [c for c in changed if c[3] > 0], "loss": loss, "own": [c for c in changed if c[3] < 0 and c[5] in OWN],
        "more": [s for s in sites if s[2] > 0], "less": [s for s in sites if s[2] <= 0 and (s[2] or s[3])],
    }


@cache
def _post_sql(parts: tuple[str, ...]) -> str:
    """The posting that has these parts."""
    stock_held, held = (f"(SELECT count(*) FROM {name}) >= 0" if part in parts else "true" for part, name in (("stock", "stock_held"), ("shared", "held")))
    written = [name for part, names in COUNTED.items() if part in parts for name in names]
    changing = "".join(PARTS[part].format(stock_held=stock_held, held=held) for part in parts)
    return f"{MOVED}{changing}\nSELECT %(expected)s::bigint" + "".join(f" - (SELECT count(*) FROM {name})" for name in written)


def _ends(movements: Sequence[Movement]) -> dict[str, list[int]]:
    return {"source": [m.source.id for m in movements], "target": [m.target.id for m in movements]}


def lock_totes(run: Run, totes: Iterable[int]) -> None:
    """Lock what lies in totes that several orders share, before it is posted out of them: an order's lock does not keep the others away."""
    if shared := sorted(set(totes)):
        run.lock(LOCK_TOTES, tote=shared)


def reserve(run: Run, reserves: Iterable[Reserve]) -> None:
    """Reserve or give back units at sites. Rows are locked before (`lock_stock`); the CHECK refuses too much."""
    run.prove(RESERVE, [r for r in reserves if r.quantity], LedgerBroken("reserved where there never was stock"))


def claim(run: Run, claims: Iterable[Claim]) -> None:
    """Claim or give back units in bins for pick tasks."""
    run.write(CLAIM, [c for c in claims if c.quantity])


def doubt(run: Run, doubts: Iterable[Doubt]) -> None:
    """Say that what lies in bins is in doubt, so that no task is raised on it, or that it no longer is."""
    run.write(DOUBT, list(doubts))


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
