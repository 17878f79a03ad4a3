"""Keep items: add those that are new, change those that are known.

An item is known by its SKU. What an ask leaves unsaid stays as it is; a new item needs no more than its SKU.
An item already as asked is answered so, and nothing is written: the same file twice changes nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Currency, Money, Name, Short, Text, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .article import FIELDS, Article, Days, Grams, Millimetres, PackGiven, Percent, gtins_of, wrong_article
from .events import ItemAdded, ItemChanged, ItemKept


@ask
class KeepItem:
    """An item as it should be. `packs`, when given, are all of its packs; an empty GTIN takes the GTIN away.

    How it travels: `rotation` says how it may lie, `bears` what may stand on it, `ships_alone` that each unit gets a carton of its
    own. Items of two different goods classes, hazard classes or temperature classes never share a carton.
    """

    sku: Code
    name: Name | None = None
    description: Text | None = None
    gtin: Short | None = None
    stock_unit: Short | None = None
    weight_g: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    tracking: Literal["none", "lot", "serial"] | None = None
    shelf_life_days: Days | None = None
    price: Money | None = None
    currency: Currency | None = None
    tax_category: Short | None = None
    tax_rate: Percent | None = None
    hs_code: Short | None = None
    origin: Short | None = None
    un_number: Short | None = None
    rotation: Literal["any", "upright"] | None = None
    bears: Literal["anything", "lighter", "nothing"] | None = None
    ships_alone: bool | None = None
    goods_class: Short | None = None
    hazard_class: Short | None = None
    temperature_class: Short | None = None
    packs: Annotated[tuple[PackGiven, ...], MaxLen(50)] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is there: articles by SKU, and who has which GTIN (in 14 digits)."""

    articles: Mapping[str, Article]
    gtins: Mapping[str, str]


def decide(asks: Sequence[KeepItem], known: Known) -> tuple[list[ItemAdded | ItemChanged | ItemKept | Refused], dict[str, Article]]:
    """Answer each ask, and say how the changed articles stand afterwards; later asks see earlier ones."""
    answers: list[ItemAdded | ItemChanged | ItemKept | Refused] = []
    standing, gtins, changed = dict(known.articles), dict(known.gtins), {}
    for ask in asks:
        before = standing.get(ask.sku)
        after = _said(before or Article(ask.sku, name=ask.name or ask.sku), ask)
        wrong = [*wrong_article(after), *_taken(after, gtins), *_fixed(before, after)]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        if before is None:
            answers.append(ItemAdded(after.sku, after.name, _differences(Article(ask.sku), after, before=False)))
        elif after == before:
            answers.append(ItemKept(ask.sku))
            continue
        else:
            answers.append(ItemChanged(ask.sku, _differences(before, after)))
        standing[ask.sku] = changed[ask.sku] = after
        gtins |= {gtin.zfill(14): ask.sku for gtin in gtins_of(after)}
    return answers, changed


def _said(article: Article, ask: KeepItem) -> Article:
    """The article with everything the ask says about it."""
    said = {name: value for name in FIELDS if (value := getattr(ask, name)) is not None}
    if ask.gtin == "":
        said["gtin"] = None
    if ask.packs is not None:
        said["packs"] = tuple(sorted((replace(p, gtin=p.gtin or None) for p in ask.packs), key=lambda p: (p.factor, p.name)))
    return replace(article, **said)


def _taken(article: Article, gtins: Mapping[str, str]) -> list[Refused]:
    """GTINs that belong to another item, or twice to this one."""
    mine = [g.zfill(14) for g in gtins_of(article)]
    wrong = [refuse("gtin-used", at="gtin", gtin=g, sku=gtins[g.zfill(14)])
             for g in gtins_of(article) if gtins.get(g.zfill(14), article.sku) != article.sku]
    if len(set(mine)) != len(mine):
        wrong.append(refuse("gtin-used", at="packs", gtin=max(mine, key=mine.count), sku=article.sku))
    return wrong


def _fixed(before: Article | None, after: Article) -> list[Refused]:
    """How an item is counted and tracked is fixed when it is added: its stock and history are kept so."""
    if before is None:
        return []
    return [refuse("state-conflict", at=name, why=f"The {name.replace('_', ' ')} of {after.sku} stays {getattr(before, name)}. Add a new SKU.")
            for name in ("tracking", "stock_unit") if getattr(before, name) != getattr(after, name)]


