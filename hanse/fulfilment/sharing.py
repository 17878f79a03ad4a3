"""Sharing: what may lie in one carton. Pure, and the same rules that cartons are proposed by (`cartonisation`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of a line, as far as it decides what may share a carton with them."""

    line: int
    sku: str
    ships_alone: bool = False
    goods_class: str = ""
    hazard_class: str = ""
    temperature_class: str = ""


def kept_apart(goods: Sequence[Goods], carton_rule: str) -> Iterator[str]:
    """Why these do not share a carton: what ships alone, two classes of goods, hazard or temperature, or the customer's carton rule."""
    yield from (f"{sku} ships alone" for sku in dict.fromkeys(g.sku for g in goods if g.ships_alone))
    yield from _several("goods classes", {g.goods_class for g in goods} - {""})
    yield from _several("hazard classes", {g.hazard_class for g in goods} - {""})
    yield from _several("temperature classes", {g.temperature_class or "ambient" for g in goods})
    if carton_rule == "one-sku":
        yield from _several("SKUs", {g.sku for g in goods}, "the customer takes one SKU in a carton")
    if carton_rule == "one-line" and len({g.line for g in goods}) > 1:
        yield "the customer takes one order line in a carton"


def _several(what: str, found: set[str], why: str = "") -> Iterator[str]:
    if len(found) > 1:
        named = " and ".join(sorted(found))
        yield f"{why}, not {named}" if why else f"{what} {named} are kept apart"
