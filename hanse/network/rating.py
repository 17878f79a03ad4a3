"""Rating: what a carrier's service charges for parcels, line by line, and why it does not take them. Pure.

Freight goes by the billed weight: weight or size by the freight contract, whichever is more. Percentages are of the freight. Each
line is rounded once, half up, to what can be paid in the currency; the total is the sum of the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil

from hanse.kernel.money import minor_unit, rounded, share_out
from hanse.kernel.rows import row

from .billed import UNITS, Contract, Size, billed

PER_KILOGRAM, PER_HUNDRED = 1_000, 100_000
BY_WEIGHT = Contract(10**6, Decimal("0.001"))
"""Where no freight contract holds, the weight alone is billed."""


@row
class Step:
    """A price: up to a weight, or without end."""

    up_to_g: int | None
    price: Decimal
    minimum: Decimal = Decimal(0)


@row
class Extra:
    """A surcharge of the day: a percentage of the freight or an amount for each parcel, where all its conditions hold."""

    kind: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    over_g: int | None = None
    over_length_mm: int | None = None
    over_girth_mm: int | None = None
    country: str = ""
    postcodes: tuple[str, ...] = ()
    home: bool = False


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a service charges to one destination on a day: its zone there (empty: it does not go there), the steps of that zone, its surcharges."""

    mode: str
    currency: str
    zone: str
    steps: tuple[Step, ...] = ()
    extras: tuple[Extra, ...] = ()
    contract: Contract = BY_WEIGHT
    max_weight_g: int | None = None
    max_length_mm: int | None = None
    max_girth_mm: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A carton as a carrier sees it. Where its sides are not known, its volume may be, and the longest side of what is in it."""

    gross_g: int
    sides: Size | None = None
    volume_mm3: int = 0
    longest_mm: int = 0

    @property
    def length_mm(self) -> int:
        return max(self.sides) if self.sides else self.longest_mm

    @property
    def girth_mm(self) -> int:
        """The longest side and once around the two others; 0 where they are not known."""
        return 2 * sum(self.sides) - max(self.sides) if self.sides else 0


@dataclass(frozen=True, slots=True)
class Load:
    """Goods before they are packed: their weight, their volume and the longest side among them."""

    gross_g: int
    volume_mm3: int
    longest_mm: int

    def parcels(self, tariff: Tariff) -> list[Piece]:
        """As few equal parcels as a service takes by weight; freight goes as one."""
        count = 1 if tariff.mode == "freight" or not tariff.max_weight_g else max(ceil(Fraction(self.gross_g, tariff.max_weight_g)), 1)
        return [Piece(ceil(Fraction(self.gross_g, count)), None, ceil(Fraction(self.volume_mm3, count)), self.longest_mm)] * count


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line of what a parcel is charged: `freight`, or the kind of a surcharge."""

    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """What one parcel is charged: its lines, their sum, and the weight it is billed by. `for_homes` are the surcharges that count if it goes to a home."""

    lines: tuple[ChargeLine, ...]
    total: Decimal
    billed_g: int
    for_homes: tuple[str, ...] = ()


def charges(tariff: Tariff, pieces: Sequence[Piece], country: str, postcode: str, home: bool | None = None) -> list[Charge] | list[str]:
    """What each piece of a shipment is charged; or all reasons, in words, why the service does not take them. Where nobody has said so it goes to no home."""
    if not tariff.zone:
        return ["no zone there"]
    weights = [billed_g(piece, tariff.contract) for piece in pieces]
    freight = _freight(tariff, weights)
    if wrong := [*dict.fromkeys(why for piece in pieces for why in too_much(tariff, piece)), *([] if freight else [_no_rate(tariff, weights)])]:
        return wrong
    extras = [extra for extra in tariff.extras if _goes_to(extra, country, postcode)]
    unit = minor_unit(tariff.currency)
    return [_charge(amount, extras, piece, weight, unit, bool(home)) for amount, piece, weight in zip(freight, pieces, weights, strict=True)]


def billed_g(piece: Piece, contract: Contract) -> int:
    """The weight a piece is billed by, in whole grams."""
    sides, by = (piece.sides, contract) if piece.sides else ((piece.volume_mm3, 1, 1), replace(contract, whole_sides=False))
    grams = Fraction(billed(sides, piece.gross_g, by)) * UNITS[contract.units][2]
    return int(grams + Fraction(1, 2))