def _differences(was: Article, now: Article, before: bool = True) -> dict[str, Any]:
    """The fields that differ: [before, after], or the new value alone."""
    differing = {n: (_plain(getattr(was, n)), _plain(getattr(now, n))) for n in FIELDS if getattr(was, n) != getattr(now, n)}
    return {name: list(pair) if before else pair[1] for name, pair in differing.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(p) for p in value]
    return str(value) if isinstance(value, Decimal) else value


ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('catalogue', 0))"
"""One change of the catalogue at a time: SKUs and GTINs of the batch are looked up and written without a race."""
KNOWN = """
SELECT i.sku, i.name, i.description, i.gtin, i.stock_unit, i.weight_g, i.length_mm, i.width_mm, i.height_mm, i.tracking,
       i.shelf_life_days, i.price, i.currency, i.tax_category, i.tax_rate, i.hs_code, i.origin, i.un_number,
       i.rotation, i.bears, i.ships_alone, i.goods_class, i.hazard_class, i.temperature_class,
       (SELECT jsonb_agg(jsonb_build_array(p.name, p.factor, p.gtin, p.weight_g, p.length_mm, p.width_mm, p.height_mm)
                         ORDER BY p.factor, p.name) FROM catalogue_pack p WHERE p.item_id = i.id)
  FROM catalogue_item i WHERE i.sku = ANY(%(sku)s::text[])
"""
GTINS = """
SELECT lpad(i.gtin, 14, '0'), i.sku FROM catalogue_item i WHERE lpad(i.gtin, 14, '0') = ANY(%(gtin)s::text[])
 UNION ALL
SELECT lpad(p.gtin, 14, '0'), i.sku FROM catalogue_pack p JOIN catalogue_item i ON i.id = p.item_id
 WHERE lpad(p.gtin, 14, '0') = ANY(%(gtin)s::text[])
"""
KEEP = """
INSERT INTO catalogue_item (sku, name, description, gtin, stock_unit, weight_g, length_mm, width_mm, height_mm, tracking,
                            shelf_life_days, price, currency, tax_category, tax_rate, hs_code, origin, un_number,
                            rotation, bears, ships_alone, goods_class, hazard_class, temperature_class)
SELECT * FROM unnest(%(sku)s::text[], %(name)s::text[], %(description)s::text[], %(gtin)s::text[], %(stock_unit)s::text[],
  %(weight_g)s::bigint[], %(length_mm)s::int[], %(width_mm)s::int[], %(height_mm)s::int[], %(tracking)s::text[],
  %(shelf_life_days)s::int[], %(price)s::numeric[], %(currency)s::text[], %(tax_category)s::text[], %(tax_rate)s::numeric[],
  %(hs_code)s::text[], %(origin)s::text[], %(un_number)s::text[],
  %(rotation)s::text[], %(bears)s::text[], %(ships_alone)s::boolean[], %(goods_class)s::text[], %(hazard_class)s::text[],
  %(temperature_class)s::text[])
    ON CONFLICT (sku) DO UPDATE SET
       name = excluded.name, description = excluded.description, gtin = excluded.gtin, stock_unit = excluded.stock_unit,
       weight_g = excluded.weight_g, length_mm = excluded.length_mm, width_mm = excluded.width_mm, height_mm = excluded.height_mm,
       tracking = excluded.tracking, shelf_life_days = excluded.shelf_life_days, price = excluded.price,
       currency = excluded.currency, tax_category = excluded.tax_category, tax_rate = excluded.tax_rate,
       hs_code = excluded.hs_code, origin = excluded.origin, un_number = excluded.un_number,
       rotation = excluded.rotation, bears = excluded.bears, ships_alone = excluded.ships_alone, goods_class = excluded.goods_class,
       hazard_class = excluded.hazard_class, temperature_class = excluded.temperature_class
"""
DROP_PACKS = """
DELETE FROM catalogue_pack p USING catalogue_item i WHERE i.id = p.item_id AND i.sku = ANY(%(sku)s::text[])
"""
PACKS = """
INSERT INTO catalogue_pack (item_id, name, factor, gtin, weight_g, length_mm, width_mm, height_mm)
SELECT i.id, p.name, p.factor, p.gtin, p.weight_g, p.length_mm, p.width_mm, p.height_mm
  FROM unnest(%(sku)s::text[], %(name)s::text[], %(factor)s::bigint[], %(gtin)s::text[], %(weight_g)s::bigint[],
              %(length_mm)s::int[], %(width_mm)s::int[], %(height_mm)s::int[])
    AS p(sku, name, factor, gtin, weight_g, length_mm, width_mm, height_mm)
  JOIN catalogue_item i ON i.sku = p.sku
"""


@operation
def keep_items(run: Run, asks: Sequence[KeepItem]) -> list[ItemAdded | ItemChanged | ItemKept | Refused]:
    """Add and change items: an item, its packs and GTINs together."""
    run.rows(lambda _: None, ALONE)
    known = _known(run, asks)
    answers, changed = decide(asks, known)
    articles = list(changed.values())
    packed = [a for a in articles if a.packs != known.articles.get(a.sku, Article(a.sku)).packs]
    packs = [(a.sku, p) for a in packed for p in a.packs]
    run.write(KEEP, articles)
    run.write(DROP_PACKS, packed)
    if packs:
        run.write(PACKS, [p for _, p in packs], sku=[sku for sku, _ in packs])
    return answers


def _known(run: Run, asks: Sequence[KeepItem]) -> Known:
    """The articles asked for and the owners of the GTINs that are asked for."""
    gtins = [g.zfill(14) for a in asks for g in (a.gtin, *(p.gtin for p in a.packs or ())) if g]
    return Known(
        articles={a.sku: a for a in run.rows(_article, KNOWN, asks)},
        gtins=dict(run.rows(as_tuple, GTINS, gtin=gtins)) if gtins else {})


def _article(*row: Any) -> Article:
    return Article(*(*row[:-1], tuple(PackGiven(*p) for p in json.loads(row[-1] or "[]"))))
