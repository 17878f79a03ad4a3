"""Keep parties: add those that are new, change those that are known, with their addresses and people.

A party is known by its code. What an ask leaves unsaid stays as it is. An address that differs from the latest
under its code becomes a new version; orders keep the version they were placed with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel import gs1
from hanse.kernel.asks import Code, Currency, Money, Name, Short, ask
from hanse.kernel.money import is_currency, too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .addresses import AddressGiven, GivenAddress, address_of, keep_addresses, settled, wrong_address
from .events import PartyAdded, PartyChanged, PartyKept

Role = Literal["customer", "supplier", "carrier", "consignee"]
Percent = Annotated[int, Ge(0), Le(100)]
Weekday = Annotated[int, Ge(0), Le(6)]
CartonLimit = Annotated[int, Ge(0), Le(1_000_000)]


@ask
class ContactGiven:
    """A person at a party; `may_receive` says that they may sign for goods."""

    name: Name
    email: Short = ""
    phone: Short = ""
    may_receive: bool = False


@ask
class KeepParty:
    """A party as it should be. `screened` has its orders looked at for fraud when they are placed. The first address without a code is `main`, the next ones `main-2`, `main-3` …

    What its cartons may hold: `mixed`, `one-sku` or `one-line` of an order; how heavy and how high they may be, 0 for no limit.
    `max_lots` 0 takes that limit away, an empty `pack_scan` leaves it to the site. Of a line `over_percent` more may be delivered, billed only
    where it `bills_over`; when `under_percent` of it or less stays short, that is closed. Goods arrive on the weekdays of `receives_on` (0 is Monday) that are no
    holiday of the address; none means on any day.
    """

    code: Code
    name: Name | None = None
    roles: Annotated[tuple[Role, ...], MaxLen(4)] | None = None
    currency: Currency | None = None
    tax_id: Short | None = None
    gln: Short | None = None
    ship_rule: Literal["available", "complete-line", "complete-order"] | None = None
    invoice_rule: Literal["shipment", "order"] | None = None
    backorder_rule: Literal["win", "gain", "improve", "redistribute", "fill", "lose"] | None = None
    consent_days: Annotated[int, Ge(0), Le(730)] | None = None
    payment_days: Annotated[int, Ge(0), Le(730)] | None = None
    credit_limit: Money | None = None
    priority: Annotated[int, Ge(0), Le(100)] | None = None
    min_life_days: Annotated[int, Ge(0), Le(36_500)] | None = None
    carton_rule: Literal["mixed", "one-sku", "one-line"] | None = None
    carton_max_g: CartonLimit | None = None
    carton_max_mm: CartonLimit | None = None
    max_lots: Annotated[int, Ge(0), Le(1_000)] | None = None
    pack_scan: Literal["", "none", "first", "every"] | None = None
    over_percent: Percent | None = None
    under_percent: Percent | None = None
    bills_over: bool | None = None
    screened: bool | None = None
    receives_on: Annotated[tuple[Weekday, ...], MaxLen(7)] | None = None
    active: bool | None = None
    addresses: Annotated[tuple[AddressGiven, ...], MaxLen(200)] = ()
    contacts: Annotated[tuple[ContactGiven, ...], MaxLen(200)] = ()


@dataclass(frozen=True, slots=True)
class Partner:
    """A party as it stands."""

    code: str
    name: str = ""
    roles: tuple[str, ...] = ("customer",)
    currency: str = "EUR"
    tax_id: str = ""
    gln: str | None = None
    ship_rule: str = "available"
    invoice_rule: str = "shipment"
    backorder_rule: str = "improve"
    consent_days: int | None = None
    payment_days: int = 30
    credit_limit: Decimal | None = None
    priority: int = 50
    min_life_days: int = 0
    carton_rule: str = "mixed"
    carton_max_g: int = 0
    carton_max_mm: int = 0
    max_lots: int | None = None
    pack_scan: str = ""
    over_percent: int = 0
    under_percent: int = 0
    bills_over: bool = False
    screened: bool = False
    receives_on: tuple[int, ...] = ()
    active: bool = True


FIELDS = [f.name for f in fields(Partner) if f.name != "code"]
CHOICES = {
    "roles": get_args(Role), "ship_rule": ("available", "complete-line", "complete-order"), "invoice_rule": ("shipment", "order"),
    "carton_rule": ("mixed", "one-sku", "one-line"),
    "backorder_rule": ("win", "gain", "improve", "redistribute", "fill", "lose"),
    "pack_scan": ("", "none", "first", "every"),
}  # fmt: skip
UNTOLD = {"name", "tax_id"}
"""Fields of which the journal only says that they changed."""


@dataclass(frozen=True, slots=True)
class Known:
    """Partners by code, who has which GLN, the latest address and the contacts by (party code, code or name)."""

    partners: Mapping[str, Partner]
    glns: Mapping[str, str]
    addresses: Mapping[tuple[str, str], GivenAddress]
    contacts: Mapping[tuple[str, str], ContactGiven]


@dataclass(slots=True)
class Changed:
    """What a decision wants written: partners by code, addresses and contacts of partners."""

    partners: dict[str, Partner]
    addresses: list[tuple[str, GivenAddress]]
    contacts: dict[tuple[str, str], ContactGiven]


Answer = PartyAdded | PartyChanged | PartyKept | Refused


def decide(asks: Sequence[KeepParty], known: Known) -> tuple[list[Answer], Changed]:
    """Answer each ask and say what to write; later asks see earlier ones."""
    answers: list[Answer] = []
    partners, glns, lying, people = dict(known.partners), dict(known.glns), dict(known.addresses), dict(known.contacts)
    changed = Changed({}, [], {})
    for ask in asks:
        before = partners.get(ask.code)
        after = _said(before or Partner(ask.code, name=ask.name or ask.code), ask)
        if wrong := [*_wrong(after, glns), *(no for n, a in enumerate(ask.addresses) for no in wrong_address(a, f"addresses/{n}"))]:
            answers.append(refuse_all(wrong))
            continue
        addresses = [a for a in _addresses(ask, after) if lying.get((ask.code, a.code)) != a]
        contacts = {(ask.code, c.name): c for c in ask.contacts if people.get((ask.code, c.name)) != c}
        if before is None or after != before:
            partners[ask.code] = changed.partners[ask.code] = after
        lying |= {(ask.code, a.code): a for a in addresses}
        people |= contacts
        glns |= {after.gln: after.code} if after.gln else {}
        changed.addresses += [(ask.code, a) for a in addresses]
        changed.contacts |= contacts
        answers.append(_answer(before, after, [a.code for a in addresses], len(contacts)))
    return answers, changed


def _said(partner: Partner, ask: KeepParty) -> Partner:
    """The partner with everything the ask says about it; an empty GLN takes the GLN away."""
    said = {name: value for name in FIELDS if (value := getattr(ask, name)) is not None}
    if ask.gln == "":
        said["gln"] = None
    if ask.max_lots == 0:
        said["max_lots"] = None
    if ask.roles is not None:
        said["roles"] = tuple(sorted({*ask.roles}))
    if ask.receives_on is not None:
        said["receives_on"] = tuple(sorted({*ask.receives_on}))
    return replace(partner, **said)


def _addresses(ask: KeepParty, partner: Partner) -> list[GivenAddress]:
    """The addresses of an ask, settled: each with a code, a name and a zone; the party's id comes later."""
    made, unnamed = [], 0
    for address in ask.addresses:
        unnamed += not address.code
        code = address.code or ("main" if unnamed == 1 else f"main-{unnamed}")
        made.append(settled(address_of(0, address if address.name else replace(address, name=partner.name), code)))
    return made


