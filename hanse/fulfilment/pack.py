"""Pack: close a carton with what was picked of one order at one site.

Each carton gets an SSCC that is never used again, and the address version and carrier of the order that its label shows. The
scale is believed: a weight that differs from the content's by more than the tolerance keeps the carton open. So do scans
that the customer or the site wants and that are missing or wrong, and units of a lot that is held or recalled. The
sampling plan says which cartons are audited before they leave.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MaxLen

from hanse.inventory.ledger import PLACES, Account, Movement, Place, lock_totes, open_fresh, post
from hanse.journal.operation import begins, draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.gs1 import sscc, wrong_key
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance

from .events import CartonPacked, PackedUnits
from .rules import sampled, to_scan, weighs_right
from .scanned import Wanted, elements, names_item

Grams = Annotated[int, Gt(0), Le(10**9)]
Millimetres = Annotated[int, Gt(0), Le(100_000)]


@ask
class PackLine:
    """So many units of the line at a position, of one lot or with these serials where it matters; `scans` is what was read of them."""

    line: Annotated[int, Gt(0), Le(100_000)]
    quantity: Quantity
    lot: Short | None = None
    serials: Annotated[tuple[Code, ...], MaxLen(5000)] = ()
    scans: Annotated[tuple[Code, ...], MaxLen(5000)] = ()


@ask
class Pack:
    """Close a carton of an order: with these contents, or with all that is picked and waits at the site.

    The site may be left out where all that waits lies at one. An SSCC is drawn unless the carton has one. A carton type says
    what the empty carton weighs, and `proposal` whether a proposal was followed.
    """

    order: Code
    site: Code | None = None
    contents: Annotated[tuple[PackLine, ...], MaxLen(1000)] | None = None
    sscc: Code | None = None
    weight_g: Grams | None = None
    tare_g: Annotated[int, Ge(0), Le(10**6)] = 0
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    at: datetime | None = None
    carton_type: Code | None = None
    proposal: Literal["followed", "alternative", "other"] | None = None


@row
class Waiting:
    """Units of a task that lie in a tote and wait to be packed; in a `shared` tote other orders have theirs beside."""

    task: int
    order: int
    allocation: int
    line: int
    position: int
    item: int
    sku: str
    tracking: str
    weight_g: int | None
    site: int
    site_code: str
    prefix: str
    tote: int
    lot: str
    left: int
    gtin: str = ""
    lot_status: str = "released"
    pack_scan: str = "none"
    audit_percent: int = 0
    least_tolerance_g: int = 50
    tolerance_percent: int = 5
    tare_tolerance_percent: int = 5
    shared: bool = False


@row
class Part:
    """Units of one task that go into a carton."""

    of: Waiting
    quantity: int
    serials: tuple[str, ...] = ()


@row
class CartonUsed:
    """A carton type as it is at a site when a carton of it is closed."""

    code: str
    at: datetime | None
    site: str
    id: int
    tare_g: int
    max_gross_g: int


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: orders with the address and carrier their labels show, what waits, serials in totes, drawn serials of SSCCs and ids of places,
    carton types by code, time and site."""

    labels: Mapping[int, tuple[int, str]]
    waiting: Mapping[int, Sequence[Waiting]]
    serials: Mapping[int, Sequence[str]]
    used: Collection[str]
    drawn: Sequence[int]
    accounts: Sequence[int] = ()
    types: Mapping[tuple[str, datetime | None, str], CartonUsed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """A carton as it is to be written, beside the fact that tells it."""

    ask: Pack
    told: CartonPacked
    parts: Sequence[Part]
    type: CartonUsed | None = None


def decide(asks: Sequence[Pack], known: Known) -> list[Closed | Refused]:
    """Close each carton in turn; later cartons find what earlier ones left in the totes."""
    left = {w.task: w.left for ws in known.waiting.values() for w in ws}
    serials = {task: list(found) for task, found in known.serials.items()}
    used, drawn = set(known.used), iter(known.drawn)
    answers: list[Closed | Refused] = []
    for ask in asks:
        answer = _close(ask, known, left, serials, used, drawn)
        answers.append(answer)
        if isinstance(answer, Closed):
            used.add(answer.told.carton)
            for part in answer.parts:
                left[part.of.task] -= part.quantity
                if part.serials:
                    serials[part.of.task] = [s for s in serials[part.of.task] if s not in part.serials]
    return answers


Serials = Mapping[int, Sequence[str]]
"""The serials that each task took and that still lie in its tote."""


def _close(ask: Pack, known: Known, left: Mapping[int, int], serials: Serials, used: Collection[str], drawn: Iterator[int]) -> Closed | Refused:
    order = order_id(ask.order)
    if order not in known.labels:
        return refuse("order-unknown", at="order", order=ask.order)
    here = [w for w in known.waiting.get(order, ()) if left[w.task] and ask.site in (None, w.site_code)]
    if not here:
        return refuse("nothing-to-pack", order=ask.order, site=ask.site or "any site")
    if len(sites := sorted({w.site_code for w in here})) > 1:
        return refuse("values-refused", at="site", why=f"Units of {ask.order} wait at {' and '.join(sites)}: say which.")
    parts = _parts(ask, here, left, serials)
    if isinstance(parts, Refused):
        return parts
    if findings := [*_stopped(parts), *_wrong_scans(ask, parts)]:
        return refuse_all(findings)
    used_type = known.types.get((ask.carton_type, ask.at, here[0].site_code)) if ask.carton_type else None
    if ask.carton_type and used_type is None:
        return refuse("carton-type-unknown", at="carton_type", type=ask.carton_type, site=here[0].site_code)
    tare = ask.tare_g or (used_type.tare_g if used_type else 0)
    expected = None if any(p.of.weight_g is None for p in parts) else sum(p.quantity * (p.of.weight_g or 0) for p in parts) + tare
    if wrong := _wrong_label(ask, used) or _wrong_weight(ask, expected, parts, tare) or _too_heavy(ask, expected, used_type):
        return wrong
    number = ask.sscc or drawn_sscc(here[0].prefix, next(drawn))
    address, carrier = known.labels[order]
    units = tuple(PackedUnits(p.of.line, p.of.position, p.of.sku, p.of.lot, p.quantity, p.serials) for p in parts)
    told = CartonPacked(
        ask.order, number, here[0].site_code, units, expected, ask.weight_g, address, ask.at, carrier, ask.carton_type or "", ask.proposal or "",
        sampled(number, here[0].audit_percent))
    return Closed(ask, told, parts, used_type)


def _parts(ask: Pack, here: Sequence[Waiting], left: Mapping[int, int], serials: Serials) -> list[Part] | Refused:
    """What goes into the carton, task by task; all findings at once where it cannot."""
    if ask.contents is None:
        found = [_of_task(w, left[w.task], (), serials) for w in here]
        bad = [f for f in found if isinstance(f, Refused)]
        return refuse_all(bad) if bad else [f for f in found if isinstance(f, Part)]
    rest = {w.task: left[w.task] for w in here}
    findings: list[Refused] = []
    parts: list[Part] = []
    for n, want in enumerate(ask.contents):
        fit = [w for w in here if w.position == want.line and want.lot in (None, w.lot)]
        need = want.quantity
        if need > sum(rest[w.task] for w in fit):
            findings.append(refuse("pack-out-of-range", at=f"contents/{n}/quantity", order=ask.order, line=want.line, picked=sum(rest[w.task] for w in fit), wanted=need))
            continue
        for w in fit:
            by_name = want.serials and w.tracking == "serial"
            named = [s for s in want.serials if s in serials.get(w.task, ())] if by_name else want.serials
            units = len(named) if by_name else min(need, rest[w.task])
            if units:
                part = _of_task(w, units, named, serials)
                (findings if isinstance(part, Refused) else parts).append(part)  # type: ignore[arg-type]
                rest[w.task] -= units
                need -= units
        if need and want.serials and fit and fit[0].tracking == "serial":
            findings.append(refuse("serials-missing", at=f"contents/{n}/serials", sku=fit[0].sku, wanted=want.quantity, got=want.quantity - need))
    if findings or not parts:
        return refuse_all(findings or [refuse("values-refused", at="contents", why="A carton holds something.")])
    return parts


def _of_task(w: Waiting, units: int, named: Sequence[str], serials: Serials) -> Part | Refused:
    """Units of a task; an item tracked by serial names each, or takes all that lie in the tote."""
    if w.tracking != "serial":
        return refuse("not-tracked", sku=w.sku, what="serials") if named else Part(w, units)
    lying = serials.get(w.task, ())
    chosen = tuple(s for s in named if s in lying) if named else tuple(lying)
    if len(chosen) != units or (named and len(set(named)) != len(named)):
        return refuse("serials-missing", sku=w.sku, wanted=units, got=len(chosen))
    return Part(w, units, chosen)


def _wrong_label(ask: Pack, used: Collection[str]) -> Refused | None:
    if ask.sscc is None:
        return None
    if why := wrong_key(ask.sscc, (18,)):
        return refuse("sscc-wrong", at="sscc", sscc=ask.sscc, why=why)
    return refuse("sscc-used", at="sscc", sscc=ask.sscc) if ask.sscc in used else None


def _stopped(parts: Sequence[Part]) -> list[Refused]:
    """Units of lots that are held or recalled."""
    stopped = dict.fromkeys((p.of.sku, p.of.lot, p.of.lot_status) for p in parts if p.of.lot_status != "released")
    return [refuse("lot-held", at="contents", lot=lot, sku=sku, status=status) for sku, lot, status in stopped]


def _wrong_scans(ask: Pack, parts: Sequence[Part]) -> list[Refused]:
    """Scans that name something else than their line, and those that are wanted and missing."""
    found: list[Refused] = []
    of_line: dict[int, list[Part]] = defaultdict(list)
    for p in parts:
        of_line[p.of.position].append(p)
    scans: dict[int, list[str]] = defaultdict(list)
    for n, line in enumerate(ask.contents or ()):
        for read in line.scans:
            if any(_names(read, p) for p in of_line[line.line]):
                scans[line.line].append(read)
            else:
                found.append(refuse("wrong-scan", at=f"contents/{n}/scans", got=read, want=of_line[line.line][0].of.sku))
    for position, units in of_line.items():
        wanted = to_scan(units[0].of.pack_scan, sum(p.quantity for p in units))
        if len(scans[position]) < wanted and not found:
            found.append(refuse("scans-missing", at="contents", sku=units[0].of.sku, wanted=wanted, got=len(scans[position])))
    return found


def _names(read: str, part: Part) -> bool:
    """Whether a read names a unit of this part: its item and lot, or one of its serials."""
    return names_item(read, Wanted(part.of.sku, part.of.gtin, part.of.lot, "")) or (elements(read).get("21") or read) in part.serials


def _wrong_weight(ask: Pack, expected: int | None, parts: Sequence[Part], tare: int) -> Refused | None:
    """Off by more than the tolerance: not the content that is meant."""
    if ask.weight_g is None or expected is None:
        return None
    first = parts[0].of
    weights = [(p.quantity * (p.of.weight_g or 0), p.of.tolerance_percent) for p in parts] + [(tare, first.tare_tolerance_percent)]
    if weighs_right(ask.weight_g, weights, first.least_tolerance_g):
        return None
    return refuse("weight-off", at="weight_g", weight=ask.weight_g, expected=expected)


def _too_heavy(ask: Pack, expected: int | None, used: CartonUsed | None) -> Refused | None:
    """More than the carton type may weigh: by the scale, else by what is expected."""
    weight = ask.weight_g if ask.weight_g is not None else expected
    if used is None or weight is None or weight <= used.max_gross_g:
        return None
    return refuse("carton-too-heavy", at="carton_type", type=used.code, most=used.max_gross_g, weight=weight)


def drawn_sscc(prefix: str, serial: int) -> str:
    """The SSCC for a drawn serial: behind a long prefix the extension digit carries on."""
    room = 10 ** (16 - len(prefix))
    return sscc(prefix, serial % room, str((3 + serial // room) % 10))


ORDERS = "SELECT id, ship_to_id, carrier FROM orders_order WHERE id = ANY(%(order)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
WAITING = """
SELECT t.id, a.order_id, a.id, a.line_id, l.position, a.item_id, i.sku, i.tracking, i.weight_g, a.site_id, s.code, s.sscc_prefix,
       t.tote_id, t.lot, t.taken - t.put_back - t.packed, coalesce(i.gtin, ''), coalesce(h.status, 'released'), coalesce(nullif(c.pack_scan, ''), s.pack_scan),
       s.audit_percent, s.weight_tolerance_g, coalesce(i.weight_tolerance_percent, s.weight_tolerance_percent), s.weight_tolerance_percent, e.code <> 'H-' || a.order_id
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed
  JOIN orders_line l ON l.id = a.line_id JOIN catalogue_item i ON i.id = a.item_id JOIN network_site s ON s.id = a.site_id
  JOIN orders_order o ON o.id = a.order_id JOIN partners_party c ON c.id = o.customer_id JOIN inventory_account e ON e.id = t.tote_id
  LEFT JOIN inventory_lot h ON t.lot <> '' AND h.item_id = t.item_id AND h.code = t.lot
 WHERE a.order_id = ANY(%(order)s::bigint[]) AND a.picked - a.put_back > a.packed - a.unpacked ORDER BY a.order_id, l.position, t.id
"""
SERIALS = """
SELECT s.task_id, s.code FROM fulfilment_pickedserial s JOIN fulfilment_task t ON t.id = s.task_id
  JOIN inventory_serial u ON u.item_id = s.item_id AND u.code = s.code AND u.account_id = t.tote_id
 WHERE s.task_id = ANY(%(task)s::bigint[]) ORDER BY s.task_id, s.code
"""
TYPES = """
SELECT DISTINCT ON (g.code, g.at, s.id) t.code, g.at, s.code, t.id, t.tare_g, t.max_gross_g, t.until_on IS NULL OR t.until_on >= (coalesce(g.at, %(now)s::timestamptz) AT TIME ZONE s.zone)::date
  FROM (SELECT DISTINCT * FROM unnest(%(code)s::text[], %(at)s::timestamptz[]) AS g(code, at)) g JOIN network_site s ON s.id = ANY(%(site)s::bigint[])
  JOIN network_cartontype t ON t.code = g.code AND (t.sites = '{}' OR s.code = ANY(t.sites)) AND t.from_on <= (coalesce(g.at, %(now)s::timestamptz) AT TIME ZONE s.zone)::date
 ORDER BY g.code, g.at, s.id, t.from_on DESC
"""
"""The version of each carton type that holds at a site when a carton of it is closed, and whether it has not ended."""
USED = "SELECT sscc FROM fulfilment_carton WHERE sscc = ANY(%(sscc)s::text[])"
CLOSE = """
WITH closed AS (
  INSERT INTO fulfilment_carton (sscc, site_id, order_id, account_id, address_id, carrier, expected_g, weight_g, length_mm, width_mm, height_mm, packed_at, actor, type_id, proposal, audit)
  SELECT c.sscc, c.site, c.ord, c.account, c.address, c.carrier, c.expected_g, c.weight_g, c.length_mm, c.width_mm, c.height_mm, coalesce(c.at, %(now)s), c.actor, c.type, c.proposal,
         CASE WHEN c.audit THEN 'due' ELSE '' END
    FROM unnest(%(sscc)s::text[], %(site)s::bigint[], %(order)s::bigint[], %(account)s::bigint[], %(address)s::bigint[], %(carrier)s::text[], %(expected_g)s::bigint[],
                %(weight_g)s::bigint[], %(length_mm)s::int[], %(width_mm)s::int[], %(height_mm)s::int[], %(at)s::timestamptz[], %(by)s::text[],
                %(type)s::bigint[], %(proposals)s::text[], %(audit)s::boolean[])
      AS c(sscc, site, ord, account, address, carrier, expected_g, weight_g, length_mm, width_mm, height_mm, at, actor, type, proposal, audit)
  RETURNING id, sscc
), emptied AS (
  UPDATE fulfilment_task t SET packed = t.packed + p.quantity
    FROM (SELECT task, sum(quantity)::bigint AS quantity FROM unnest(%(task)s::bigint[], %(quantity)s::bigint[]) AS p(task, quantity) GROUP BY task) p
   WHERE t.id = p.task
)
INSERT INTO fulfilment_content (carton_id, allocation_id, line_id, item_id, lot, serial, quantity, task)
SELECT closed.id, p.allocation, p.line, p.item, p.lot, p.serial, p.quantity, p.task
  FROM unnest(%(in_carton)s::text[], %(allocation)s::bigint[], %(line)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(serial)s::text[], %(quantity)s::bigint[], %(task)s::bigint[])
    AS p(sscc, allocation, line, item, lot, serial, quantity, task) JOIN closed USING (sscc)
"""


@operation
@draws(lambda asks: {"fulfilment_sscc_serial": sum(a.sscc is None for a in asks), PLACES: len(asks)})
@begins(ORDERS, lambda asks: {"order": order_ids(a.order for a in asks)})
def pack(run: Run, asks: Sequence[Pack]) -> list[CartonPacked | Refused]:
    """Close cartons: content, stock and counters move together; the label gets its number."""
    known = _facts(run, asks)
    decided = decide(asks, known)
    closed = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Closed)]
    if closed:
        _write(run, [c for c, _ in closed], known.accounts[:len(closed)], [actor for _, actor in closed])
    return [d.told if isinstance(d, Closed) else d for d in decided]


def _facts(run: Run, asks: Sequence[Pack]) -> Known:
    ids = order_ids(a.order for a in asks)
    labels = {order: (address, carrier) for order, address, carrier in run.rows(as_tuple, ORDERS, order=ids)}
    waiting: dict[int, list[Waiting]] = defaultdict(list)
    for w in run.rows(Waiting, WAITING, order=ids):
        waiting[w.order].append(w)
    by_serial = [w for ws in waiting.values() for w in ws if w.tracking == "serial"]
    serials: dict[int, list[str]] = defaultdict(list)
    if by_serial:
        for task, code in run.rows(as_tuple, SERIALS, by_serial):
            serials[task].append(code)
    given = [a.sscc for a in asks if a.sscc]
    used = {s for (s,) in run.rows(as_tuple, USED, sscc=given)} if given else set()
    numbers, accounts = run.draw_all({"fulfilment_sscc_serial": len(asks) - len(given), PLACES: len(asks)}).values()
    return Known(labels, waiting, serials, used, numbers, accounts, _types(run, asks, {w.site for ws in waiting.values() for w in ws}))


def _types(run: Run, asks: Sequence[Pack], sites: Collection[int]) -> dict[tuple[str, datetime | None, str], CartonUsed]:
    """The carton types that are named, where any is."""
    named = [a for a in asks if a.carton_type]
    if not named or not sites:
        return {}
    found = run.rows(as_tuple, TYPES, code=[a.carton_type for a in named], at=[a.at for a in named], site=sorted(sites))
    return {(code, at, site): CartonUsed(code, at, site, *rest) for code, at, site, *rest, holds in found if holds}


def _write(run: Run, closed: Sequence[Closed], accounts: Sequence[int], actors: Sequence[str]) -> None:
    sites = [c.parts[0].of.site for c in closed]
    open_fresh(run, {Place("carton", site, c.told.carton): account for c, site, account in zip(closed, sites, accounts, strict=True)})
    lock_totes(run, [p.of.tote for c in closed for p in c.parts if p.of.shared])
    rows = [(c, account, p, n, s) for c, account in zip(closed, accounts, strict=True) for p in c.parts for n, s in _units(p)]
    of = [p.of for _, _, p, _, _ in rows]
    quantities = [n for _, _, _, n, _ in rows]
    run.write(
        CLOSE, [c.ask for c in closed], sscc=[c.told.carton for c in closed], site=sites, order=[c.parts[0].of.order for c in closed], account=list(accounts),
        address=[c.told.address for c in closed], carrier=[c.told.carrier for c in closed], expected_g=[c.told.expected_g for c in closed], by=list(actors),
        type=[c.type.id if c.type else None for c in closed], proposals=[c.told.proposal for c in closed], audit=[c.told.audit for c in closed],
        in_carton=[c.told.carton for c, *_ in rows], task=[w.task for w in of], allocation=[w.allocation for w in of], line=[w.line for w in of], item=[w.item for w in of],
        lot=[w.lot for w in of], serial=[s for *_, s in rows], quantity=quantities,
    )
    advance(run, [Advance(w.allocation, packed=n) for w, n in zip(of, quantities, strict=True)])
    post(run, [
        Movement(p.of.item, Account(p.of.tote, "tote", p.of.site), Account(account, "carton", p.of.site), n, "CartonPacked", c.told.order, "", p.of.lot, serial, at=c.ask.at)
        for c, account, p, n, serial in rows
    ])
    _keep_scans(run, closed, actors)


KEEP_SCANS = """
INSERT INTO fulfilment_scan (site_id, step, carton, wanted, read, "right", actor, scanned_at, recorded_at)
SELECT c.site_id, 'pack', c.id, s.wanted, s.read, true, s.actor, c.packed_at, %(now)s::timestamptz
  FROM unnest(%(sscc)s::text[], %(wanted)s::text[], %(read)s::text[], %(by)s::text[]) AS s(sscc, wanted, read, actor) JOIN fulfilment_carton c USING (sscc)
"""


def _keep_scans(run: Run, closed: Sequence[Closed], actors: Sequence[str]) -> None:
    """Keep what was scanned into each carton."""
    scans = []
    for c, actor in zip(closed, actors, strict=True):
        skus = {p.of.position: p.of.sku for p in c.parts}
        scans += [(c.told.carton, skus[line.line], read, actor) for line in c.ask.contents or () for read in line.scans]
    if scans:
        run.write(KEEP_SCANS, sscc=[s[0] for s in scans], wanted=[s[1] for s in scans], read=[s[2] for s in scans], by=[s[3] for s in scans])


def _units(part: Part) -> list[tuple[int, str]]:
    """A part as rows: unit by unit for serials."""
    return [(1, s) for s in part.serials] or [(part.quantity, "")]
