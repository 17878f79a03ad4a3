"""On the shelf: what becomes of units on a supplier's shelf. The set functions behind his despatch advices and refusals.

The shelf knows no lots: they, and serials, are known once he named them. Orders are locked by the caller.
"""

from collections.abc import Sequence
from datetime import date, datetime

from hanse.journal.run import Run
from hanse.kernel.rows import row

from .ledger import Account, Movement, Place, places, post
from .receive import LOTS, NEW_UNITS


@row
class Despatched:
    """Units of an item that went from a supplier's shelf into an account of his site, with the lot and serial that he named."""

    item: int
    site: int
    shelf: int
    into: int
    quantity: int
    document: str
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    at: datetime | None = None


@row
class NotThere:
    """Ordered units of an item that a supplier does not have."""

    item: int
    site: int
    shelf: int
    quantity: int
    document: str
    reason: str


def despatched(run: Run, units: Sequence[Despatched], act: str) -> None:
    """Take ordered units off the shelf, and what he named for them into their cartons."""
    suppliers = _suppliers(run, [u.site for u in units])
    lots = [u for u in units if u.lot]
    if lots:
        run.write(LOTS, lots, made_on=[None] * len(lots))
    named = [u for u in units if u.serial]
    run.write(NEW_UNITS, named, source=[suppliers[u.site].id for u in named])
    post(run, [_off(u.item, u.site, u.shelf, u.quantity, suppliers[u.site], act, u.document, "", u.at) for u in units])
    post(run, [
        Movement(u.item, suppliers[u.site], Account(u.into, "carton", u.site), u.quantity, act, u.document, "", u.lot, u.serial, at=u.at) for u in units])


def not_there(run: Run, units: Sequence[NotThere], act: str) -> None:
    """Take ordered units off the shelf that the supplier does not have."""
    suppliers = _suppliers(run, [u.site for u in units])
    post(run, [_off(u.item, u.site, u.shelf, u.quantity, suppliers[u.site], act, u.document, u.reason, None) for u in units])


def _suppliers(run: Run, sites: Sequence[int]) -> dict[int, Account]:
    found = places(run, [Place("supplier", site) for site in sorted(set(sites))])
    return {place.site: Account(id, "supplier", place.site) for place, id in found.items()}


def _off(item: int, site: int, shelf: int, n: int, supplier: Account, act: str, document: str, reason: str, at: datetime | None) -> Movement:
    """From the shelf back to the supplier; the claim of his order and the reservation are used up."""
    return Movement(item, Account(shelf, "bin", site), supplier, n, act, document, reason, claimed=n, reserved=n, at=at)
