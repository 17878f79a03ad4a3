"""Paper: a carton as its label and packing slip show it, with the address version it was labelled with."""

from dataclasses import dataclass
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
