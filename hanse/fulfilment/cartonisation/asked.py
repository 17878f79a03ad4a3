"""Asked: the units that must travel, the cartons a site has, and the rules of the customer and of the goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .boxes import Bears, Box, Room, Size, turns

EVERY_WAY = (True, True, True)
UPRIGHT = (False, False, True)


@dataclass(frozen=True, slots=True)
class Units:
    """Equal units of an order line, and how they must travel.

    `vertical` says which of length, width and height may be vertical, `goods` what they are where that keeps them
    apart from others (a hazard class, food, chemicals), `climate` their temperature class. Units that travel `alone`
    get a carton each. Value is in the smallest coin.
    """

    line: int
    sku: str
    quantity: int
    size: Size | None
    weight_g: int | None
    vertical: tuple[bool, bool, bool] = EVERY_WAY
    bears: Bears = "anything"
    alone: bool = False
    goods: frozenset[str] = frozenset()
    climate: str = ""
    value: int = 0
    po: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class CartonType:
    """A carton a site has: inside, outside, its own weight, what it may weigh filled, its cost, how many are at hand."""

    code: str
    inner: Size
    outer: Size
    tare_g: int = 0
    max_gross_g: int | None = None
    cost: Decimal = Decimal(0)
    available: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What may share a carton, and how full one may get.

    `apart` names pairs of goods that never share one. `standing` is the share of its base, in percent, that must carry
    a unit above the floor: above half, its middle is carried and it cannot tip.
    """

    one_sku: bool = False
    one_line: bool = False
    one_po: bool = False
    one_store: bool = False
    apart: tuple[tuple[str, str], ...] = ()
    max_gross_g: int | None = None
    max_value: int | None = None
    standing: int = 70


def box_of(units: Units) -> Box:
    """Units with their measures, as boxes to place."""
    assert units.size is not None and units.weight_g is not None
    return Box(units.sku, turns(units.size, units.vertical), units.quantity, units.weight_g, units.value, units.bears)


def room_of(carton: CartonType, rules: Rules) -> Room:
    """The inside of a carton, with what it may hold under its own and the customer's limits."""
    limits = [limit - carton.tare_g for limit in (carton.max_gross_g, rules.max_gross_g) if limit is not None]
    return Room(carton.inner, min(limits, default=None), rules.max_value, rules.standing)


def separate(asked: Sequence[Units], rules: Rules) -> list[tuple[int, ...]]:
    """Units in the groups that never share a carton, by climate and by the customer's rules; alone, each line by itself."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for n, units in enumerate(asked):
        key = (units.climate, rules.one_sku and units.sku, rules.one_line and units.line, rules.one_po and units.po, rules.one_store and units.store, units.alone and n)
        groups.setdefault((*key, units.alone), []).append(n)
    return [tuple(group) for group in groups.values()]


def clashing(asked: Sequence[Units], rules: Rules) -> list[frozenset[int]]:
    """For each of the units, which others its goods keep it apart from."""
    apart = {frozenset(pair) for pair in rules.apart}
    if not apart:
        return [frozenset()] * len(asked)
    return [
        frozenset(m for m, other in enumerate(asked) if m != n and any(frozenset((a, b)) in apart for a in units.goods for b in other.goods))
        for n, units in enumerate(asked)
    ]