def _wrong(partner: Partner, glns: Mapping[str, str]) -> list[Refused]:
    wrong = []
    if not is_currency(partner.currency):
        wrong.append(refuse("currency-unknown", at="currency", currency=partner.currency))
    if too_fine(partner.credit_limit):
        wrong.append(refuse("values-refused", at="credit_limit", why="A credit limit has at most four decimals."))
    wrong += [refuse("values-refused", at=name, why=f"There is no {name.replace('_', ' ')} {value}.")
              for name, known in CHOICES.items() for value in _several(getattr(partner, name)) if value not in known]
    if partner.gln and (why := gs1.wrong_key(partner.gln, (13,))):
        wrong.append(refuse("values-refused", at="gln", why=f"{partner.gln} is no GLN: {why}."))
    if partner.gln and glns.get(partner.gln, partner.code) != partner.code:
        wrong.append(refuse("state-conflict", at="gln", why=f"GLN {partner.gln} belongs to {glns[partner.gln]}."))
    return wrong


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _answer(before: Partner | None, after: Partner, addresses: list[str], contacts: int) -> Answer:
    blank = before or Partner(after.code)
    differing = {n: (_plain(n, getattr(blank, n)), _plain(n, getattr(after, n))) for n in FIELDS if getattr(blank, n) != getattr(after, n)}
    if before is None:
        return PartyAdded(after.code, list(after.roles), {n: now for n, (_, now) in differing.items() if n not in {*UNTOLD, "roles"}}, addresses, contacts)
    if not differing and not addresses and not contacts:
        return PartyKept(after.code)
    return PartyChanged(after.code, {n: list(pair) for n, pair in differing.items()}, addresses, contacts)


