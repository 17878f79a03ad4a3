"""Proposing: which cartons the units in an order's totes should go into at the packing station.

A proposal is worked out when somebody looks and is kept nowhere; what was really used is recorded on the carton. The same units, carton
types, contract and rules always give the same proposal. An item without sizes or weight, or one that fits no carton, is named and left
out; the rest is proposed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from hanse.journal.asking import rows
from hanse.kernel.refused import Refused
from hanse.kernel.rows import row
from hanse.network.reads import CartonTypeRow, ContractRow, carton_types, freight_contracts

from .cartonisation import Cartonised, CartonType, Contract, Rules, Units, cartonise, layers
from .cartonisation.asked import EVERY_WAY, UPRIGHT
from .cartonisation.boxes import Size
from .cartonisation.filling import Packed
from .cartonisation.layers import Layer
from .cartonisation.proposed import Proposal

EFFORT, ALTERNATIVES = 500, 2
FEW_UNITS, MOST_WORK = 120, 3_000
"""So many units, or units times lines, are proposed for at once; what is more follows when these are packed. It keeps an answer well under a second."""


@row
class Lying:
    """Units of a line and lot that lie in totes, with what is known of how they travel."""

    line: int
    sku: str
    lot: str
    tracking: str
    quantity: int
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    rotation: str
    bears: str
    ships_alone: bool
    goods_class: str
    hazard_class: str
    temperature_class: str

    @property
    def size(self) -> Size | None:
        """Its sides; nothing where one is missing."""
        sides = (self.length_mm or 0, self.width_mm or 0, self.height_mm or 0)
        return sides if all(sides) else None

    @property
    def goods(self) -> frozenset[str]:
        """What it is, where that keeps it apart from others."""
        return frozenset(filter(None, (self.goods_class, f"hazard class {self.hazard_class}" if self.hazard_class else "")))


@row
class Terms:
    """What a customer's cartons may hold, and how heavy and high they may be; 0 is no limit."""

    carton_rule: str
    max_g: int
    max_mm: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a proposal is made from."""

    lying: Sequence[Lying]
    types: Sequence[CartonTypeRow]
    contracts: Sequence[ContractRow]
    terms: Terms


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """Units of a line and lot in a proposed carton; `at` is their place among all that lies in totes."""

    at: int
    line: int
    sku: str
    lot: str
    quantity: int
    by_serial: bool


@dataclass(frozen=True, slots=True)
class ProposedCarton:
    """A carton to pack: its type, what goes in, where each unit lies, what it will weigh and what is billed."""

    type: str
    inner: Size
    outer: Size
    contents: tuple[ProposedLine, ...]
    gross_g: int
    billed: Decimal
    full: Decimal
    layers: tuple[Layer, ...]

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.contents)

    @property
    def billed_said(self) -> str:
        return _said(self.billed)


@dataclass(frozen=True, slots=True)
class Option:
    """A way to pack all of it: the carton types with how many of each, and what is billed."""

    types: tuple[tuple[str, int], ...]
    billed: Decimal
    full: Decimal

    @property
    def billed_said(self) -> str:
        return _said(self.billed)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The ways to pack, the best first, the cartons of the one that was chosen, and why. `left_out` says what is not in it."""

    options: tuple[Option, ...] = ()
    choice: int = 0
    cartons: tuple[ProposedCarton, ...] = ()
    unit: str = "kg"
    carrier: str = ""
    carriers: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    missing: str = ""


def _said(weight: Decimal) -> str:
    """A billed weight without zeros behind it that say nothing."""
    return f"{weight.normalize():f}"


