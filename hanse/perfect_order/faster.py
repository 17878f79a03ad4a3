"""Faster: the services that bring what has to leave a site there in fewer days than its lane, and what they charge more than it costs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hanse.network.offers import OFFERS, Destination, Offer, asked, offer
from hanse.network.rating import Charge, Load, charges

from .foreseeing import Faster
from .outlook import Asks, AtSite, Outlook

Commitment = tuple[int, date | None]


def faster_of(ask: Asks, found: Sequence[Outlook], today: date) -> dict[Commitment, list[Faster]]:
    """The faster services of commitments of which something has to leave a site yet."""
    at_sites = [(it, at) for it in found for at in it.at_sites]
    to = list(dict.fromkeys(_to(at, today) for _, at in at_sites))
    sold: dict[Destination, list[Offer]] = defaultdict(list)
    for it in ask(offer, OFFERS, **asked(to)) if to else []:
        sold[to[it.n]].append(it)
    faster: dict[Commitment, list[Faster]] = defaultdict(list)
    for outlook, at in at_sites:
        faster[outlook.open.order, outlook.open.due_on] += of_site(at, sold[_to(at, today)])
    return faster


def _to(at: AtSite, today: date) -> Destination:
    return Destination(at.site, at.to, at.to_region, at.postcode, today)


def of_site(at: AtSite, sold: Sequence[Offer]) -> list[Faster]:
    """The services that are faster than the lane of a site, with what they charge more for all that has to leave."""
    charged = [(it, it.days, _charged(it, at)) for it in sold if it.days is not None and it.days < at.days and at.currency in (None, it.tariff.currency)]
    return [
        Faster(at.site, it.carrier, it.name or it.service, days, max(Decimal(0), total - (at.cost or 0)), it.tariff.currency)
        for it, days, total in charged if total is not None]


def _charged(it: Offer, at: AtSite) -> Decimal | None:
    """What as few parcels as may be are charged; nothing where the service does not take them."""
    pieces = Load(max(at.weight_g, 1), at.volume_mm3, at.longest_mm).parcels(it.tariff)
    told = charges(it.tariff, pieces, at.to, at.postcode, at.home)
    return sum((c.total for c in told if isinstance(c, Charge)), Decimal(0)) if told and isinstance(told[0], Charge) else None