def too_much(tariff: Tariff, piece: Piece) -> list[str]:
    """What of a piece is more than the service takes, in words."""
    told = []
    if tariff.max_weight_g and piece.gross_g > tariff.max_weight_g:
        told.append(f"too heavy: {_kg(piece.gross_g)} of at most {_kg(tariff.max_weight_g)} kg")
    if tariff.max_length_mm and piece.length_mm > tariff.max_length_mm:
        told.append(f"too long: {piece.length_mm} of at most {tariff.max_length_mm} mm")
    if tariff.max_girth_mm and piece.girth_mm > tariff.max_girth_mm:
        told.append(f"too large: a girth of {piece.girth_mm} of at most {tariff.max_girth_mm} mm")
    return told


def _freight(tariff: Tariff, weights: Sequence[int]) -> list[Decimal]:
    """The freight of each piece; none where a weight has no rate."""
    if tariff.mode == "freight":
        return _by_hundred(tariff, weights)
    found = [_by_step(tariff.steps, weight) for weight in weights]
    return [amount for amount in found if amount is not None] if None not in found else []


def _by_step(steps: Sequence[Step], weight: int) -> Decimal | None:
    """The price of the first step that takes a weight; beyond the last, each further kilogram begun."""
    to = sorted((s for s in steps if s.up_to_g is not None), key=lambda s: s.up_to_g or 0)
    for step in to:
        if weight <= (step.up_to_g or 0):
            return step.price
    further = next((s for s in steps if s.up_to_g is None), None)
    if further is None:
        return None
    last, begins = (to[-1].price, to[-1].up_to_g or 0) if to else (Decimal(0), 0)
    return max(last + ceil(Fraction(weight - begins, PER_KILOGRAM)) * further.price, further.minimum)


def _by_hundred(tariff: Tariff, weights: Sequence[int]) -> list[Decimal]:
    """Freight by 100 kilograms of the whole shipment, shared out by weight; never more than the next step's first weight would cost."""
    weight = sum(weights)
    steps = sorted(tariff.steps, key=lambda s: s.up_to_g or 10**9)
    fit = [n for n, s in enumerate(steps) if weight <= (s.up_to_g or 10**9)]
    if not fit:
        return []
    begins = {n + 1: a.up_to_g or 0 for n, (a, _) in enumerate(pairwise(steps))}
    whole = min(max(Decimal(max(weight, begins.get(n, 0))) * steps[n].price / PER_HUNDRED, steps[n].minimum) for n in fit)
    unit = minor_unit(tariff.currency)
    return share_out(rounded(whole, unit), weights, unit)


def _no_rate(tariff: Tariff, weights: Sequence[int]) -> str:
    return f"no rate for {_kg(sum(weights) if tariff.mode == 'freight' else max(weights))} kg in zone {tariff.zone}"


def _charge(freight: Decimal, extras: Sequence[Extra], piece: Piece, weight: int, unit: Decimal, home: bool) -> Charge:
    lines, count = [ChargeLine("freight", rounded(freight, unit))], [extra for extra in extras if _counts(extra, piece)]
    for extra in count:
        if home or not extra.home:
            amount = freight * extra.percent / 100 if extra.percent is not None else extra.amount or Decimal(0)
            lines.append(ChargeLine(extra.kind, rounded(amount, unit)))
    return Charge(tuple(lines), sum((line.amount for line in lines), Decimal(0)), weight, tuple(extra.kind for extra in count if extra.home))


def at_home(given: Sequence[Charge], home: bool | None) -> str:
    """What surcharges for homes make of charges, in words."""
    kinds = " and ".join(dict.fromkeys(kind for charge in given for kind in charge.for_homes))
    if not kinds or home is False:
        return ""
    return f"with {kinds}, for it is a home" if home else f"without {kinds}: nobody said that it is a home"


def _goes_to(extra: Extra, country: str, postcode: str) -> bool:
    return extra.country in ("", country) and (not extra.postcodes or postcode.startswith(extra.postcodes))


def _counts(extra: Extra, piece: Piece) -> bool:
    return all(limit is None or got > limit for limit, got in (
        (extra.over_g, piece.gross_g), (extra.over_length_mm, piece.length_mm), (extra.over_girth_mm, piece.girth_mm)))


def _kg(grams: int) -> str:
    return f"{Decimal(grams) / 1000:.3f}".rstrip("0").rstrip(".")
