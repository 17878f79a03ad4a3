"""Proof: look at a finished placing with fresh eyes. Shares nothing with the search but the words of `boxes`.

Every placing is checked box by box before anyone packs by it; what is found is said in sentences.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from .asked import Rules, Units
from .boxes import Box, Placed, Placing, Room


def wrong_placement(boxes: Sequence[Box], room: Room, placing: Placing) -> list[str]:
    """All that is wrong with a placing; nothing, if it can be packed as it says."""
    placed = placing.placed
    if strangers := [p for p in placed if not 0 <= p.box < len(boxes)]:
        return [f"Nobody asked for box {p.box}." for p in strangers]
    said = [*_miscounted(boxes, placing), *_overweight(boxes, room, placed)]
    tops: dict[int, list[Placed]] = defaultdict(list)
    for p in placed:
        tops[p.top].append(p)
    for p in placed:
        said += [f"{_named(boxes, p)} {why}." for why in [*_out_of_place(boxes, room, p, tops[p.at[2]]), *_overladen(boxes, placed, p)]]
    for earlier, later in _over_each_other(placed):
        if _shared(earlier, later, (2,)):
            said.append(f"{_named(boxes, earlier)} and {_named(boxes, later)} overlap.")
        elif later.at[2] < earlier.at[2]:
            said.append(f"{_named(boxes, later)} goes under {_named(boxes, earlier)}, which is packed before.")
    return said


def wrong_company(inside: Sequence[tuple[Units, int]], rules: Rules) -> list[str]:
    """Units of one carton that must not share one, with how many of each are in it."""
    said = [f"{units.sku} travels alone." for units, number in inside if units.alone and (number > 1 or len(inside) > 1)]
    for (one, _), (other, _) in combinations(inside, 2):
        unlike = [("climate", one.climate != other.climate), ("SKU", rules.one_sku and one.sku != other.sku), ("line", rules.one_line and one.line != other.line)]
        unlike += [("PO", rules.one_po and one.po != other.po), ("store", rules.one_store and one.store != other.store)]
        said += [f"{one.sku} and {other.sku} differ in {what}." for what, differ in unlike if differ]
        apart = [pair for pair in rules.apart if (pair[0] in one.goods and pair[1] in other.goods) or (pair[1] in one.goods and pair[0] in other.goods)]
        said += [f"{one.sku} and {other.sku} are kept apart as {a} and {b}." for a, b in apart]
    return said


def _named(boxes: Sequence[Box], p: Placed) -> str:
    return f"{boxes[p.box].label} at {p.at}"


def _miscounted(boxes: Sequence[Box], placing: Placing) -> Iterator[str]:
    """Every box is placed once or left over."""
    placed = Counter(p.box for p in placing.placed)
    if len(placing.left) != len(boxes):
        yield f"{len(placing.left)} kinds are counted, {len(boxes)} were given."
        return
    for n, box in enumerate(boxes):
        if placed[n] + placing.left[n] != box.quantity or placing.left[n] < 0:
            yield f"{box.label}: {placed[n]} placed and {placing.left[n]} left of {box.quantity}."


def _overweight(boxes: Sequence[Box], room: Room, placed: Sequence[Placed]) -> Iterator[str]:
    weight, value = sum(boxes[p.box].weight_g for p in placed), sum(boxes[p.box].value for p in placed)
    if room.max_g is not None and weight > room.max_g:
        yield f"{weight} g are over {room.max_g} g."
    if room.max_value is not None and value > room.max_value:
        yield f"A value of {value} is over {room.max_value}."


def _out_of_place(boxes: Sequence[Box], room: Room, p: Placed, below: Sequence[Placed]) -> Iterator[str]:
    if p.size not in boxes[p.box].turns:
        yield f"may not lie as {p.size}"
    if any(low < 0 or low + side > free for low, side, free in zip(p.at, p.size, room.size, strict=True)):
        yield f"sticks out of {room.size}"
    if p.at[2] > 0 and room.standing:
        carried = sum(_shared(p, q, (0, 1)) for q in below)
        if carried * 100 < room.standing * p.size[0] * p.size[1]:
            yield f"is carried on {carried} of {p.size[0] * p.size[1]} mm² only"


def _overladen(boxes: Sequence[Box], placed: Sequence[Placed], p: Placed) -> Iterator[str]:
    box = boxes[p.box]
    above = [q for q in placed if q.at[2] >= p.top and _shared(p, q, (0, 1))] if box.bears != "anything" else []
    if box.bears == "nothing" and above:
        yield f"bears nothing, but {_named(boxes, above[0])} is above it"
    elif (load := sum(boxes[q.box].weight_g for q in above)) > box.weight_g:
        yield f"bears {load} g and weighs {box.weight_g} g itself"


def _over_each_other(placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Pairs that share floor, the one that is packed first in front."""
    along = sorted(enumerate(placed), key=lambda n_p: n_p[1].at[0])
    for i, (n, p) in enumerate(along):
        for m, q in islice(along, i + 1, None):
            if q.at[0] >= p.at[0] + p.size[0]:
                break
            if _shared(p, q, (0, 1)):
                yield (p, q) if n < m else (q, p)


def _shared(p: Placed, q: Placed, axes: tuple[int, ...]) -> int:
    """What two boxes share along these axes: a length, an area or a volume."""
    shared = 1
    for a in axes:
        along = min(p.at[a] + p.size[a], q.at[a] + q.size[a]) - max(p.at[a], q.at[a])
        if along <= 0:
            return 0
        shared *= along
    return shared
