"""A simulated carrier, for the demo, for tests and for trying out faults.

It decides by its seed and the key it is asked with, never by chance: the same key meets the same fate in every run. Each
kind of fault has its share in percent. What it sold it keeps in its books, which are those of the process.

| setting | what happens to that share of keys |
|---|---|
| `refuses` | no label |
| `refuses_voids` | a label is not taken back |
| `loses` | the first answer is lost after the label was bought |
| `repeats` | a key that comes again is sold again, under another number |
| `refuses_manifests` `refuses_pickups` | – |
| `latency_ms` | how long each answer takes |
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .port import Booked, Bought, Cancelled, Collection, Day, Manifested, No, Offer, Package, Seen, Sending, Unanswered, Voided

PRICES = {"standard": Decimal("4.20"), "express": Decimal("9.80")}
PER_KG = Decimal("0.35")
SETTINGS = ("seed", "latency_ms", "loses", "refuses", "refuses_manifests", "refuses_pickups", "refuses_voids", "repeats")


@dataclass(slots=True)
class Books:
    """What a simulated carrier sold, by key and in turn; what it took back, closed and promised to fetch."""

    sold: dict[str, Bought] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    voided: set[str] = field(default_factory=set)
    pickups: dict[str, Collection] = field(default_factory=dict)


BOOKS: dict[str, Books] = {}
"""The books of each simulated carrier, by its code."""


class SimulatedPort:
    """A carrier that exists only here."""

    def __init__(self, carrier: str, settings: Mapping[str, str]):
        self.carrier, self.settings = carrier, settings
        self.books = BOOKS.setdefault(carrier, Books())

    def rate(self, sending: Sending) -> Sequence[Offer] | No:
        """Two services, by weight."""
        self._wait()
        return [Offer(service, _price(service, sending.package), "EUR", 3 if service == "standard" else 1) for service in PRICES]

    def buy(self, sending: Sending) -> Bought | No:
        """Sell a label, once for each key unless keys are repeated."""
        self._wait()
        if self._hit("refuses", sending.key):
            return No(f"No service to {sending.receiver.postcode} {sending.receiver.city}".strip())
        known = self.books.sold.get(sending.key)
        if known is None or self._hit("repeats", sending.key):
            again = sum(n.startswith(self._number(sending.key)) for n in self.books.numbers)
            number = self._number(sending.key) + (f"-{again}" if again else "")
            bought = Bought(number, _price(sending.service, sending.package), "EUR", _label(number, sending), "ZPL", number)
            self.books.sold[sending.key] = bought
            self.books.numbers.append(number)
            if known is None and self._hit("loses", sending.key):
                raise Unanswered("the line was cut after the label was sold")
            return bought
        return known

    def void(self, key: str, reference: str) -> Voided | No:
        """Take a label back."""
        self._wait()
        if self._hit("refuses_voids", key):
            return No("The parcel was scanned already")
        self.books.voided.add(reference)
        return Voided()

    def manifest(self, day: Day) -> Manifested | No:
        """Close a day."""
        self._wait()
        return No("The day is closed already") if self._hit("refuses_manifests", day.key) else Manifested(f"{self.carrier}-{self._digits(day.key, 8)}")

    def book_pickup(self, collection: Collection) -> Booked | No:
        """Promise to come, unless it is too short before closing."""
        self._wait()
        if self._hit("refuses_pickups", collection.key):
            return No("No driver is free in this window")
        number = f"PU{self._digits(collection.key, 8)}"
        self.books.pickups[number] = collection
        self.books.pickups.pop(collection.replaces, None)
        return Booked(number)

    def cancel_pickup(self, number: str, on: date) -> Cancelled | No:
        """Not come."""
        self._wait()
        self.books.pickups.pop(number, None)
        return Cancelled()

    def track(self, numbers: Sequence[str]) -> Sequence[Seen]:
        """Nothing: what happens on its roads is told by whoever drives the demo."""
        return []

    def _wait(self) -> None:
        time.sleep(int(self.settings.get("latency_ms", "0")) / 1000)

    def _hit(self, fault: str, key: str) -> bool:
        """Whether a fault meets this key."""
        return int(self._digits(f"{fault}/{key}", 4)) % 100 < int(self.settings.get(fault, "0"))

    def _number(self, key: str) -> str:
        return f"{self.carrier}{self._digits(key, 12)}"

    def _digits(self, of: str, count: int) -> str:
        digest = hashlib.sha256(f"{self.settings.get('seed', '')}/{self.carrier}/{of}".encode()).hexdigest()
        return str(int(digest, 16))[-count:]


def _price(service: str, package: Package) -> Decimal:
    """A price to begin with and one for each kilogram begun."""
    return PRICES.get(service.lower(), PRICES["standard"]) + PER_KG * -(-package.weight_g // 1000)


def _label(number: str, sending: Sending) -> bytes:
    """A label as the carrier prints it."""
    to = sending.receiver
    lines = [to.name, to.street, f"{to.postcode} {to.city}".strip(), to.country]
    fields = [f"^FO40,{40 + 50 * n}^A0N,36^FD{''.join(c for c in line if c not in '^~')}^FS" for n, line in enumerate(lines)]
    return "\n".join(["^XA", "^CI28", *fields, f"^FO40,400^BY3^BCN,200^FD{number}^FS", "^XZ", ""]).encode()