def _plain(name: str, value: Any) -> Any:
    if name in UNTOLD:
        return "…"
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Decimal) else value


ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('partners', 0))"
"""One change of parties at a time: codes and GLNs of the batch are looked up and written without a race."""
PARTNERS = """
SELECT code, name, array_to_string(roles, ','), currency, tax_id, gln, ship_rule, invoice_rule, backorder_rule, consent_days, payment_days, credit_limit, priority,
       min_life_days, carton_rule, carton_max_g, carton_max_mm, max_lots, pack_scan, over_percent, under_percent, bills_over, screened, array_to_string(receives_on, ','), active
  FROM partners_party WHERE code = ANY(%(code)s::text[])
"""
GLNS = "SELECT gln, code FROM partners_party WHERE gln = ANY(%(gln)s::text[])"
ADDRESSES = """
SELECT DISTINCT ON (p.code, a.code) p.code, a.country, a.code, a.name, a.street, a.postcode, a.city, a.region, a.zone, a.gln, a.latitude, a.longitude, a.home
  FROM partners_party p JOIN partners_address a ON a.party_id = p.id AND a.code <> ''
 WHERE p.code = ANY(%(code)s::text[]) ORDER BY p.code, a.code, a.version DESC
"""
CONTACTS = """
SELECT p.code, c.name, c.email, c.phone, c.may_receive FROM partners_party p JOIN partners_contact c ON c.party_id = p.id
 WHERE p.code = ANY(%(code)s::text[])
"""
KEEP = """
INSERT INTO partners_party (code, name, roles, currency, tax_id, gln, ship_rule, invoice_rule, backorder_rule, consent_days, payment_days, credit_limit, priority,
                            min_life_days, carton_rule, carton_max_g, carton_max_mm, max_lots, pack_scan, over_percent, under_percent, bills_over, screened, receives_on, active)
SELECT code, name, string_to_array(roles, ','), currency, tax_id, gln, ship_rule, invoice_rule, backorder_rule, consent_days, payment_days, credit_limit, priority,
       min_life_days, carton_rule, carton_max_g, carton_max_mm, max_lots, pack_scan, over_percent, under_percent, bills_over, screened,
       string_to_array(receives_on, ',')::smallint[], active
  FROM unnest(%(code)s::text[], %(name)s::text[], %(roles)s::text[], %(currency)s::text[], %(tax_id)s::text[], %(gln)s::text[],
              %(ship_rule)s::text[], %(invoice_rule)s::text[], %(backorder_rule)s::text[], %(consent_days)s::int[], %(payment_days)s::int[], %(credit_limit)s::numeric[],
              %(priority)s::smallint[], %(min_life_days)s::int[], %(carton_rule)s::text[], %(carton_max_g)s::int[],
              %(carton_max_mm)s::int[], %(max_lots)s::smallint[], %(pack_scan)s::text[], %(over_percent)s::smallint[], %(under_percent)s::smallint[],
              %(bills_over)s::boolean[], %(screened)s::boolean[], %(receives_on)s::text[], %(active)s::boolean[])
    AS p(code, name, roles, currency, tax_id, gln, ship_rule, invoice_rule, backorder_rule, consent_days, payment_days, credit_limit, priority, min_life_days, carton_rule, carton_max_g, carton_max_mm,
         max_lots, pack_scan, over_percent, under_percent, bills_over, screened, receives_on, active)
    ON CONFLICT (code) DO UPDATE SET
       name = excluded.name, roles = excluded.roles, currency = excluded.currency, tax_id = excluded.tax_id, gln = excluded.gln,
       ship_rule = excluded.ship_rule, invoice_rule = excluded.invoice_rule, backorder_rule = excluded.backorder_rule,
       consent_days = excluded.consent_days, payment_days = excluded.payment_days,
       credit_limit = excluded.credit_limit, priority = excluded.priority, min_life_days = excluded.min_life_days,
       carton_rule = excluded.carton_rule, carton_max_g = excluded.carton_max_g, carton_max_mm = excluded.carton_max_mm,
       max_lots = excluded.max_lots, pack_scan = excluded.pack_scan, over_percent = excluded.over_percent,
       under_percent = excluded.under_percent, bills_over = excluded.bills_over, screened = excluded.screened, receives_on = excluded.receives_on, active = excluded.active
"""
IDS = "SELECT code, id FROM partners_party WHERE code = ANY(%(code)s::text[])"
KEEP_CONTACTS = """
INSERT INTO partners_contact (party_id, name, email, phone, may_receive)
SELECT p.id, c.name, c.email, c.phone, c.may_receive
  FROM unnest(%(code)s::text[], %(name)s::text[], %(email)s::text[], %(phone)s::text[], %(may_receive)s::boolean[])
    AS c(code, name, email, phone, may_receive) JOIN partners_party p ON p.code = c.code
    ON CONFLICT (party_id, name) DO UPDATE SET email = excluded.email, phone = excluded.phone, may_receive = excluded.may_receive
"""


