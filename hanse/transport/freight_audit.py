"""Freight audit: what a carrier bills for each parcel against what was expected, all findings at once. Pure.

Expected is the charge of the service that the carton was chosen for, line by line; where none was chosen, the cost of its lane for the
whole parcel. What is more than expected, beyond the tolerance that is agreed, is disputed; the rest is approved. Money that comes back is
approved as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

FINDINGS: Mapping[str, str] = {
    "not-ours": "not our parcel", "not-shipped": "not shipped", "billed-twice": "billed twice", "weight-above": "weight above ours", "rate-differs": "rate differs",
    "not-agreed": "surcharge not agreed", "not-a-home": "not a home", "address-correction": "address correction", "currency-differs": "another currency", "no-rate": "no rate to compare", "billed-less": "billed less",
}
"""What an audit may find, in words."""
FREIGHT, CORRECTION, CREDIT = "freight", "address-correction", "claims-credit"
HARMLESS = frozenset({"billed-less"})
"""A finding that is in our favour."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the carrier bills it."""

    tracking: str
    kind: str
    amount: Decimal
    billed_g: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What we know of a parcel: whether it left us, the weight it should be billed by, its expected charges by kind, and whether it went to a home.

    By its lane there is one amount for all of it, under no kind. `for_homes` are the surcharges that its service has for homes alone.
    """

    id: int | None
    left: bool
    our_g: int | None = None
    currency: str = ""
    expected: Mapping[str, Decimal] | None = None
    basis: str = ""
    home: bool | None = None
    for_homes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Before:
    """What was billed for a parcel on an earlier invoice, less what was recovered of it, and what of it is owed."""

    tracking: str
    kind: str
    amount: Decimal
    owed: Decimal
    invoice: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Terms:
    """Within which difference a bill is approved, percent of what was expected or an amount, whichever is more; and for how long it may be disputed."""

    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    dispute_days: int = 180

    def allows(self, expected: Decimal) -> Decimal:
        return max(self.amount, expected * self.percent / 100)


@dataclass(frozen=True, slots=True)
class Audited:
    """A line as audited: its parcel, what was expected, what of it is approved and what disputed, and why."""

    line: Line
    parcel: int | None
    our_g: int | None
    expected: Decimal | None
    basis: str
    approved: Decimal
    disputed: Decimal
    findings: tuple[str, ...]
    why: str

    @property
    def right(self) -> bool:
        """Whether it was billed as expected."""
        return not self.disputed and not self.findings


NOTHING = Decimal(0)


def audit(lines: Sequence[Line], currency: str, sent: Mapping[str, Sent], before: Sequence[Before], terms: Terms) -> list[Audited]:
    """Audit the lines of an invoice, each beside those above it and those of earlier invoices."""
    seen: dict[tuple[str, str], str] = {}
    used: dict[tuple[str, str], Decimal] = {}
    for b in before:
        if b.amount > 0:
            seen.setdefault((b.tracking, b.kind), f"on invoice {b.invoice} of {b.issued_on}")
            _use(used, sent.get(b.tracking), b.tracking, b.kind, b.owed)
    found = []
    for n, line in enumerate(lines, 1):
        it = _audited(line, currency, sent.get(line.tracking), seen, used, terms)
        if line.amount > 0:
            seen.setdefault((line.tracking, line.kind), f"on line {n} of this invoice")
            _use(used, sent.get(line.tracking), line.tracking, line.kind, it.approved)
        found.append(it)
    return found


def _use(used: dict[tuple[str, str], Decimal], sent: Sent | None, tracking: str, kind: str, amount: Decimal) -> None:
    at = (tracking, "" if sent and sent.basis == "lane" else kind)
    used[at] = used.get(at, NOTHING) + amount


def _audited(line: Line, currency: str, it: Sent | None, seen: Mapping[tuple[str, str], str], used: Mapping[tuple[str, str], Decimal], terms: Terms) -> Audited:
    parcel, our_g = (it.id, it.our_g) if it else (None, None)
    if line.amount <= 0:
        return Audited(line, parcel, our_g, None, "", line.amount, NOTHING, (), "")
    heavier = bool(it and it.our_g is not None and line.billed_g is not None and line.billed_g > it.our_g)
    if whole := _whole(line, currency, it, seen):
        return Audited(line, parcel, our_g, None, it.basis if it else "", NOTHING, line.amount, tuple(code for code, _ in whole), " ".join(why for _, why in whole))
    kind = "" if it and it.basis == "lane" else line.kind
    full = (it.expected or {}).get(kind, NOTHING) if it else NOTHING
    left = max(NOTHING, full - used.get((line.tracking, kind), NOTHING))
    more = line.amount - left
    weights = f"Billed by {line.billed_g:,} g, ours is {it.our_g:,} g." if it and heavier else ""
    basis = it.basis if it else ""
    if more > terms.allows(full):
        why = f"{_said(left)} {currency} expected{_by(basis)}, {_said(line.amount)} billed. {weights}".strip()
        return Audited(line, parcel, our_g, left, basis, left, more, ("weight-above" if heavier else "rate-differs",), why)
    less = more < 0 and basis == "choice" and -more > terms.allows(full)
    findings = tuple(code for code, so in (("weight-above", heavier), ("billed-less", less)) if so)
    return Audited(line, parcel, our_g, left if basis == "choice" or more > 0 else line.amount, basis, line.amount, NOTHING, findings, weights)


def _whole(line: Line, currency: str, it: Sent | None, seen: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """The findings for which nothing of a line is owed, each with its sentence."""
    found = []
    if it is None:
        found.append(("not-ours", f"{line.tracking} is no parcel that we sent with this carrier."))
    elif not it.left:
        found.append(("not-shipped", f"{line.tracking} never left us."))
    if (line.tracking, line.kind) in seen:
        found.append(("billed-twice", f"Billed before, {seen[line.tracking, line.kind]}."))
    if it is None or not it.left:
        return found
    if it.expected is None:
        found.append(("no-rate", "No service was chosen for it, and its lane has no cost with this carrier."))
    elif it.currency != currency:
        found.append(("currency-differs", f"Agreed in {it.currency}, billed in {currency}."))
    if line.kind == CORRECTION and CORRECTION not in (it.expected or {}):
        found.append(("address-correction", "The carrier says that the address was wrong: let it show which."))
    elif line.kind in it.for_homes and not it.home:
        none = "nobody has said that it went to one" if it.home is None else "it went to none"
        found.append(("not-a-home", f"{line.kind.replace('-', ' ').capitalize()} is for homes, and {none}."))
    elif it.basis == "choice" and line.kind not in (it.expected or {}):
        found.append(("not-agreed", f"{line.kind.replace('-', ' ').capitalize()} was not expected with this service."))
    return found


def _by(basis: str) -> str:
    return {"choice": " by the service that was chosen", "lane": " by the cost of its lane"}.get(basis, "")


def _said(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount % Decimal("0.01") else f"{amount:.2f}"
