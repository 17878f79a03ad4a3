"""Consolidate: a closed carton is put into another one, so that orders of one customer for one address leave as one parcel.

A carton stays one order's: its content, its counters and its slip are as they were. It leaves with the carton it lies in, under that
one's label and number. Both stand at one site and show one customer, address version and carrier; what keeps either here keeps them
apart, and so do the rules that cartons are proposed by (`sharing`) and what the outer carton holds and may weigh. One level, no more.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row
from hanse.orders.holds import blocking

from .cartons import put_inside
from .events import CartonConsolidated
from .sharing import Goods, kept_apart


@ask
class Consolidate:
    """Put a carton into another: the SSCCs of both."""

    carton: Code
    into: Code


@row
class Standing:
    """A carton as consolidating sees it: whose it is, what its label shows and what its order has now, what lies in it and what keeps it here.

    `outer` is the carton it lies in; `inner_mm`, `outer_mm` and `max_gross_g` are those of its type, where that is known.
    """

    id: int
    sscc: str
    order: int
    site: int
    site_code: str
    customer: int
    customer_code: str
    carton_rule: str
    customer_max_g: int
    shows: int
    ship_to: int
    label_carrier: str
    carrier: str
    gone: bool
    opened: bool
    outer: str
    holds: Sequence[str]
    asked: bool
    audit: str
    weight_g: int | None
    type: str
    max_gross_g: int | None
    inner_mm: Sequence[int] | None
    outer_mm: Sequence[int] | None
    stopped: Sequence[Sequence[str]] | None
    contents: Sequence[Mapping[str, str]]

    @property
    def space(self) -> int | None:
        """What it holds, in mm³."""
        return prod(self.inner_mm) if self.inner_mm else None

    @property
    def goods(self) -> Iterator[Goods]:
        """What is in it, line by line."""
        return (Goods(**it) for it in self.contents)  # type: ignore[arg-type]


def decide(asks: Sequence[Consolidate], cartons: Mapping[str, Standing]) -> list[CartonConsolidated | Refused]:
    """Put each carton into the other in turn; later asks see what earlier ones put where."""
    answers: list[CartonConsolidated | Refused] = []
    outer = {c.sscc: c.outer for c in cartons.values() if c.outer}
    for ask in asks:
        if findings := _findings(ask, cartons, outer):
            answers.append(refuse_all(findings))
            continue
        outer[ask.carton] = ask.into
        carton, into = cartons[ask.carton], cartons[ask.into]
        answers.append(CartonConsolidated(order_number(carton.order), carton.sscc, into.sscc, carton.site_code, order_number(into.order)))
    return answers


def _findings(ask: Consolidate, cartons: Mapping[str, Standing], outer: Mapping[str, str]) -> list[Refused]:
    """All that keeps two cartons apart."""
    carton, into = cartons.get(ask.carton), cartons.get(ask.into)
    if carton is None or into is None:
        return [refuse("carton-unknown", at=at, carton=sscc) for at, sscc in (("carton", ask.carton), ("into", ask.into)) if sscc not in cartons]
    if ask.carton == ask.into:
        return [_apart(ask, "a carton does not lie in itself")]
    held = [cartons[sscc] for sscc, there in outer.items() if there == ask.into and sscc in cartons]
    return [
        *_here("carton", carton), *_here("into", into),
        *(refuse("carton-inside", at=at, carton=c.sscc, outer=outer[c.sscc]) for at, c in (("carton", carton), ("into", into)) if c.sscc in outer),
        *([refuse("carton-full", at="carton", carton=ask.carton)] if ask.carton in outer.values() else []),
        *(_apart(ask, why) for why in _ways(carton, into)),
        *(_apart(ask, why) for why in kept_apart([g for c in (into, *held, carton) for g in c.goods], into.carton_rule)),
        *(_apart(ask, why) for why in _too_large(carton, into, held)),
        *_too_heavy(ask, carton, into, held),
    ]  # fmt: skip


def _apart(ask: Consolidate, why: str) -> Refused:
    return refuse("not-together", at="into", carton=ask.carton, into=ask.into, why=why)


def _here(at: str, carton: Standing) -> list[Refused]:
    """What keeps a carton from being handed over, or has it gone already."""
    if carton.gone:
        return [refuse("handed-over", at=at, carton=carton.sscc, carrier="its carrier")]
    if carton.opened:
        return [refuse("carton-opened", at=at, carton=carton.sscc)]
    number = order_number(carton.order)
    found = [refuse("on-hold", at=at, order=number, holds=holds)] if (holds := blocking(carton.holds, "hand-over")) else []
    found += [refuse("lot-held", at=at, lot=lot, sku=sku, status=status) for sku, lot, status in carton.stopped or ()]
    if carton.audit == "due":
        found.append(refuse("audit-due", at=at, carton=carton.sscc))
    if carton.asked:
        found.append(refuse("change-asked", at=at, site=carton.site_code, order=number))
    elif (carton.shows, carton.label_carrier) != (carton.ship_to, carton.carrier):
        found.append(refuse("label-outdated", at=at, order=number, carton=carton.sscc))
    return found


def _ways(carton: Standing, into: Standing) -> Iterator[str]:
    """Where two cartons go different ways."""
    if carton.site != into.site:
        yield f"one stands at {carton.site_code}, the other at {into.site_code}"
    if carton.customer != into.customer:
        yield f"one is for {carton.customer_code}, the other for {into.customer_code}"
    elif carton.shows != into.shows:
        yield "their labels show two addresses"
    if carton.label_carrier != into.label_carrier:
        yield f"one goes with {carton.label_carrier or 'any carrier'}, the other with {into.label_carrier or 'any carrier'}"


def _too_large(carton: Standing, into: Standing, held: Sequence[Standing]) -> Iterator[str]:
    """A carton that is larger than the outer one inside, or larger with those that lie in it. Where a type is not known, nothing is compared; goods are not counted."""
    if into.inner_mm is None or carton.outer_mm is None:
        return
    if any(side > most for side, most in zip(sorted(carton.outer_mm), sorted(into.inner_mm), strict=True)):
        yield f"{carton.type} is larger than {into.type} inside"
    elif sum(prod(c.outer_mm) for c in (*held, carton) if c.outer_mm) > prod(into.inner_mm):
        yield f"{into.type} is full with the cartons that lie in it"


def _too_heavy(ask: Consolidate, carton: Standing, into: Standing, held: Sequence[Standing]) -> list[Refused]:
    """More than the outer carton may weigh by its type, or by its customer. Where a weight is not known, nothing is compared, as at packing."""
    weights = [c.weight_g for c in (into, *held, carton)]
    if None in weights:
        return []
    weight, found = sum(w or 0 for w in weights), []
    if into.max_gross_g is not None and weight > into.max_gross_g:
        found.append(refuse("carton-too-heavy", at="into", type=into.type, most=into.max_gross_g, weight=weight))
    if into.customer_max_g and weight > into.customer_max_g:
        found.append(_apart(ask, f"together they weigh {weight} g, and {into.customer_code} takes {into.customer_max_g} g in a carton"))
    return found


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[] || %(into)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
STANDING = """
SELECT c.id, c.sscc, c.order_id, c.site_id, s.code, o.customer_id, p.code, p.carton_rule, p.carton_max_g, c.address_id, o.ship_to_id, c.carrier, o.carrier,
       c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL, coalesce(u.sscc, ''), o.holds,
       EXISTS (SELECT FROM orders_changerequest r WHERE r.order_id = c.order_id AND r.site_id = c.site_id AND r.outcome = ''),
       c.audit, coalesce(c.weight_g, c.expected_g), coalesce(t.code, ''), t.max_gross_g,
       CASE WHEN t.id IS NOT NULL THEN ARRAY[t.inner_length_mm, t.inner_width_mm, t.inner_height_mm] END,
       CASE WHEN t.id IS NOT NULL THEN ARRAY[t.outer_length_mm, t.outer_width_mm, t.outer_height_mm] END, k.stopped, k.contents
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id JOIN network_site s ON s.id = c.site_id JOIN partners_party p ON p.id = o.customer_id
  LEFT JOIN fulfilment_carton u ON u.id = c.inside_id LEFT JOIN network_cartontype t ON t.id = c.type_id
  CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT ARRAY[i.sku, h.code, h.status]) FILTER (WHERE h.status <> 'released') AS stopped,
           json_agg(json_build_object('line', k.line_id, 'sku', i.sku, 'ships_alone', i.ships_alone, 'goods_class', i.goods_class, 'hazard_class', i.hazard_class,
                                      'temperature_class', i.temperature_class) ORDER BY k.id) AS contents
      FROM fulfilment_content k JOIN catalogue_item i ON i.id = k.item_id LEFT JOIN inventory_lot h ON k.lot <> '' AND h.item_id = k.item_id AND h.code = k.lot
     WHERE k.carton_id = c.id) k
"""
NAMED = STANDING + """
 WHERE c.id IN (SELECT id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[] || %(into)s::text[])
                 UNION SELECT i.id FROM fulfilment_carton x JOIN fulfilment_carton i ON i.inside_id = x.id WHERE x.sscc = ANY(%(carton)s::text[] || %(into)s::text[]))
"""
"""The cartons that are named, and those that lie in them."""


@operation
def consolidate(run: Run, asks: Sequence[Consolidate]) -> list[CartonConsolidated | Refused]:
    """Cartons are put into others: they leave as one parcel. Told for both orders."""
    run.lock(LOCK, asks)
    cartons = {c.sscc: c for c in run.rows(Standing, NAMED, asks)}
    answers = decide(asks, cartons)
    told = [(a, owner) for a, owner in zip(answers, run.owners, strict=True) if isinstance(a, CartonConsolidated)]
    put_inside(run, [cartons[a.carton].id for a, _ in told], [cartons[a.into].id for a, _ in told])
    for a, owner in told:
        if a.order != a.together:
            run.tell([CartonConsolidated(a.together, a.carton, a.into, a.site, a.order)], owner)
    return answers
