"""What partners tell. Names and tax numbers of parties stay out of the journal: they may be a person's."""


from datetime import date
from decimal import Decimal

from hanse.journal.events import FreeForm, event


@event("party")
class PartyAdded:
    """A party is new, in these roles; `addresses` are the codes of its addresses."""

    party: str
    roles: list[str]
    given: FreeForm
    addresses: list[str]
    contacts: int = 0

    def said(self) -> str:
        return f"{self.party} added as {', '.join(self.roles) or 'party without a role'}"


@event("party")
class PartyChanged:
    """A party changed: field: [before, after]; `addresses` are those with a new version."""

    party: str
    changes: FreeForm
    addresses: list[str]
    contacts: int = 0

    def said(self) -> str:
        parts = [f"{field.replace('_', ' ')} {was} → {now}" for field, (was, now) in self.changes.items()]
        parts += [f"new address {code}" for code in self.addresses]
        parts += [f"{self.contacts} contacts"] if self.contacts else []
        return f"{self.party} changed: " + ", ".join(parts)


@event("party", silent=True)
class PartyKept:
    """The party is as asked already."""

    party: str

    def said(self) -> str:
        return f"{self.party} is so already"


@event("party")
class OtifDefined:
    """What a customer calls on time in full, for orders placed from a day on."""

    party: str
    from_on: date
    freight: str
    date_basis: str
    early_days: int | None
    late_days: int
    clock: str
    level: str
    appointment: str
    exclusions: tuple[str, ...]
    period: str
    goal_on_time: Decimal | None
    goal_in_full: Decimal | None
    goal_otif: Decimal | None
    fine_percent: Decimal | None

    def said(self) -> str:
        freight = "" if self.freight == "any" else f", {self.freight}"
        return f"OTIF of {self.party} from {self.from_on}{freight}: by {self.level}, {window_said(self.early_days, self.late_days)} the day {DATE_SAID[self.date_basis]}, at {self.clock}"


DATE_SAID = {"requested": "requested", "promised": "promised", "current": "promised last"}
"""Which day a definition goes by, in words."""


def window_said(early_days: int | None, late_days: int) -> str:
    """The window of a definition before its day, in words: 'on', 'by', 'from 1 day before until 2 days after'."""
    if not late_days and not early_days:
        return "by" if early_days is None else "on"
    early = f"from {early_days} day{'s' * (early_days != 1)} before " if early_days else "" if early_days is None else "on or "
    return f"{early}until" + (f" {late_days} day{'s' * (late_days != 1)} after" if late_days else "")


@event("party", silent=True)
class OtifKept:
    """The customer's definition is as asked already."""

    party: str
    freight: str
    from_on: date

    def said(self) -> str:
        return f"OTIF of {self.party} from {self.from_on} is so already"
