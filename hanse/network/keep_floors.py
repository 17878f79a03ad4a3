"""Keep floors: how one walks at a site, and how it picks.

Most floors are parallel aisles between cross aisles; one whose racks stand anyhow names their outlines instead. A floor is
kept whole: what an ask leaves unsaid is as a new floor has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic_core import to_json

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import FloorKept
from .place import Metres

Method = Literal["single", "cluster", "batch", "zone"]
"""An order a walk; several orders, each in its tote on the cart; several together, sorted afterwards; totes passed from zone to zone."""


@ask
class Spot:
    """A place on the floor, in metres from the site's origin."""

    x_m: Metres = Decimal(0)
    y_m: Metres = Decimal(0)


Outline = Annotated[tuple[Spot, ...], MinLen(3), MaxLen(50)]


@ask
class KeepFloor:
    """A site's floor: aisles (where along x they lie) and the cross aisles that join them (along y, front first), or the
    outlines of its racks; where a walk starts and ends; what a cart takes; how many pick tasks may be open at once.

    With `open_tasks` the site releases by itself, the most urgent first; without, when somebody says so.
    """

    site: Code
    aisles: Annotated[tuple[Metres, ...], MaxLen(500)] = ()
    cross: Annotated[tuple[Metres, ...], MaxLen(50)] = ()
    racks: Annotated[tuple[Outline, ...], MaxLen(500)] = ()
    start: Spot = Spot()
    end: Spot | None = None
    method: Method = "cluster"
    cart_orders: Annotated[int, Ge(1), Le(500)] = 8
    cart_weight_g: Annotated[int, Ge(1), Le(10_000_000)] | None = None
    cart_volume_ml: Annotated[int, Ge(1), Le(100_000_000)] | None = None
    open_tasks: Annotated[int, Ge(1), Le(100_000)] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A floor as it is written: the outlines of its racks as JSON."""

    ask: KeepFloor
    site: int


def decide(asks: Sequence[KeepFloor], sites: Mapping[str, int]) -> tuple[list[FloorKept | Refused], list[Kept]]:
    """Answer each ask; the last floor of a site in the batch stands."""
    answers: list[FloorKept | Refused] = []
    kept: dict[str, Kept] = {}
    for ask in asks:
        wrong = [] if ask.site in sites else [refuse("site-unknown", at="site", site=ask.site)]
        if wrong := [*wrong, *wrong_floor(ask)]:
            answers.append(refuse_all(wrong))
            continue
        kept[ask.site] = Kept(ask, sites[ask.site])
        answers.append(FloorKept(ask.site, {k: v for k, v in asdict(ask).items() if k != "site"}))
    return answers, list(kept.values())


def wrong_floor(ask: KeepFloor) -> list[Refused]:
    """What is wrong with a floor by itself."""
    wrong = []
    if ask.racks and ask.aisles:
        wrong.append(refuse("values-refused", at="racks", why="A floor has aisles, or racks that stand anyhow: give one of them."))
    if bool(ask.aisles) != (len(ask.cross) > 1):
        wrong.append(refuse("values-refused", at="cross", why="Aisles are joined by two cross aisles at least, front and back; without aisles there are none."))
    wrong += [refuse("values-refused", at=name, why="Each lies further on than the one before.")
              for name in ("aisles", "cross") if any(a >= b for a, b in pairwise(getattr(ask, name)))]
    return wrong


SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(site)s::text[]) ORDER BY id FOR NO KEY UPDATE"
KEEP = """
INSERT INTO network_floor (site_id, aisles, cross_aisles, racks, start_x, start_y, end_x, end_y, method, cart_orders, cart_weight_g, cart_volume_ml, open_tasks)
SELECT f.site, string_to_array(f.aisles, ',')::numeric[], string_to_array(f.cross_aisles, ',')::numeric[], f.racks::jsonb, f.start_x, f.start_y, f.end_x, f.end_y, f.method,
       f.cart_orders, f.cart_weight_g, f.cart_volume_ml, f.open_tasks
  FROM unnest(%(site)s::bigint[], %(aisles)s::text[], %(cross)s::text[], %(racks)s::text[], %(start_x)s::numeric[], %(start_y)s::numeric[],
              %(end_x)s::numeric[], %(end_y)s::numeric[], %(method)s::text[], %(cart_orders)s::int[], %(cart_weight_g)s::int[],
              %(cart_volume_ml)s::int[], %(open_tasks)s::int[])
    AS f(site, aisles, cross_aisles, racks, start_x, start_y, end_x, end_y, method, cart_orders, cart_weight_g, cart_volume_ml, open_tasks)
    ON CONFLICT (site_id) DO UPDATE SET
       aisles = excluded.aisles, cross_aisles = excluded.cross_aisles, racks = excluded.racks, start_x = excluded.start_x, start_y = excluded.start_y,
       end_x = excluded.end_x, end_y = excluded.end_y, method = excluded.method, cart_orders = excluded.cart_orders,
       cart_weight_g = excluded.cart_weight_g, cart_volume_ml = excluded.cart_volume_ml, open_tasks = excluded.open_tasks
"""


@operation
def keep_floors(run: Run, asks: Sequence[KeepFloor]) -> list[FloorKept | Refused]:
    """Set how one walks at sites, and how they pick."""
    answers, kept = decide(asks, dict(run.rows(lambda code, id: (code, id), SITES, asks)))
    floors = [k.ask for k in kept]
    ends = [f.end or f.start for f in floors]
    if floors:
        run.write(
            KEEP, floors, site=[k.site for k in kept], aisles=[",".join(map(str, f.aisles)) for f in floors], cross=[",".join(map(str, f.cross)) for f in floors],
            racks=[to_json([[[s.x_m, s.y_m] for s in rack] for rack in f.racks]).decode() for f in floors], start_x=[f.start.x_m for f in floors],
            start_y=[f.start.y_m for f in floors], end_x=[e.x_m for e in ends], end_y=[e.y_m for e in ends],
        )
    return answers
