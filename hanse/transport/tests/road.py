"""The road as tests need it: an order handed over to a carrier as one parcel."""

from typing import Any

from hanse.fulfilment.tests.floor import packed
from hanse.transport.code_tables import CARRIERS, codes_of
from hanse.transport.events import ParcelHandedOver
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier, keep_carriers


def carriers() -> None:
    """The carriers that come with hanse (also where an earlier test emptied the tables)."""
    keep_carriers([KeepCarrier(code, name, scac, url, tuple(CodeEntry(c, s) for c, s in codes_of(code).items())) for code, (name, scac, url) in CARRIERS.items()], by="ann")  # type: ignore[arg-type]


def on_its_way(given: Any, carrier: str = "UPS", tracking: str | None = "1Z-7", quantity: int = 5) -> ParcelHandedOver:
    """An order of a customer, released, picked, packed and handed over."""
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), quantity)
    carton = packed(given.order(("BRG-6204", quantity)))
    [told] = hand_over([HandOver(carton.carton, carrier, tracking=tracking)], by="ann")
    assert isinstance(told, ParcelHandedOver), told
    return told
