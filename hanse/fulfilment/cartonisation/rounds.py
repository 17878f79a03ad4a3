"""Rounds: where many cartons are needed, the same again with what went badly put in first.

Filling carton after carton as full as it gets leaves the awkward boxes for the end, where they fill cartons badly. So
boxes from badly filled cartons count for more in the next round, until nothing is gained or the effort is used up.
Known as sequential value correction.
"""

from dataclasses import replace

from .boxes import volume
from .filling import AtHand, CartonSet, cheapest_sets, ranked, together
from .offers import Counts, Packing

ROUNDS, MANY = 8, 3
"""So many rounds follow at most, where a set is of so many cartons."""
LONGEST = 20
"""Rounds end when so many times the effort for a carton has been used."""
KEPT = 3
"""Half-packed sets that are followed up; in later rounds only the best."""
SHARPNESS = 3
"""How strongly a badly filled carton speaks for its boxes."""


def carton_sets(packing: Packing, wanted: Counts, at_hand: AtHand, most: int) -> list[CartonSet]:
    """Sets that hold all that is wanted, the cheapest first, at most so many; or the one that leaves least over."""
    sets = cheapest_sets(packing, wanted, at_hand, most, KEPT)
    if any(sets[0].left):
        return [min(sets[0], _hardest_first(packing, wanted, at_hand), key=lambda s: (sum(s.left), s.price))]
    least = packing.least(packing.volume(wanted), packing.weight(wanted))
    latest, pulled, looked = sets[0], packing, 0
    for _ in range(ROUNDS):
        if sets[0].cartons < MANY or sets[0].steps <= least or looked > packing.effort * LONGEST:
            break
        pulled = _pulled(pulled, latest)
        found = cheapest_sets(pulled, wanted, at_hand, most, 1)
        latest, looked = found[0], looked + sum(placing.evaluations for placing in pulled.known.values())
        sets = ranked([s for s in [*sets, *found] if not any(s.left)], most)
    return sets


def _hardest_first(packing: Packing, wanted: Counts, at_hand: AtHand) -> CartonSet:
    """Where cartons run out: those that few cartons take are packed before the others, in cartons of their own."""
    takers = [sum(n in offer.takes for offer in packing.offers) for n in range(len(wanted))]
    done, rest = cheapest_sets(packing, (0,) * len(wanted), at_hand, 1, 1)[0], dict(at_hand)
    for number in sorted(set(takers)):
        part = tuple(count if takers[n] == number else 0 for n, count in enumerate(wanted))
        one = cheapest_sets(packing, part, rest, 1, KEPT)[0]
        rest = {code: None if n is None else n - one.codes.count(code) for code, n in rest.items()}
        done = together(done, one)
    return done


def _pulled(packing: Packing, cartons: CartonSet) -> Packing:
    """Boxes that lay in badly filled cartons pull more."""
    lain: list[list[float]] = [[] for _ in packing.boxes]
    for p in cartons.packed:
        for n, number in p.inside.items():
            lain[n] += [volume(p.carton.inner) / p.placing.volume] * number
    pulls = [(box.pull + (sum(found) / len(found)) ** SHARPNESS) / 2 if found else box.pull for box, found in zip(packing.boxes, lain, strict=True)]
    return replace(packing, boxes=tuple(replace(b, pull=pull) for b, pull in zip(packing.boxes, pulls, strict=True)), known={})
