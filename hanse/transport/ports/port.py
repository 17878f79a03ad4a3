"""The port: what any carrier can be asked for. Plain values in and out; a carrier's own words stay inside its adapter.

A carrier's no is an answer (`No`). No answer at all is `Unanswered`: nobody knows whether the carrier did it, so it is
asked again with the same key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol


class Unanswered(Exception):
    """The carrier gave no answer that can be read. Whether it did what was asked is not known."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parcel comes from or goes to; `home` says whether people live there, if somebody has said."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    region: str = ""
    receiver: str = ""
    home: bool | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """One carton: its SSCC, grams and millimetres outside. Sides are zero where nobody knows them."""

    carton: str
    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """A carton that a label is wanted for. A key is asked for as often as it takes and bought once."""

    key: str
    service: str
    site: str
    sender: Place
    receiver: Place
    package: Package
    order: str
    on: date


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service would cost."""

    service: str
    amount: Decimal
    currency: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """A label that was bought; `reference` is the carrier's own name for it, by which it is voided."""

    tracking: str
    amount: Decimal
    currency: str
    document: bytes = field(repr=False)
    format: str = "PDF"
    reference: str = ""


@dataclass(frozen=True, slots=True)
class No:
    """The carrier said no, in its words."""

    why: str


@dataclass(frozen=True, slots=True)
class Voided:
    """The carrier took a label back and does not charge it."""


@dataclass(frozen=True, slots=True)
class Day:
    """A site's labels of one carrier, to be closed at the end of the day."""

    key: str
    site: Place
    references: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Manifested:
    """A day is closed. A carrier that knows no manifests gives no number and no document."""

    number: str = ""
    document: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Collection:
    """A wish to be fetched: ready from, closed at, in the site's own time. One that `replaces` another is a change of it."""

    key: str
    site: Place
    on: date
    ready_by: time
    closes_at: time
    parcels: int
    weight_g: int
    instructions: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """The carrier comes; its number of the pickup."""

    number: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The carrier does not come."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing a carrier tells of a parcel. Without an offset its time is that of the place."""

    tracking: str
    code: str
    at: datetime
    text: str = ""
    place: str = ""


class Port(Protocol):
    """What a carrier can be asked for."""

    def rate(self, sending: Sending) -> Sequence[Offer] | No:
        """What each service would cost."""

    def buy(self, sending: Sending) -> Bought | No:
        """Buy a label; the same key is bought once."""

    def void(self, key: str, reference: str) -> Voided | No:
        """Give a label back."""

    def manifest(self, day: Day) -> Manifested | No:
        """Close a day."""

    def book_pickup(self, collection: Collection) -> Booked | No:
        """Have parcels fetched, or change when."""

    def cancel_pickup(self, number: str, on: date) -> Cancelled | No:
        """Have them not fetched."""

    def track(self, numbers: Sequence[str]) -> Sequence[Seen]:
        """All that the carrier tells of these parcels."""