@operation
def keep_parties(run: Run, asks: Sequence[KeepParty]) -> list[PartyAdded | PartyChanged | PartyKept | Refused]:
    """Add and change parties, their addresses and people."""
    run.rows(lambda _: None, ALONE)
    answers, changed = decide(asks, _known(run, asks))
    partners = list(changed.partners.values())
    if partners:
        run.write(KEEP, partners, roles=[",".join(p.roles) for p in partners], receives_on=[",".join(map(str, p.receives_on)) for p in partners])
    if changed.addresses:
        ids = dict(run.rows(as_tuple, IDS, code=[code for code, _ in changed.addresses]))
        keep_addresses(run, [replace(a, party=ids[code]) for code, a in changed.addresses])
    if changed.contacts:
        run.write(KEEP_CONTACTS, list(changed.contacts.values()), code=[code for code, _ in changed.contacts])
    return answers


def _known(run: Run, asks: Sequence[KeepParty]) -> Known:
    glns = [a.gln for a in asks if a.gln]
    addressed = any(a.addresses for a in asks)
    return Known(
        partners={p.code: p for p in run.rows(_partner, PARTNERS, asks)},
        glns=dict(run.rows(as_tuple, GLNS, gln=glns)) if glns else {},
        addresses=dict(run.rows(lambda code, *row: ((code, row[1]), GivenAddress(0, *row)), ADDRESSES, asks)) if addressed else {},
        contacts=dict(run.rows(lambda code, *row: ((code, row[0]), ContactGiven(*row)), CONTACTS, asks)) if any(a.contacts for a in asks) else {})


def _partner(code: str, name: str, roles: str, *rest: Any) -> Partner:
    partner = Partner(code, name, tuple(sorted(filter(None, roles.split(",")))), *rest)
    return replace(partner, receives_on=tuple(int(day) for day in str(rest[-2]).split(",") if day))
