"""Keep carton types: the cartons that sites pack into, each from a day on.

A carton type is known by its code and the day from which it is so. A later version follows an earlier one; what was packed keeps the
version it was packed into.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated

from annotated_types import Ge, Gt, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Money, Short, ask
from hanse.kernel.money import too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import CartonTypeKept

SINCE = date(2000, 1, 1)
"""The day from which a carton type or contract holds that is given none."""
Millimetres = Annotated[int, Gt(0), Le(10_000)]
SIDES = ("length", "width", "height")


@ask
class KeepCartonType:
    """A carton type as it is from a day on. Without sites it is at all of them."""

    code: Code
    inner_length_mm: Millimetres
    inner_width_mm: Millimetres
    inner_height_mm: Millimetres
    outer_length_mm: Millimetres
    outer_width_mm: Millimetres
    outer_height_mm: Millimetres
    tare_g: Annotated[int, Ge(0), Le(10**7)]
    max_gross_g: Annotated[int, Gt(0), Le(10**7)]
    name: Short = ""
    cost: Money | None = None
    sites: Annotated[tuple[Code, ...], MaxLen(1_000)] = ()
    from_on: date | None = None
    until_on: date | None = None


def decide(asks: Sequence[KeepCartonType], sites: Collection[str]) -> list[CartonTypeKept | Refused]:
    """Keep each carton type that can exist."""
    return [refuse_all(wrong) if (wrong := _wrong(ask, sites)) else _told(ask) for ask in asks]


def _told(a: KeepCartonType) -> CartonTypeKept:
    inner, outer = (a.inner_length_mm, a.inner_width_mm, a.inner_height_mm), (a.outer_length_mm, a.outer_width_mm, a.outer_height_mm)
    return CartonTypeKept(a.code, inner, outer, a.tare_g, a.max_gross_g, a.from_on or SINCE, a.until_on, tuple(sorted({*a.sites})))


def _wrong(ask: KeepCartonType, sites: Collection[str]) -> list[Refused]:
    wrong = [refuse("values-refused", at=f"outer_{side}_mm", why=f"Outside, {ask.code} is no shorter than inside: {getattr(ask, f'inner_{side}_mm')} mm of {side}.")
             for side in SIDES if getattr(ask, f"outer_{side}_mm") < getattr(ask, f"inner_{side}_mm")]
    if ask.tare_g >= ask.max_gross_g:
        wrong.append(refuse("values-refused", at="max_gross_g", why=f"Empty, {ask.code} weighs {ask.tare_g} g: filled it must be allowed more."))
    if too_fine(ask.cost):
        wrong.append(refuse("values-refused", at="cost", why="A cost has at most four decimals."))
    if ask.until_on and ask.until_on < (ask.from_on or SINCE):
        wrong.append(refuse("values-refused", at="until_on", why="It cannot end before it begins."))
    return wrong + [refuse("site-unknown", at="sites", site=site) for site in ask.sites if site not in sites]


SITES = "SELECT code FROM network_site WHERE code = ANY(%(site)s::text[])"
KEEP = """
INSERT INTO network_cartontype (code, name, sites, inner_length_mm, inner_width_mm, inner_height_mm, outer_length_mm, outer_width_mm, outer_height_mm,
                                tare_g, max_gross_g, cost, from_on, until_on)
SELECT DISTINCT ON (k.code, k.from_on) k.code, k.name, string_to_array(k.sites, chr(31)), k.inner_length, k.inner_width, k.inner_height, k.outer_length, k.outer_width,
       k.outer_height, k.tare_g, k.max_gross_g, coalesce(k.cost, 0), k.from_on, k.until_on
  FROM unnest(%(code)s::text[], %(name)s::text[], %(sites)s::text[], %(inner_length_mm)s::int[], %(inner_width_mm)s::int[], %(inner_height_mm)s::int[],
              %(outer_length_mm)s::int[], %(outer_width_mm)s::int[], %(outer_height_mm)s::int[], %(tare_g)s::int[], %(max_gross_g)s::int[], %(cost)s::numeric[],
              %(from_on)s::date[], %(until_on)s::date[]) WITH ORDINALITY
    AS k(code, name, sites, inner_length, inner_width, inner_height, outer_length, outer_width, outer_height, tare_g, max_gross_g, cost, from_on, until_on, n)
 ORDER BY k.code, k.from_on, k.n DESC
    ON CONFLICT (code, from_on) DO UPDATE SET
       name = excluded.name, sites = excluded.sites, inner_length_mm = excluded.inner_length_mm, inner_width_mm = excluded.inner_width_mm,
       inner_height_mm = excluded.inner_height_mm, outer_length_mm = excluded.outer_length_mm, outer_width_mm = excluded.outer_width_mm,
       outer_height_mm = excluded.outer_height_mm, tare_g = excluded.tare_g, max_gross_g = excluded.max_gross_g, cost = excluded.cost,
       until_on = excluded.until_on
"""


@operation
def keep_carton_types(run: Run, asks: Sequence[KeepCartonType]) -> list[CartonTypeKept | Refused]:
    """Add or change carton types."""
    named = sorted({site for a in asks for site in a.sites})
    answers = decide(asks, {site for (site,) in run.rows(as_tuple, SITES, site=named)} if named else ())
    kept = [(a, told) for a, told in zip(asks, answers, strict=True) if isinstance(told, CartonTypeKept)]
    if kept:
        run.write(KEEP, [a for a, _ in kept], sites=[chr(31).join(t.sites) for _, t in kept], from_on=[t.from_on for _, t in kept])
    return answers
