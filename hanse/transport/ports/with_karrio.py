"""Real carriers, by karrio's connectors (the extra `carriers`). It is loaded when a carrier is called, not before.

karrio says no in messages rather than by raising; what it raises, and what has neither result nor message, is no answer.
A carrier whose answer to a purchase names no price is asked for its rates first, and the price is the one it quoted.
"""

import base64
import binascii
import concurrent.futures
import importlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .port import Booked, Bought, Cancelled, Collection, Day, Manifested, No, Offer, Package, Place, Seen, Sending, Unanswered, Voided

TOTAL = 45.0
"""So many seconds a carrier has for an answer: its connectors wait without end."""
UNREADABLE = "SHIPPING_SDK_INTERNAL_ERROR"
"""karrio's own word for an answer that it could not read."""
_callers = concurrent.futures.ThreadPoolExecutor(4, thread_name_prefix="karrio")
MISSING = "The extra for carriers is not installed. Install it with: pip install 'hanse[carriers]'"


class NotInstalled(Exception):
    """The connector that a carrier is called by is not installed; the sentence says how to get it."""


class KarrioPort:
    """A carrier as karrio knows it. `server` is another address than the carrier's own."""

    def __init__(self, connector: str, account: Mapping[str, str], server: str = ""):
        self.sdk, self.models = _loaded(connector)
        self.gateway = self.sdk.gateway[connector].create(dict(account))
        if server:
            settings = type(self.gateway.settings)
            self.gateway.settings.__class__ = type(settings.__name__, (settings,), {"server_url": server})

    def rate(self, sending: Sending) -> Sequence[Offer] | No:
        """What the carrier's services cost for this carton."""
        request = self.models.RateRequest(
            shipper=self._address(sending.sender), recipient=self._address(sending.receiver), parcels=[self._parcel(sending.package)], reference=sending.order)
        found, messages = self._asked(lambda: self.sdk.Rating.fetch(request).from_(self.gateway).parse())
        if not found:
            return _no(messages)
        return [Offer(r.service, Decimal(str(r.total_charge)), r.currency or "EUR", r.transit_days) for r in found]

    def buy(self, sending: Sending) -> Bought | No:
        """Buy a label. The key goes along as the carrier's reference."""
        offers = self.rate(sending)
        if isinstance(offers, No):
            return offers
        offer = next((o for o in offers if o.service == sending.service), None)
        if offer is None:
            return No(f"{sending.service} does not go there. The carrier offers {', '.join(o.service for o in offers)}")
        request = self.models.ShipmentRequest(
            service=sending.service, shipper=self._address(sending.sender), recipient=self._address(sending.receiver),
            parcels=[self._parcel(sending.package)], reference=sending.key, order_id=sending.order, label_type="PDF")
        found, messages = self._asked(lambda: self.sdk.Shipment.create(request).from_(self.gateway).parse())
        if not found:
            return _no(messages)
        rate = found.selected_rate
        amount, currency = (Decimal(str(rate.total_charge)), rate.currency) if rate else (offer.amount, offer.currency)
        return Bought(found.tracking_number, amount, currency or offer.currency, _bytes(found.docs.label), found.label_type or "PDF", found.shipment_identifier or found.tracking_number)

    def void(self, key: str, reference: str) -> Voided | No:
        """Give a label back."""
        request = self.models.ShipmentCancelRequest(shipment_identifier=reference)
        found, messages = self._asked(lambda: self.sdk.Shipment.cancel(request).from_(self.gateway).parse())
        return Voided() if found and found.success else _no(messages)

    def manifest(self, day: Day) -> Manifested | No:
        """Close a day, where the carrier knows such a thing."""
        if "create_manifest" not in self.gateway.proxy_methods:
            return Manifested()
        request = self.models.ManifestRequest(shipment_identifiers=list(day.references), address=self._address(day.site), reference=day.key)
        found, messages = self._asked(lambda: self.sdk.Manifest.create(request).from_(self.gateway).parse())
        if not found:
            return _no(messages)
        return Manifested((found.meta or {}).get("manifest_number") or found.id or "", _bytes(found.doc.manifest) if found.doc else b"")

    def book_pickup(self, collection: Collection) -> Booked | No:
        """Have parcels fetched, or change when."""
        given = {
            "pickup_date": collection.on.isoformat(), "ready_time": f"{collection.ready_by:%H:%M}", "closing_time": f"{collection.closes_at:%H:%M}",
            "address": self._address(collection.site), "parcels": [self.models.Parcel(weight=max(collection.weight_g, 1000) / 1000, weight_unit="KG")],
            "instruction": collection.instructions or None,
        }
        request = self.models.PickupRequest(**given)
        found, messages = self._asked(lambda: self.sdk.Pickup.schedule(request).from_(self.gateway).parse())
        if not found:
            return _no(messages)
        if collection.replaces:
            self.cancel_pickup(collection.replaces, collection.on)
        return Booked(found.confirmation_number)

    def cancel_pickup(self, number: str, on: date) -> Cancelled | No:
        """Have them not fetched."""
        request = self.models.PickupCancelRequest(confirmation_number=number, pickup_date=on.isoformat())
        found, messages = self._asked(lambda: self.sdk.Pickup.cancel(request).from_(self.gateway).parse())
        return Cancelled() if found and found.success else _no(messages)

    def track(self, numbers: Sequence[str]) -> Sequence[Seen]:
        """All that the carrier tells of these parcels."""
        request = self.models.TrackingRequest(tracking_numbers=list(numbers))
        found, _ = self._asked(lambda: self.sdk.Tracking.fetch(request).from_(self.gateway).parse())
        return [
            Seen(parcel.tracking_number, event.code or event.description or "unknown", _instant(event), event.description or "", event.location or "")
            for parcel in found or () for event in parcel.events or ()
        ]

    @staticmethod
    def _asked(ask: Callable[[], tuple[Any, Sequence[Any]]]) -> tuple[Any, Sequence[Any]]:
        """What karrio answers, if it does so in time. Whatever it raises is no answer: what became of the request is not known."""
        calling = _callers.submit(ask)
        try:
            return calling.result(TOTAL)
        except TimeoutError as late:
            raise Unanswered(f"no answer within {TOTAL:.0f} seconds") from late
        except Exception as trouble:
            raise Unanswered(f"{type(trouble).__name__}: {trouble}"[:300]) from trouble

    def _address(self, place: Place) -> Any:
        return self.models.Address(
            company_name=place.name, person_name=place.receiver or place.name, address_line1=place.street, postal_code=place.postcode,
            city=place.city, country_code=place.country, state_code=place.region or None, residential=place.home)

    def _parcel(self, package: Package) -> Any:
        sides = {name: mm / 10 for name, mm in (("length", package.length_mm), ("width", package.width_mm), ("height", package.height_mm)) if mm}
        return self.models.Parcel(
            weight=package.weight_g / 1000, weight_unit="KG", dimension_unit="CM", reference_number=package.carton, packaging_type="your_packaging", **sides)


