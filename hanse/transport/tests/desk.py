"""Labels as tests need them: a carrier that exists only here, and a carton that has its label."""

from typing import Any

from hanse.fulfilment.tests.floor import packed
from hanse.transport.calling import call_carriers
from hanse.transport.connect_carriers import AccountField, ConnectCarrier, connect_carriers
from hanse.transport.events import LabelWanted
from hanse.transport.models import Label
from hanse.transport.ports.simulated import BOOKS, Books
from hanse.transport.want_labels import WantLabel, want_labels

from .road import carriers


def simulated(carrier: str = "UPS", **faults: int) -> Books:
    """Connect a simulated carrier with these faults in percent; its books, empty."""
    carriers()
    [told] = connect_carriers([ConnectCarrier(carrier, "simulated", account=tuple(AccountField(k, str(v)) for k, v in faults.items()))], by="ann")
    assert told.carrier == carrier, told
    BOOKS.pop(carrier, None)
    return BOOKS.setdefault(carrier, Books())


def a_carton(given: Any, quantity: int = 5) -> str:
    """An order's only carton, packed at HAM."""
    given.customer(), given.stocked(given.item(), given.site(), quantity)
    return packed(given.order(("BRG-6204", quantity))).carton


def wanted(carton: str, carrier: str = "UPS", service: str = "standard") -> int:
    """The label of a carton, wanted."""
    [told] = want_labels([WantLabel(carton, carrier, service)], by="ann")
    assert isinstance(told, LabelWanted), told
    return told.label


def bought(carton: str, carrier: str = "UPS", service: str = "standard") -> Label:
    """The label of a carton, wanted and bought."""
    label = wanted(carton, carrier, service)
    call_carriers()
    return Label.objects.get(pk=label)
