"""Cartonise: the cartons for the units of an order, with each unit in its place.

Least billed weight first, then the fewest cartons, then the least empty space, then the least cost. Every placing is
proven by `proof` before it is answered. Units that fit no carton are refused, all of them at once. With the same
units, cartons and effort the answer is always the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hanse.kernel.refused import Refused, refuse
from hanse.network.billed import Contract

from .asked import CartonType, Rules, Units, box_of, clashing, room_of, separate
from .boxes import Box
from .explained import explained
from .filling import CartonSet
from .findings import no_room, unpackable
from .offers import Counts, Packing, packing_of
from .proof import wrong_company, wrong_placement
from .proposed import Proposal, combined
from .rounds import carton_sets

EFFORT = 2000
"""Blocks looked at for each carton that may hold everything; more finds tighter placings and takes longer."""
NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Cartonised:
    """The proposal to pack by, the next best ones, and why. `boxes` are what the placings number."""

    boxes: tuple[Box, ...]
    contract: Contract
    proposal: Proposal
    alternatives: tuple[Proposal, ...]
    why: tuple[str, ...]


def cartonise(
    asked: Sequence[Units], cartons: Sequence[CartonType], contract: Contract, rules: Rules = NO_RULES, *, effort: int = EFFORT, alternatives: int = 1
) -> Cartonised | Refused:
    """Choose the cartons for units, or say all that stands in the way."""
    if findings := unpackable(asked, cartons, rules):
        return refuse("values-refused", errors=tuple(findings), why=" ".join(f.detail for f in findings))
    boxes = tuple(box_of(units) for units in asked)
    packing = packing_of(boxes, clashing(asked, rules), cartons, contract, rules, effort)
    chosen = _by_group(packing, asked, cartons, rules, alternatives + 1)
    left = {n: count for n in range(len(boxes)) if (count := sum(sets[0].left[n] for _, sets in chosen))}
    if left:
        findings = no_room(asked, left, cartons, rules)
        return refuse("values-refused", errors=tuple(findings), why=" ".join(f.detail for f in findings))
    best, *others = combined([sets for _, sets in chosen], contract, {c.code: c.available for c in cartons}, alternatives)
    for proposal in (best, *others):
        _prove(asked, boxes, proposal, rules)
    return Cartonised(boxes, contract, best, tuple(others), tuple(explained(packing, contract, [wanted for wanted, _ in chosen], best, others)))


Group = tuple[Counts, list[CartonSet]]
"""Units that may share, and the sets for them. Of units that travel alone, one, and the sets for all."""


def _by_group(packing: Packing, asked: Sequence[Units], cartons: Sequence[CartonType], rules: Rules, most: int) -> list[Group]:
    """What each group of units that may share needs, and its sets; each group finds the cartons that others left."""
    at_hand = {c.code: c.available for c in cartons}
    chosen: list[Group] = []
    for group in separate(asked, rules):
        wanted = tuple(units.quantity if n in group else 0 for n, units in enumerate(asked))
        if asked[group[0]].alone:
            chosen += _one_by_one(packing, wanted, at_hand, most)
        elif any(wanted):
            chosen.append((wanted, carton_sets(packing, wanted, at_hand, most)))
            _use(at_hand, chosen[-1][1][0])
    return chosen


def _one_by_one(packing: Packing, wanted: Counts, at_hand: dict[str, int | None], most: int) -> list[Group]:
    """A carton for each unit: as many of the best as there are, then of the next."""
    chosen: list[Group] = []
    [rest] = [n for n in wanted if n] or [0]
    while rest:
        one = tuple(min(n, 1) for n in wanted)
        sets = carton_sets(packing, one, at_hand, most)
        numbers = [number for p in sets[0].packed if (number := at_hand[p.carton.code]) is not None]
        times = min([rest, *numbers]) if sets[0].packed else rest
        chosen.append((one, [_times(s, times) for s in sets]))
        _use(at_hand, chosen[-1][1][0])
        rest -= times
    return chosen


def _times(one: CartonSet, times: int) -> CartonSet:
    amounts = (one.steps * times, one.cartons * times, one.void * times, one.cost * times)
    return CartonSet(*amounts, tuple(sorted(one.codes * times)), one.packed * times, tuple(n * times for n in one.left))


def _use(at_hand: dict[str, int | None], used: CartonSet) -> None:
    for code in used.codes:
        number = at_hand[code]
        at_hand[code] = None if number is None else number - 1


def _prove(asked: Sequence[Units], boxes: Sequence[Box], proposal: Proposal, rules: Rules) -> None:
    """Look at every carton with fresh eyes, and that each unit is in one. What is wrong here is our own mistake."""
    count = Counter(p.box for packed in proposal.cartons for p in packed.placing.placed)
    wrong = [f"{box.label}: {count[n]} of {box.quantity} packed." for n, box in enumerate(boxes) if count[n] != box.quantity]
    for packed, _ in proposal.different():
        inside = packed.inside
        offered = [replace(box, quantity=inside.get(n, 0) + packed.placing.left[n]) for n, box in enumerate(boxes)]
        wrong += wrong_placement(offered, room_of(packed.carton, rules), packed.placing)
        wrong += wrong_company([(asked[n], number) for n, number in inside.items()], rules)
    if wrong:
        raise AssertionError(" ".join(wrong))
