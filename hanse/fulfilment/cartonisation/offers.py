"""Offers: the cartons of a site as an order sees them, what is billed for them, and placings already worked out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hanse.network.billed import Contract, size_steps

from .asked import CartonType, Rules, room_of
from .boxes import Box, Placing, Room, takes_one, volume
from .exactly import settle
from .placing import place

FEW = 4
"""So few units are settled exactly."""
TIGHT, MIXED = 92, 8
"""So many kinds never fill more of a carton than this, in percent; it is not even tried."""
LESS = 20
"""What share of the effort a carton gets that is only to hold as much as goes in."""
Counts = tuple[int, ...]
"""How many of each of the boxes, numbered as the units were asked."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A carton with the room in it, the steps its size is billed, and which of the boxes it takes at all."""

    carton: CartonType
    room: Room
    volume: int
    size_steps: int
    takes: frozenset[int]

    def takes_any(self, counts: Counts) -> bool:
        return any(counts[n] for n in self.takes)

    def takes_all(self, counts: Counts) -> bool:
        return all(n in self.takes for n, count in enumerate(counts) if count)


@dataclass(frozen=True, slots=True)
class Packing:
    """What cartons are chosen with: the boxes, which of them clash, the cartons, how they are billed, the effort.

    Beside that it keeps the placings already worked out, so that none is searched for twice.
    """

    boxes: tuple[Box, ...]
    clashing: tuple[frozenset[int], ...]
    offers: tuple[Offer, ...]
    least_rate: Fraction
    """The steps that a cubic millimetre inside any carton is billed at least."""
    least_tare_g: int
    step_g: Fraction
    effort: int
    known: dict[tuple[str, Counts, bool], Placing] = field(default_factory=dict)
    impossible: set[tuple[str, Counts]] = field(default_factory=set)
    """Cartons and units for which it is proven that no placing exists."""

    def volume(self, counts: Counts) -> int:
        return sum(n * box.volume for n, box in zip(counts, self.boxes, strict=True) if n)

    def weight(self, counts: Counts) -> int:
        return sum(n * box.weight_g for n, box in zip(counts, self.boxes, strict=True) if n)

    def value(self, counts: Counts) -> int:
        return sum(n * box.value for n, box in zip(counts, self.boxes, strict=True) if n)

    def steps(self, offer: Offer, weight_g: int) -> int:
        """What a carton with so much in it is billed."""
        return max(offer.size_steps, self.weight_steps(offer.carton.tare_g + weight_g))

    def least(self, volume: int, weight_g: int, parts: int = 1) -> int:
        """No cartons are billed fewer steps, or parts of steps, for what has this volume and weight."""
        if not self.offers or not volume:
            return 0
        by_volume = -(-volume * parts * self.least_rate.numerator // self.least_rate.denominator)
        return max(self.offers[0].size_steps * parts, by_volume, self.weight_steps(weight_g + self.least_tare_g, parts))

    def weight_steps(self, weight_g: int, parts: int = 1) -> int:
        return -(-weight_g * parts * self.step_g.denominator // self.step_g.numerator)


def packing_of(
    boxes: tuple[Box, ...], clashing: Sequence[frozenset[int]], cartons: Sequence[CartonType], contract: Contract, rules: Rules, effort: int
) -> Packing:
    """What cartons are chosen with, for the boxes of an order: the cartons as offers, least billed and smallest first."""
    found = tuple(sorted(_offers(boxes, cartons, contract, rules), key=lambda o: (o.size_steps, o.volume, o.carton.cost, o.carton.code)))
    rate = min((Fraction(o.size_steps, o.volume) for o in found), default=Fraction(0))
    tare = min((o.carton.tare_g for o in found), default=0)
    return Packing(boxes, tuple(clashing), found, rate, tare, contract.step_g, effort)


def _offers(boxes: Sequence[Box], cartons: Sequence[CartonType], contract: Contract, rules: Rules) -> Iterator[Offer]:
    for carton in cartons:
        room = room_of(carton, rules)
        takes = frozenset(n for n, box in enumerate(boxes) if takes_one(room, box))
        if takes:
            yield Offer(carton, room, volume(carton.inner), size_steps(carton.outer, contract), takes)


def may_hold(packing: Packing, offer: Offer, counts: Counts) -> bool:
    """Whether volume, weight, value and the sides of each unit let it be worth a try to put all into a carton."""
    room = offer.room
    tight = TIGHT if sum(n > 0 for n in counts) > MIXED else 100
    return (
        packing.volume(counts) * 100 <= offer.volume * tight
        and (room.max_g is None or packing.weight(counts) <= room.max_g)
        and (room.max_value is None or packing.value(counts) <= room.max_value)
        and offer.takes_all(counts)
    )


def all_in(packing: Packing, offer: Offer, counts: Counts) -> Placing:
    """All of them into one carton, or as many as go in. It is searched for; few units are settled for certain."""
    key = (offer.carton.code, counts, True)
    if key not in packing.known:
        packing.known[key] = _as_in_a_smaller_one(packing, offer, counts) or _searched(packing, offer, counts)
    return packing.known[key]


def _as_in_a_smaller_one(packing: Packing, offer: Offer, counts: Counts) -> Placing | None:
    """What lies in a carton can lie the same way in one that is longer, wider and higher."""
    for other in packing.offers:
        placing = packing.known.get((other.carton.code, counts, True))
        if placing and placing.whole and all(a <= b for a, b in zip(other.room.size, offer.room.size, strict=True)):
            return placing
    return None


def _searched(packing: Packing, offer: Offer, counts: Counts) -> Placing:
    boxes = _counted(packing, counts)
    few = sum(counts) <= FEW
    placing = place(boxes, offer.room, 0 if few else packing.effort)
    if placing.whole or not few:
        return placing
    settled = settle(boxes, offer.room, packing.effort)
    if settled.placing is None and settled.proven:
        packing.impossible.add((offer.carton.code, counts))
    return settled.placing or placing


def as_many_as_go_in(packing: Packing, offer: Offer, counts: Counts) -> Placing:
    """A carton filled from what is left, searched for with little effort."""
    code = offer.carton.code
    if (code, counts, True) in packing.known:
        return packing.known[code, counts, True]
    if (code, counts, False) not in packing.known:
        packing.known[code, counts, False] = place(_counted(packing, counts), offer.room, packing.effort // LESS)
    return packing.known[code, counts, False]


def _counted(packing: Packing, counts: Counts) -> list[Box]:
    return [box if box.quantity == n else replace(box, quantity=n) for box, n in zip(packing.boxes, counts, strict=True)]