def propose(known: Known, carrier: str = "", choice: int = 0) -> Proposed:
    """Propose cartons for what lies in totes, billed as this carrier bills; by the best way or the one that was chosen."""
    contract = next((c for c in known.contracts if c.carrier == carrier), next(iter(known.contracts), None))
    if not known.types or contract is None:
        return Proposed(missing="carton types" if not known.types else "freight contract")
    carriers = tuple(c.carrier for c in known.contracts)
    types, too_high = _allowed(known.types, known.terms)
    wanted, left_out = _measured(known.lying)
    wanted, later = _first(wanted)
    found, unfit = _cartonised(wanted, types, contract, known.terms)
    said = (*left_out, *unfit, *later)
    if found is None:
        return Proposed(unit=_contract(contract).unit, carrier=contract.carrier, carriers=carriers, why=too_high, left_out=said)
    done, units = found
    ways = (done.proposal, *done.alternatives)
    choice = choice if 0 <= choice < len(ways) else 0
    return Proposed(
        tuple(_option(way) for way in ways), choice, tuple(_carton(packed, done, units, known.lying) for packed in ways[choice].cartons), done.contract.unit,
        contract.carrier, carriers, done.why + too_high, said)


Numbered = tuple[int, Lying]


def _allowed(types: Sequence[CartonTypeRow], terms: Terms) -> tuple[list[CartonType], tuple[str, ...]]:
    """The carton types that are not too high for the customer, and a word on the others."""
    fit = [t for t in types if not terms.max_mm or t.outer_height_mm <= terms.max_mm]
    said = tuple(f"Not {t.code}: {t.outer_height_mm} mm are higher than the customer takes, {terms.max_mm} mm." for t in types if t not in fit)
    return [CartonType(
        t.code, (t.inner_length_mm, t.inner_width_mm, t.inner_height_mm), (t.outer_length_mm, t.outer_width_mm, t.outer_height_mm), t.tare_g, t.max_gross_g, t.cost,
    ) for t in fit], said


def _measured(lying: Sequence[Lying]) -> tuple[list[Numbered], tuple[str, ...]]:
    """What has sizes and weight, and a word on what has not."""
    lacking = {it.sku: " and no ".join(what for what, has in (("sizes", it.size), ("weight", it.weight_g)) if not has) for it in lying if not (it.size and it.weight_g)}
    said = tuple(f"{sku} has no {what}: measure it. It is not in the proposal." for sku, what in lacking.items())
    return [(n, it) for n, it in enumerate(lying) if it.sku not in lacking], said


