"""Paper: a carton as its label and packing slip show it, with the address version it was labelled with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Item:
    """Units of a line in a carton, beside what was ordered of it and what is still to come."""

    position: int
    sku: str
    gtin: str
    name: str
    lot: str
    serials: list[str]
    quantity: int
    ordered: int
    outstanding: int
    stock_unit: str = "piece"
    kit: int | None = None
    kit_sku: str = ""
    kit_name: str = ""
    kits: int | None = None
    instead_of: str = ""
    over_of: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A carton as its papers show it."""

    sscc: str
    order: str
    ref: str
    from_name: str
    from_street: str
    from_city: str
    from_country: str
    to_name: str
    to_street: str
    to_postcode: str
    to_city: str
    to_country: str
    receiver: str
    packed_at: datetime
    weight_g: int | None
    promised_on: date | None
    count: int
    of: int
    items: list[dict]
    scale_g: int | None = None

    @property
    def contents(self) -> list[Item]:
        """What is in the carton, line by line."""
        return [Item(**item) for item in self.items]


def together(papers: Sequence[Paper]) -> Paper:
    """A carton and those that lie in it as the outer label shows them: all orders and references, all items, the weight of all. Pure."""
    first = papers[0]
    if len(papers) == 1:
        return first
    refs = list(dict.fromkeys(p.ref for p in papers))
    return replace(
        first, order=", ".join(dict.fromkeys(p.order for p in papers)), ref=refs[0] if len(refs) == 1 else ", ".join(ref or "–" for ref in refs),
        weight_g=_sum([p.weight_g for p in papers]), scale_g=_sum([p.scale_g for p in papers]), items=[item for p in papers for item in p.items])


def _sum(weights: Sequence[int | None]) -> int | None:
    """The weight of all, where each is known."""
    return None if None in weights else sum(w or 0 for w in weights)
