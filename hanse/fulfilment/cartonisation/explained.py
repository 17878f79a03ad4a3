"""Explained: why these cartons, in sentences for the pack station and the order's history."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hanse.network.billed import Contract

from .boxes import volume
from .filling import Packed
from .offers import TIGHT, Counts, Offer, Packing
from .proposed import Proposal


def explained(packing: Packing, contract: Contract, groups: Sequence[Counts], best: Proposal, others: Sequence[Proposal]) -> Iterator[str]:
    """What is proposed, what must not share, why no single cheaper carton, what comes next."""
    for p, times in best.different():
        yield _said(packing, contract, p, times)
    if len(groups) > 1:
        names = [", ".join(packing.boxes[n].label for n, count in enumerate(group) if count) for group in groups]
        yield f"{len(groups)} groups share no carton: {'; '.join(names)}."
    for group in groups:
        yield from _why_not_one(packing, group, best)
    for n, other in enumerate(others):
        yield f"{'Next best' if not n else 'Then'}: {' + '.join(other.codes)}, billed {other.billed} {other.unit}."


def _said(packing: Packing, contract: Contract, p: Packed, times: int) -> str:
    full = p.utilisation.quantize(Decimal("0.1"))
    by = "weight" if packing.weight_steps(p.gross_g) == p.steps else "size"
    count = len(p.placing.placed)
    each = " each" if times > 1 else ""
    return f"{times} × {p.carton.code}: {count} unit{'s' * (count != 1)}, {p.gross_g} g gross{each}, billed {p.steps * contract.step} {contract.unit}{each} by {by}, {full} % full."


def _why_not_one(packing: Packing, group: Counts, best: Proposal) -> Iterator[str]:
    """Why not one carton that is smaller or billed less than those proposed."""
    most = max(volume(p.carton.inner) for p in best.cartons)
    for offer in packing.offers:
        tempting = offer.carton.code not in best.codes and (offer.volume < most or len(best.cartons) > 1)
        if tempting and (why := _why_not(packing, offer, group)):
            yield f"Not {offer.carton.code}: {why}."


def _why_not(packing: Packing, offer: Offer, group: Counts) -> str:
    size, gross, room = packing.volume(group), packing.weight(group) + offer.carton.tare_g, offer.room
    if size > offer.volume:
        return f"{size / 10**6:.1f} l do not go into {offer.volume / 10**6:.1f} l"
    if room.max_g is not None and gross > offer.carton.tare_g + room.max_g:
        return f"{gross} g gross are over {offer.carton.tare_g + room.max_g} g"
    if room.max_value is not None and packing.value(group) > room.max_value:
        return f"a value of {packing.value(group)} is over {room.max_value}"
    if too_long := [box.label for n, box in enumerate(packing.boxes) if group[n] and n not in offer.takes]:
        return f"{', '.join(too_long)} cannot lie in it"
    if (offer.carton.code, group) in packing.impossible:
        return "it is proven that they cannot be laid in it"
    placing = packing.known.get((offer.carton.code, group, True))
    if placing is not None and not placing.whole:
        return f"no way was found to lay more than {len(placing.placed)} of {sum(group)} units in it"
    return f"so many kinds are not tried above {TIGHT} %" if size * 100 > offer.volume * TIGHT and placing is None else ""
