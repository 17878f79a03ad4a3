"""Filling: the cartons for units that may share, cheapest first.

Cartons that may hold everything are tried first, the least billed one first. Then sets of several: carton by carton,
a few of the most promising half-packed sets are kept, and none that cannot become better than the best known: what
is left over is billed at least by its weight and by its own volume.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from .asked import CartonType
from .boxes import Placing, volume
from .by_volume import cube_utilisation
from .offers import Counts, Offer, Packing, all_in, as_many_as_go_in, may_hold

PROMISING = 4
"""Cartons that are tried as the next of a set."""
FINE = 1000
"""Parts of a step, to compare what half-packed sets are billed for what they hold."""
AtHand = Mapping[str, int | None]
"""How many of each carton there are; None is enough."""


class Packed(NamedTuple):
    """A carton with units in their places; boxes are numbered as the units were asked."""

    carton: CartonType
    placing: Placing
    gross_g: int
    steps: int

    @property
    def inside(self) -> dict[int, int]:
        """How many of each of the boxes."""
        return dict(Counter(p.box for p in self.placing.placed))

    @property
    def utilisation(self) -> Decimal:
        """How full it is, in percent."""
        return cube_utilisation([self.placing.volume], [volume(self.carton.inner)])


class CartonSet(NamedTuple):
    """Cartons for all or a part of what is needed. The cheapest sorts first: billed steps, cartons, void, cost."""

    steps: int
    cartons: int
    void: int
    cost: Decimal
    codes: tuple[str, ...]
    packed: tuple[Packed, ...]
    left: Counts

    @property
    def price(self) -> tuple[int, int, int, Decimal, tuple[str, ...]]:
        return self[:5]


def cheapest_sets(packing: Packing, wanted: Counts, at_hand: AtHand, most: int, keep: int) -> list[CartonSet]:
    """Sets that hold all that is wanted, the cheapest first, at most so many; or the one that leaves least over.

    `keep` says how many half-packed sets are followed up.
    """
    nothing = CartonSet(0, 0, 0, Decimal(0), (), (), wanted)
    found: dict[object, CartonSet] = {}
    nearest, kept = nothing, [nothing]
    while kept:
        begun: dict[object, CartonSet] = {}
        for half in kept:
            best = min(found.values(), key=lambda s: s.price, default=None)
            for more in _continued(packing, half, at_hand, best, 1 if half.cartons else most):
                (begun if any(more.left) else found).setdefault((more.price, more.left), more)
        kept = _promising(packing, wanted, begun.values(), min(found.values(), key=lambda s: s.price, default=None))[:keep]
        nearest = min([nearest, *kept], key=lambda half: (sum(half.left), half.price))
    return ranked(found.values(), most) or [nearest]


def together(one: CartonSet, other: CartonSet) -> CartonSet:
    """Two sets as one."""
    amounts = (one.steps + other.steps, one.cartons + other.cartons, one.void + other.void, one.cost + other.cost)
    left = tuple(a + b for a, b in zip(one.left, other.left, strict=True))
    return CartonSet(*amounts, tuple(sorted(one.codes + other.codes)), one.packed + other.packed, left)


def ranked(sets: Iterable[CartonSet], most: int) -> list[CartonSet]:
    """The cheapest set, then cheaper ones first: those of fewer cartons, for who wants fewer, and the others."""
    by_price = sorted({s.price: s for s in sets}.values(), key=lambda s: s.price)
    return sorted(by_price, key=lambda s: (s is not by_price[0], s.cartons >= by_price[0].cartons))[:most]


def _continued(packing: Packing, half: CartonSet, at_hand: AtHand, best: CartonSet | None, most: int) -> Iterator[CartonSet]:
    """The set with one more carton: one that holds all the rest, or others filled as far as they go."""
    offers = [o for o in packing.offers if (number := at_hand[o.carton.code]) is None or half.codes.count(o.carton.code) < number]
    taken = _together(packing, half.left)
    whole = list(_all_the_rest(packing, half, offers, best, most)) if taken == half.left else []
    yield from whole
    best = min([*whole, *([best] if best else [])], key=lambda s: s.price, default=None)
    weight, size = packing.weight(taken), packing.volume(taken)
    for offer in sorted((o for o in offers if o.takes_any(taken)), key=lambda o: _rate(packing, o, size, weight))[:PROMISING]:
        if best is None or half.steps + _at_least(packing, offer, half.left) < best.steps:
            alone = taken != half.left and may_hold(packing, offer, taken)
            placing = all_in(packing, offer, taken) if alone else as_many_as_go_in(packing, offer, taken)
            if placing.placed and not (placing.whole and whole):
                yield _with(packing, half, offer, placing, _times(half, offer, placing, taken, at_hand))


def _at_least(packing: Packing, offer: Offer, left: Counts) -> int:
    """The steps that a carton and those for what it cannot hold are billed at least, by size and by weight."""
    by_size = offer.size_steps + packing.least(max(1, packing.volume(left) - offer.volume), 0)
    return max(by_size, packing.least(1, packing.weight(left) + offer.carton.tare_g))


def _all_the_rest(packing: Packing, half: CartonSet, offers: Sequence[Offer], best: CartonSet | None, most: int) -> Iterator[CartonSet]:
    """The set finished by one carton, at most so many ways, the least billed first."""
    weight, found = packing.weight(half.left), 0
    for offer in sorted(offers, key=lambda o: (packing.steps(o, weight), o.volume)):
        dear = best is not None and half.cartons and (half.steps + packing.steps(offer, weight), half.cartons + 1) > best[:2]
        if found < most and not dear and may_hold(packing, offer, half.left):
            placing = all_in(packing, offer, half.left)
            if placing.whole:
                found += 1
                yield _with(packing, half, offer, placing, 1)


def _times(half: CartonSet, offer: Offer, placing: Placing, taken: Counts, at_hand: AtHand) -> int:
    """How many cartons can be filled just like this one."""
    times = min(n // (n - left) for n, left in zip(taken, placing.left, strict=True) if n > left)
    number = at_hand[offer.carton.code]
    return times if number is None else min(times, number - half.codes.count(offer.carton.code))


def _with(packing: Packing, half: CartonSet, offer: Offer, placing: Placing, times: int) -> CartonSet:
    inside = Counter(p.box for p in placing.placed)
    content = tuple(inside[n] for n in range(len(half.left)))
    weight = packing.weight(content)
    one = Packed(offer.carton, placing, offer.carton.tare_g + weight, packing.steps(offer, weight))
    return CartonSet(
        half.steps + times * one.steps,
        half.cartons + times,
        half.void + times * (offer.volume - placing.volume),
        half.cost + times * offer.carton.cost,
        tuple(sorted([*half.codes, *[offer.carton.code] * times])),
        (*half.packed, *[one] * times),
        tuple(left - times * n for left, n in zip(half.left, content, strict=True)),
    )


def _together(packing: Packing, left: Counts) -> Counts:
    """What may go into one carton: of those that clash the largest first, then all that clash with none chosen."""
    if not any(packing.clashing[n] for n, count in enumerate(left) if count):
        return left
    chosen: set[int] = set()
    for n in sorted(range(len(left)), key=lambda n: (not packing.clashing[n], -left[n] * packing.boxes[n].volume)):
        if left[n] and packing.clashing[n].isdisjoint(chosen):
            chosen.add(n)
    return tuple(count if n in chosen else 0 for n, count in enumerate(left))


def _promising(packing: Packing, wanted: Counts, begun: Iterable[CartonSet], best: CartonSet | None) -> list[CartonSet]:
    """The half-packed sets that are billed least for what they hold, of those that can still beat the best known."""
    need = packing.least(packing.volume(wanted), packing.weight(wanted), FINE)
    ranked: list[tuple[float, float, tuple[str, ...], CartonSet]] = []
    for half in begun:
        size, weight = packing.volume(half.left), packing.weight(half.left)
        if best is None or (half.steps + packing.least(size, weight), half.cartons + 1) < best[:2]:
            done = max(1, need - packing.least(size, weight, FINE))
            ranked.append((half.steps / done, half.cartons / done, half.codes, half))
    return [half for *_, half in sorted(ranked, key=lambda r: r[:3])]


def _rate(packing: Packing, offer: Offer, size: int, weight: int) -> tuple[float, int]:
    """What a carton is billed for what it can hold at best; the larger one where equals."""
    held = min(size, offer.volume)
    return packing.steps(offer, weight * held // max(1, size)) / max(1, held), -held