def _loaded(connector: str) -> tuple[Any, Any]:
    """karrio and its models, quiet; refused in words where they are not installed."""
    try:
        sdk, models = importlib.import_module("karrio.sdk"), importlib.import_module("karrio.core.models")
        importlib.import_module(f"karrio.mappers.{connector}")
    except ImportError as missing:
        raise NotInstalled(f"{MISSING} karrio-{connector.replace('_', '-')}" if "karrio.mappers" in str(missing) else MISSING) from missing
    importlib.import_module("loguru").logger.disable("karrio")
    logging.getLogger("karrio").setLevel(logging.ERROR)
    return sdk, models


def _no(messages: Sequence[Any]) -> No:
    """The carrier's no in its words; one without a word is no answer."""
    if any(m.code == UNREADABLE for m in messages or ()):
        raise Unanswered("; ".join(str(m.message) for m in messages)[:300])
    said = [f"{m.message} ({m.code})" if m.code else str(m.message) for m in messages or () if m.message or m.code]
    if not said:
        raise Unanswered("the carrier answered neither yes nor no")
    return No("; ".join(said)[:500])


def _bytes(text: str | None) -> bytes:
    """A document out of base64."""
    try:
        return base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError) as broken:
        raise Unanswered("the carrier's document cannot be read") from broken


def _instant(event: Any) -> datetime:
    """When an event was, on the clock of its place: karrio writes that with a Z, as if it were UTC."""
    told = event.timestamp or f"{event.date} {event.time or '00:00'}"
    return datetime.fromisoformat(told.replace("Z", "")).replace(tzinfo=None)
