"""Questions about partners: one party with its addresses and people, and parties by code."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows


@dataclass(frozen=True, slots=True)
class AddressView:
    """The latest version of an address under its code; `home` says whether people live there, if somebody said."""

    code: str
    version: int
    name: str
    street: str
    postcode: str
    city: str
    region: str
    country: str
    zone: str
    gln: str
    latitude: Decimal | None
    longitude: Decimal | None
    home: bool | None
    since: datetime


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person at a party; `may_receive` says that they may sign for goods."""

    name: str
    email: str
    phone: str
    may_receive: bool


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party with its roles and terms."""

    code: str
    name: str
    roles: list[str]
    currency: str
    tax_id: str
    gln: str | None
    ship_rule: str
    invoice_rule: str
    backorder_rule: str
    consent_days: int | None
    payment_days: int
    credit_limit: Decimal | None
    priority: int
    min_life_days: int
    carton_rule: str
    carton_max_g: int
    carton_max_mm: int
    max_lots: int | None
    pack_scan: str
    over_percent: int
    under_percent: int
    bills_over: bool
    screened: bool
    receives_on: list[int]
    active: bool


@dataclass(frozen=True, slots=True)
class PartyView(PartyRow):
    """A party with its addresses, as they stand, and its people."""

    addresses: list[AddressView]
    contacts: list[ContactView]


PARTIES = """
SELECT p.code, p.name, array_to_json(p.roles)::text, p.currency, p.tax_id, p.gln, p.ship_rule, p.invoice_rule, p.backorder_rule, p.consent_days, p.payment_days,
       p.credit_limit, p.priority, p.min_life_days, p.carton_rule, p.carton_max_g, p.carton_max_mm, p.max_lots, p.pack_scan,
       p.over_percent, p.under_percent, p.bills_over, p.screened, p.receives_on, p.active
  FROM partners_party p
"""
ADDRESSES = """
SELECT DISTINCT ON (a.code) a.code, a.version, a.name, a.street, a.postcode, a.city, a.region, a.country, a.zone, a.gln, a.latitude,
       a.longitude, a.home, a.since
  FROM partners_address a JOIN partners_party p ON p.id = a.party_id
 WHERE p.code = %(code)s AND a.code <> '' ORDER BY a.code, a.version DESC
"""
CONTACTS = """
SELECT c.name, c.email, c.phone, c.may_receive FROM partners_contact c JOIN partners_party p ON p.id = c.party_id
 WHERE p.code = %(code)s ORDER BY c.name
"""


def party(code: str) -> PartyView | None:
    """One party, if there is one, with its named addresses (those brought along by orders are left out)."""
    found = rows(lambda code, name, roles, *terms: (code, name, json.loads(roles), *terms), PARTIES + " WHERE p.code = %(code)s", code=code)
    if not found:
        return None
    return PartyView(*(*found[0], rows(AddressView, ADDRESSES, code=code), rows(ContactView, CONTACTS, code=code)))


def parties(limit: int, after: str = "", q: str = "", role: str = "", backwards: bool = False) -> list[PartyRow]:
    """Parties by code behind `after`; with `q` those whose code begins with it or whose name has it, with `role` those in it.

    Backwards it gives those before `after`, nearest first.
    """
    plain = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    beyond, order = ("<", "p.code DESC") if backwards else (">", "p.code")
    sql = f"""{PARTIES} WHERE p.code {beyond} %(after)s AND (%(q)s = '' OR p.code ILIKE %(begins)s OR p.name ILIKE %(has)s)
               AND (%(role)s = '' OR %(role)s = ANY(p.roles)) ORDER BY {order} LIMIT %(limit)s"""
    return rows(_row, sql, after=after, limit=limit, q=q, begins=f"{plain}%", has=f"%{plain}%", role=role)


def _row(code: str, name: str, roles: str, *terms: Any) -> PartyRow:
    return PartyRow(code, name, json.loads(roles), *terms)


@dataclass(frozen=True, slots=True)
class OtifView:
    """What a customer calls on time in full, for orders placed from `from_on` until `until_on` (not included; none: until further notice)."""

    customer: str
    freight: str
    from_on: date
    until_on: date | None
    date_basis: str
    early_days: int | None
    late_days: int
    clock: str
    level: str
    appointment: str
    exclusions: list[str]
    period: str
    goal_on_time: Decimal | None
    goal_in_full: Decimal | None
    goal_otif: Decimal | None
    fine_percent: Decimal | None


OTIF = """
SELECT p.code, d.freight, d.from_on, lead(d.from_on) OVER (PARTITION BY d.party_id, d.freight ORDER BY d.from_on), d.date_basis, d.early_days, d.late_days, d.clock, d.level,
       d.appointment, d.exclusions, d.period, d.goal_on_time, d.goal_in_full, d.goal_otif, d.fine_percent
  FROM partners_otifdefinition d JOIN partners_party p ON p.id = d.party_id WHERE %(customer)s = '' OR p.code = %(customer)s ORDER BY p.code, d.freight, d.from_on
"""


def otif_definitions(customer: str = "") -> list[OtifView]:
    """The definitions of a customer, or of all who have one, in the order of their days."""
    return rows(OtifView, OTIF, customer=customer)
