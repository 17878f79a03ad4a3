"""Faster: the services that bring what has to leave a site there in fewer days than its lane, what they charge more than it costs, and what a second parcel would."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from hanse.network.offers import OFFERS, Destination, Offer, asked, offer
from hanse.network.rating import Charge, Load, charges

from .foreseeing import Faster, Sold
from .lessening import Parcel
from .outlook import Asks, AtSite, Outlook

Commitment = tuple[int, date | None]


def sold_of(ask: Asks, found: Sequence[Outlook], today: date) -> dict[Commitment, Sold]:
    """What is sold for commitments of which something has to leave a site yet."""
    to = list(dict.fromkeys(_to(at, today) for it in found for at in it.at_sites))
    offers: dict[Destination, list[Offer]] = defaultdict(list)
    for o in ask(offer, OFFERS, **asked(to)) if to else []:
        offers[to[o.n]].append(o)
    return {(it.open.order, it.open.due_on): _sold(it, offers, today) for it in found if it.at_sites}


def _sold(it: Outlook, offers: Mapping[Destination, Sequence[Offer]], today: date) -> Sold:
    faster = [service for at in it.at_sites for service in of_site(at, offers.get(_to(at, today), ()))]
    return Sold(faster, later_of(it, offers.get(_to(it.at_sites[0], today), ())))


def _to(at: AtSite, today: date) -> Destination:
    return Destination(at.site, at.to, at.to_region, at.postcode, today)


def of_site(at: AtSite, sold: Sequence[Offer]) -> list[Faster]:
    """The services that are faster than the lane of a site, with what they charge more for all that has to leave."""
    goods = Load(max(at.weight_g, 1), at.volume_mm3, at.longest_mm)
    charged = [(it, it.days, _charged(it, at, goods)) for it in sold if it.days is not None and it.days < at.days and at.currency in (None, it.tariff.currency)]
    return [
        Faster(at.site, it.carrier, it.name or it.service, days, max(Decimal(0), total - (at.cost or 0)), it.tariff.currency)
        for it, days, total in charged if total is not None]


def later_of(it: Outlook, sold: Sequence[Offer]) -> Parcel | None:
    """What a parcel with the units that come later is charged: the least by the rates, else what the lane costs."""
    at, o = it.at_sites[0], it.open
    if not o.waits:
        return None
    goods = Load(max(o.later_g, 1), o.later_mm3, o.later_longest_mm)
    charged = [
        (total, offer.tariff.currency) for offer in sold if at.currency in (None, offer.tariff.currency) and (total := _charged(offer, at, goods)) is not None]
    if charged:
        return Parcel(*min(charged))
    return Parcel(at.cost, at.currency) if at.cost is not None and at.currency else None


def _charged(it: Offer, at: AtSite, goods: Load) -> Decimal | None:
    """What as few parcels as may be are charged; nothing where the service does not take them."""
    told = charges(it.tariff, goods.parcels(it.tariff), at.to, at.postcode, at.home)
    return sum((c.total for c in told if isinstance(c, Charge)), Decimal(0)) if told and isinstance(told[0], Charge) else None
