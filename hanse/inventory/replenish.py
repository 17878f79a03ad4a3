"""Replenish: raise tasks that fill the pick faces of a site from reserve.

Done by the clock, and by hand. A face at its least or below is filled up to its most; a site or an item where no
face is low, or none has reserve to be filled from, is refused.
"""

from collections.abc import Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import ReplenishmentRaised
from .replenishing import ShortFace, raise_moves


@ask
class Replenish:
    """Fill the pick faces of a site, or of one item there."""

    site: Code
    sku: Short = ""


@row
class Named:
    """What an ask names: its site, its item and the items that have faces there; 0 where the database knows none."""

    site: int
    item: int
    faced: list[int]


def decide(asks: Sequence[Replenish], named: Sequence[Named], raised: Sequence[ReplenishmentRaised]) -> list[ReplenishmentRaised | Refused]:
    """Answer each ask with what was raised for it; the first that asks has it."""
    answers: list[ReplenishmentRaised | Refused] = []
    left = {fact.site: list(fact.tasks) for fact in raised}
    for ask, it in zip(asks, named, strict=True):
        if not it.site:
            answers.append(refuse("site-unknown", at="site", site=ask.site))
        elif ask.sku and not it.item:
            answers.append(refuse("sku-unknown", at="sku", sku=ask.sku))
        elif mine := [t for t in left.get(ask.site, ()) if ask.sku in ("", t.item)]:
            left[ask.site] = [t for t in left[ask.site] if t not in mine]
            answers.append(ReplenishmentRaised(ask.site, tuple(mine)))
        else:
            answers.append(refuse("nothing-to-replenish", site=ask.site))
    return answers


NAMED = """
SELECT coalesce(s.id, 0), coalesce(i.id, 0),
       ARRAY(SELECT DISTINCT f.item_id FROM inventory_face f WHERE f.site_id = s.id AND (g.sku = '' OR f.item_id = i.id) ORDER BY 1)
  FROM unnest(%(site)s::text[], %(sku)s::text[]) WITH ORDINALITY AS g(site, sku, nr)
  LEFT JOIN network_site s ON s.code = g.site LEFT JOIN catalogue_item i ON i.sku = g.sku ORDER BY g.nr
"""


@operation
def replenish(run: Run, asks: Sequence[Replenish]) -> list[ReplenishmentRaised | Refused]:
    """Raise tasks that fill pick faces; the units are claimed in reserve."""
    named = run.rows(Named, NAMED, asks)
    wanted = dict.fromkeys(ShortFace(it.site, item) for it in named for item in it.faced)
    return decide(asks, named, raise_moves(run, list(wanted)).facts)