def _first(wanted: Sequence[Numbered]) -> tuple[list[Numbered], tuple[str, ...]]:
    """As much as is proposed for at once, line after line."""
    taken: list[Numbered] = []
    units = 0
    for n, it in wanted:
        room = max(FEW_UNITS, MOST_WORK // (len(taken) + 1)) - units
        if room <= 0:
            break
        count = min(it.quantity, room)
        taken.append((n, it if count == it.quantity else replace(it, quantity=count)))
        units += count
    left = sum(it.quantity for _, it in wanted) - units
    return taken, (f"{left} more units are proposed for when these are packed.",) if left else ()


def _cartonised(
    wanted: Sequence[Numbered], types: Sequence[CartonType], contract: ContractRow, terms: Terms
) -> tuple[tuple[Cartonised, list[Numbered]] | None, tuple[str, ...]]:
    """The cartons for all that fits any, with what went in, and a word on what fits none."""
    units = list(wanted)
    said: tuple[str, ...] = ()
    while units:
        answer = cartonise([_units(it) for _, it in units], types, _contract(contract), _rules([it for _, it in units], terms), effort=EFFORT, alternatives=ALTERNATIVES)
        if not isinstance(answer, Refused):
            return (answer, units), said
        out = {int(finding.pointer.rsplit("/", 1)[-1]) for finding in answer.errors}
        said += tuple(finding.detail for finding in answer.errors)
        units = [unit for n, unit in enumerate(units) if n not in out]
    return None, said


def _units(it: Lying) -> Units:
    return Units(
        it.line, it.sku, it.quantity, it.size, it.weight_g, UPRIGHT if it.rotation == "upright" else EVERY_WAY, it.bears,  # type: ignore[arg-type]
        it.ships_alone, it.goods, it.temperature_class)


def _rules(lying: Sequence[Lying], terms: Terms) -> Rules:
    """The customer's rules, and which goods are kept apart: two goods classes, or two hazard classes."""
    kinds = [{it.goods_class for it in lying} - {""}, {f"hazard class {it.hazard_class}" for it in lying if it.hazard_class}]
    apart = tuple(pair for kind in kinds for pair in combinations(sorted(kind), 2))
    return Rules(terms.carton_rule == "one-sku", terms.carton_rule == "one-line", apart=apart, max_gross_g=terms.max_g or None)


def _contract(it: ContractRow) -> Contract:
    return Contract(it.divisor, it.step, it.units, it.whole_sides)  # type: ignore[arg-type]


def _option(way: Proposal) -> Option:
    codes = way.codes
    held = sum(p.placing.volume for p in way.cartons)
    full = (100 * Decimal(held) / (held + way.void_mm3)).quantize(Decimal(1))
    return Option(tuple((code, codes.count(code)) for code in dict.fromkeys(codes)), way.billed, full)


def _carton(packed: Packed, done: Cartonised, units: Sequence[Numbered], lying: Sequence[Lying]) -> ProposedCarton:
    inside = sorted(packed.inside.items())
    contents = tuple(
        ProposedLine(units[n][0], units[n][1].line, units[n][1].sku, units[n][1].lot, count, _needs_serials(lying[units[n][0]], count)) for n, count in inside)
    carton = packed.carton
    return ProposedCarton(
        carton.code, carton.inner, carton.outer, contents, packed.gross_g, packed.steps * done.contract.step, packed.utilisation.quantize(Decimal(1)),
        tuple(layers(packed.placing, done.boxes)))


def _needs_serials(it: Lying, count: int) -> bool:
    """Whether somebody must say which of the units go in: not where all do."""
    return it.tracking == "serial" and count < it.quantity


LYING = """
SELECT l.position, i.sku, t.lot, i.tracking, sum(t.taken - t.put_back - t.packed)::bigint, i.weight_g, i.length_mm, i.width_mm, i.height_mm, i.rotation, i.bears,
       i.ships_alone, i.goods_class, i.hazard_class, i.temperature_class
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed JOIN orders_line l ON l.id = a.line_id
  JOIN catalogue_item i ON i.id = a.item_id JOIN network_site s ON s.id = a.site_id
 WHERE a.order_id = %(order)s::bigint AND s.code = %(site)s::text GROUP BY l.position, i.id, t.lot ORDER BY l.position, t.lot
"""
TERMS = """
SELECT s.zone, p.carton_rule, p.carton_max_g, p.carton_max_mm
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id JOIN network_site s ON s.code = %(site)s::text WHERE o.id = %(order)s::bigint
"""


def known(order: int, site: str, now: datetime) -> Known | None:
    """What a proposal for an order at a site is made from; nothing where there is no such order or site."""
    found = rows(lambda zone, *terms: (zone, Terms(*terms)), TERMS, order=order, site=site)
    if not found:
        return None
    [(zone, terms)] = found
    day = now.astimezone(ZoneInfo(zone)).date()
    return Known(rows(Lying, LYING, order=order, site=site), carton_types(site, day), freight_contracts(site, day), terms)


def contents_of(carton: ProposedCarton) -> Iterator[str]:
    """What goes into a proposed carton, as the station posts it: position|quantity|lot|serials."""
    for line in carton.contents:
        yield f"{line.line}|{line.quantity}|{line.lot}|"


def told(proposed: Proposed) -> list[Mapping[str, Any]]:
    """The proposed cartons as the station's script compares them with what was scanned."""
    return [{"type": carton.type, "units": {str(line.at): line.quantity for line in carton.contents}} for carton in proposed.cartons]
