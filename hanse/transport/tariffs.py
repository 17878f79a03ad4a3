"""Tariffs: what a carrier that bills by our rate table charges for a carton, by the rates in force at its site that day."""

from hanse.journal.asking import rows
from hanse.network.offers import OFFERS, Destination, asked
from hanse.network.offers import offer as offered
from hanse.network.rating import Charge, Piece, charges

from .ports.port import No, Offer, Sending


def offer(carrier: str, sending: Sending) -> Offer | No:
    """What the service charges for this carton, or why it does not take it."""
    to, package = sending.receiver, sending.package
    sold = rows(offered, OFFERS, **asked([Destination(sending.site, to.country, to.region, to.postcode, sending.on)]))
    found = next((o for o in sold if o.carrier == carrier and o.service == sending.service), None)
    if found is None:
        return No(f"{carrier} sells no service {sending.service}. Keep it with its rates first")
    sides = (package.length_mm, package.width_mm, package.height_mm)
    priced = charges(found.tariff, [Piece(package.weight_g, sides if all(sides) else None)], to.country, to.postcode, to.home)
    for charge in priced:
        if isinstance(charge, Charge):
            return Offer(sending.service, charge.total, found.tariff.currency, found.days)
    return No(f"{carrier} {sending.service} does not take it: {', '.join(map(str, priced))}")
