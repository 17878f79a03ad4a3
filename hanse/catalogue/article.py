"""Article: an item as it stands, and what may be wrong with it. Pure."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Gt, Le

from hanse.kernel import gs1
from hanse.kernel.asks import MOST_UNITS, Name, Quantity, Short, ask
from hanse.kernel.money import is_currency, too_fine
from hanse.kernel.places import is_country
from hanse.kernel.refused import Refused, refuse

TRACKING = ("none", "lot", "serial")
ROTATIONS = ("any", "upright")
BEARS = ("anything", "lighter", "nothing")
Grams = Annotated[int, Ge(0), Le(MOST_UNITS)]
Millimetres = Annotated[int, Ge(0), Le(1_000_000)]
Percent = Annotated[Decimal, Ge(0), Le(100)]
Days = Annotated[int, Gt(0), Le(36_500)]


@ask
class PackGiven:
    """A pack: `factor` is how many stock units it holds."""

    name: Name
    factor: Quantity
    gtin: Short | None = None
    weight_g: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An item as it stands."""

    sku: str
    name: str = ""
    description: str = ""
    gtin: str | None = None
    stock_unit: str = "piece"
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    tracking: str = "none"
    shelf_life_days: int | None = None
    price: Decimal | None = None
    currency: str = "EUR"
    tax_category: str = "S"
    tax_rate: Decimal = Decimal(0)
    hs_code: str = ""
    origin: str = ""
    un_number: str = ""
    rotation: str = "any"
    bears: str = "anything"
    ships_alone: bool = False
    goods_class: str = ""
    hazard_class: str = ""
    temperature_class: str = ""
    packs: tuple[PackGiven, ...] = ()


FIELDS = [f.name for f in fields(Article) if f.name != "sku"]


def gtins_of(article: Article) -> list[str]:
    return [gtin for gtin in (article.gtin, *(p.gtin for p in article.packs)) if gtin]


def wrong_article(article: Article) -> list[Refused]:
    """What is wrong with an article by itself."""
    wrong = [refuse("gtin-wrong", at="gtin", gtin=g, why=why) for g in gtins_of(article) if (why := gs1.wrong_gtin(g))]
    if not is_currency(article.currency):
        wrong.append(refuse("currency-unknown", at="currency", currency=article.currency))
    if article.origin and not is_country(article.origin):
        wrong.append(refuse("values-refused", at="origin", why=f"{article.origin} is no country of ISO 3166: two capitals, such as DE."))
    if article.tracking not in TRACKING:
        wrong.append(refuse("values-refused", at="tracking", why="Tracking is none, lot or serial."))
    if article.rotation not in ROTATIONS:
        wrong.append(refuse("values-refused", at="rotation", why="An item lies any way or upright."))
    if article.bears not in BEARS:
        wrong.append(refuse("values-refused", at="bears", why="An item bears anything, lighter or nothing."))
    wrong += [refuse("values-refused", at=name, why=f"A {name.replace('_', ' ')} has at most four decimals.")
              for name in ("price", "tax_rate") if too_fine(getattr(article, name))]
    names = [p.name for p in article.packs]
    if len(set(names)) != len(names):
        wrong.append(refuse("values-refused", at="packs", why="Two packs have the same name."))
    wrong += [refuse("out-of-range", at="packs", field=f"factor of {p.name}", low=2, high=MOST_UNITS, got=p.factor)
              for p in article.packs if not 2 <= p.factor <= MOST_UNITS]
    return wrong
