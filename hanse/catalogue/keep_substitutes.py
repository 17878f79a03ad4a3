"""Keep substitutes: the approved list of what may stand in for what.

Each says how many units of the item how many of the other replace, whose price holds, and whether the customer must
agree. One that works both ways is kept as two, each with its own direction. Ended from a day on it stays on record.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from annotated_types import Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import ItemKept, SubstituteKept
from .keep import ALONE
from .keep_recipes import SKUS

Ratio = Annotated[int, Gt(0), Le(10**6)]


@ask
class KeepSubstitute:
    """`per` units of `item` may be replaced by `units` of `by`; with `both_ways` the other way round too.

    `price_rule`: at the price of what was ordered (`original`), at its own (`substitute`), or at the `lower` of both.
    From today on unless said; `until_on` is the last day.
    """

    item: Code
    by: Code
    per: Ratio = 1
    units: Ratio = 1
    both_ways: bool = False
    price_rule: Literal["original", "substitute", "lower"] = "lower"
    consent: bool = True
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is there: SKUs, kits, and what is approved by (item, by)."""

    skus: AbstractSet[str]
    kits: AbstractSet[str]
    approved: Mapping[tuple[str, str], SubstituteKept]


def decide(asks: Sequence[KeepSubstitute], known: Known, today: date) -> tuple[list[SubstituteKept | ItemKept | Refused], list[SubstituteKept]]:
    """Answer each ask, and say what is to be kept: the way asked, and the way back where it works both ways."""
    answers: list[SubstituteKept | ItemKept | Refused] = []
    standing = dict(known.approved)
    kept: dict[tuple[str, str], SubstituteKept] = {}
    for ask in asks:
        if wrong := _findings(ask, known):
            answers.append(refuse_all(wrong))
            continue
        fresh = [way for way in _ways(ask, standing, today) if standing.get((way.item, way.by)) != way]
        standing |= {(way.item, way.by): way for way in fresh}
        kept |= {(way.item, way.by): way for way in fresh}
        answers.append(fresh[0] if fresh else ItemKept(ask.item))
    return answers, list(kept.values())


def _ways(ask: KeepSubstitute, standing: Mapping[tuple[str, str], SubstituteKept], today: date) -> Iterator[SubstituteKept]:
    """The way asked, and the way back. A day that is not said stays as it is."""
    for item, by, per, units in [(ask.item, ask.by, ask.per, ask.units), (ask.by, ask.item, ask.units, ask.per)][: 1 + ask.both_ways]:
        was = standing.get((item, by))
        yield SubstituteKept(item, by, per, units, ask.price_rule, ask.consent, ask.from_on or (was.from_on if was else today), ask.until_on)


def _findings(ask: KeepSubstitute, known: Known) -> list[Refused]:
    """All that is wrong with an approval, each with its place."""
    found = [refuse("sku-unknown", at=name, sku=sku) for name, sku in (("item", ask.item), ("by", ask.by)) if sku not in known.skus]
    found += [refuse("values-refused", at=name, why=f"{sku} is a kit: name substitutes for what it is made of.")
              for name, sku in (("item", ask.item), ("by", ask.by)) if sku in known.kits]
    if ask.item == ask.by:
        found.append(refuse("values-refused", at="by", why=f"{ask.by} cannot stand in for itself."))
    if ask.from_on and ask.until_on and ask.until_on < ask.from_on:
        found.append(refuse("values-refused", at="until_on", why="It would end before it begins."))
    return found


KITS = "SELECT DISTINCT i.sku FROM catalogue_component c JOIN catalogue_item i ON i.id = c.kit_id WHERE i.sku = ANY(%(skus)s::text[])"
APPROVED = """
SELECT i.sku, b.sku, s.per, s.units, s.price_rule, s.consent, s.from_on, s.until_on
  FROM catalogue_substitute s JOIN catalogue_item i ON i.id = s.item_id JOIN catalogue_item b ON b.id = s.by_id
 WHERE i.sku = ANY(%(skus)s::text[]) AND b.sku = ANY(%(skus)s::text[])
"""
KEEP = """
INSERT INTO catalogue_substitute AS s (item_id, by_id, per, units, price_rule, consent, from_on, until_on)
SELECT i.id, b.id, k.per, k.units, k.price_rule, k.consent, k.from_on, k.until_on
  FROM unnest(%(item)s::text[], %(by)s::text[], %(per)s::bigint[], %(units)s::bigint[], %(price_rule)s::text[], %(consent)s::boolean[],
              %(from_on)s::date[], %(until_on)s::date[]) AS k(item, by, per, units, price_rule, consent, from_on, until_on)
  JOIN catalogue_item i ON i.sku = k.item JOIN catalogue_item b ON b.sku = k.by
    ON CONFLICT (item_id, by_id) DO UPDATE SET per = excluded.per, units = excluded.units, price_rule = excluded.price_rule,
       consent = excluded.consent, from_on = excluded.from_on, until_on = excluded.until_on
"""


@operation
def keep_substitutes(run: Run, asks: Sequence[KeepSubstitute]) -> list[SubstituteKept | ItemKept | Refused]:
    """Keep the approved list; the way back is told beside the answer."""
    run.rows(lambda _: None, ALONE)
    named = sorted({sku for ask in asks for sku in (ask.item, ask.by)})
    approved = {(s.item, s.by): s for s in run.rows(SubstituteKept, APPROVED, skus=named)}
    known = Known(set(run.rows(str, SKUS, skus=named)), set(run.rows(str, KITS, skus=named)), approved)
    answers, kept = decide(asks, known, run.now.date())
    run.write(KEEP, kept)
    run.tell([way for way in kept if way not in answers])
    return answers
